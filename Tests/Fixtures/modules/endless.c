#include <linux/module.h>
static volatile int x;
static int __init i(void){ while(!x); return 0;}
module_init(i); MODULE_LICENSE("GPL");
