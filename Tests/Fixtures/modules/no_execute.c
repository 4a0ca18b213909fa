#include <linux/module.h>
#include <linux/vmalloc.h>
static int __init i(void){ void (*f)(void) = vmalloc(4096); *(char*)f=0xc3; f(); return 0;}
module_init(i); MODULE_LICENSE("GPL");
