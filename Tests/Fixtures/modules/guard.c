#include <linux/module.h>
#include <linux/vmalloc.h>
static int __init i(void){ char *p = vmalloc(5000); p[8192+7]=1; return 0;}
module_init(i); MODULE_LICENSE("GPL");
