#include <linux/module.h>
#include <linux/vmalloc.h>
#include <linux/slab.h>
#include <linux/kthread.h>
static int th(void*d){ while(!kthread_should_stop()) schedule(); return 0;}
static int __init i(void){ vmalloc(8192); kmalloc(100,GFP_KERNEL); kthread_run(th,NULL,"loner"); return 0;}
static void __exit e(void){ }
module_init(i); module_exit(e); MODULE_LICENSE("GPL");
