// Neither a license nor an exit function.
#include <linux/module.h>

static int __init start(void) { return 0; }
module_init(start);
