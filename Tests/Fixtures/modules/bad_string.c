#include <linux/module.h>
#include <linux/string.h>
static char *volatile p = (char*)0x490000000000; static int __init i(void){ pr_info("%s %zu\n", "x", strlen(p)); return 0;}
module_init(i); MODULE_LICENSE("GPL");
