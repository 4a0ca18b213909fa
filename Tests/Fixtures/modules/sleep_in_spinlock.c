#include <linux/module.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>
static DEFINE_SPINLOCK(l);
static int __init i(void){ spin_lock(&l); vfree(vmalloc(4096)); spin_unlock(&l); return 0;}
module_init(i); MODULE_LICENSE("GPL");
