#include <linux/module.h>
#include <linux/miscdevice.h>
static struct miscdevice m; static int __init i(void){ return misc_register(&m);}
module_init(i); MODULE_LICENSE("GPL");
