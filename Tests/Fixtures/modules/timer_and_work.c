#include <linux/module.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <linux/delay.h>
static void wf(struct work_struct *w){ pr_info("work in %s\n", current->comm);} static DECLARE_WORK(w,wf);
static void tf(struct timer_list *t){ pr_info("timer softirq=%d\n", !!in_softirq()); schedule_work(&w);} static DEFINE_TIMER(t,tf);
static int __init i(void){ mod_timer(&t, jiffies+msecs_to_jiffies(5)); msleep(20); flush_work(&w); pr_info("done\n"); return 0;}
static void __exit e(void){ timer_delete_sync(&t); cancel_work_sync(&w);}
module_init(i); module_exit(e); MODULE_LICENSE("GPL");
