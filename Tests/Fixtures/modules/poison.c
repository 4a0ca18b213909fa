#include <linux/module.h>
#include <linux/list.h>
static LIST_HEAD(h); static struct list_head a;
static int __init i(void){ list_add(&a,&h); list_del(&a); list_del(&a); return 0;}
module_init(i); MODULE_LICENSE("GPL");
