#include <linux/module.h>
static volatile int z; static int __init i(void){ return 5/z; }
module_init(i); MODULE_LICENSE("GPL");
