#include <linux/module.h>
static int __init noinline helper(void){ return 3;}
static int (*volatile fp)(void) = helper;
static int __init i(void){ pr_info("%d\n", fp()); return 0;}
static void __exit e(void){ pr_info("%d\n", fp()); }
module_init(i); module_exit(e); MODULE_LICENSE("GPL");
