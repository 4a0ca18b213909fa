#include <linux/module.h>
static char *volatile p = (char*)0x490000000000; static int __init i(void){ pr_info("%s\n", p); return 0;}
module_init(i); MODULE_LICENSE("GPL");
