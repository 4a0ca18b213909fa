#include <linux/module.h>
static int __init i(void){ *(volatile int*)0x400000 = 1; return 0;}
module_init(i); MODULE_LICENSE("GPL");
