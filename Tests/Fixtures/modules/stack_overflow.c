#include <linux/module.h>
#include <linux/kthread.h>
#include <linux/delay.h>
static noinline int r(int n){ volatile char b[512]; b[0]=n; return n ? r(n-1)+b[0] : 0;}
static int th(void*d){ return r(1000);}
static int __init i(void){ kthread_run(th,NULL,"deep"); msleep(10); pr_info("still here\n"); return 0;}
static void __exit e(void){}
module_init(i); module_exit(e); MODULE_LICENSE("GPL");
