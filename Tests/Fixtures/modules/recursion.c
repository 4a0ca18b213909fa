#include <linux/module.h>
#include <linux/spinlock.h>
static DEFINE_SPINLOCK(l);
static int __init i(void){ spin_lock(&l); spin_lock(&l); return 0;}
module_init(i); MODULE_LICENSE("GPL");
