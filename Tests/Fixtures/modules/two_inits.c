// A module whose second init function would never run.
#include <linux/module.h>

static int __init first(void) { return 0; }
static int __init second(void) { return 0; }
module_init(first);
module_init(second);
MODULE_LICENSE("GPL");
