#include <linux/module.h>
static int __init i(void){ BUG_ON(1); return 0;}
module_init(i); MODULE_LICENSE("GPL");
