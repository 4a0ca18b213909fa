// Work that queues itself again: a flush waits for what is queued, and cancelling ends it.
#include <linux/module.h>
#include <linux/workqueue.h>

static struct work_struct work;
static int runs;

static void again(struct work_struct *w) {
  runs++;
  schedule_work(&work);
}

static int __init requeued_work_init(void) {
  INIT_WORK(&work, again);
  schedule_work(&work);
  flush_work(&work);
  pr_info("flushed after %s\n", runs < 10 ? "a few runs" : "too many");
  return 0;
}

static void __exit requeued_work_exit(void) {
  cancel_work_sync(&work);
  pr_info("cancelled\n");
}

module_init(requeued_work_init);
module_exit(requeued_work_exit);
MODULE_LICENSE("GPL");
