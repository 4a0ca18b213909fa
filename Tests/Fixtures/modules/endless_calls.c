#include <linux/module.h>
#include <linux/vmalloc.h>
static int __init i(void){ for(;;) vfree(vmalloc(4096)); return 0;}
module_init(i); MODULE_LICENSE("GPL");
