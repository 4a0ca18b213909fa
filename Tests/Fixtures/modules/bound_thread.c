#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/vmalloc.h>
static int thread(void *unused) {
  pr_info("on CPU %d\n", raw_smp_processor_id());
  return 0;
}
static int __init i(void) {
  struct task_struct *task = kthread_create(thread, NULL, "bound");
  kthread_bind(task, 1);
  wake_up_process(task);
  return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
