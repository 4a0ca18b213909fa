// The other file, with a static name that the first one has too.
#include <linux/kernel.h>
#include "two_files.h"

static int calls = 1;

int twice(int number) { return number * 2 * calls; }
