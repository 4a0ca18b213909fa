#include <linux/module.h>

static int value(void) { return; }
static int __init start(void) { return value(); }
module_init(start);
MODULE_LICENSE("GPL");
