// A thread that waits for work on a queue, or to be stopped.
#include <linux/module.h>
#include <linux/kthread.h>
#include <linux/wait.h>

static DECLARE_WAIT_QUEUE_HEAD(queue);
static struct task_struct *worker;
static int todo, done;

static int work(void *data) {
  while (!kthread_should_stop()) {
    wait_event_interruptible(queue, todo || kthread_should_stop());
    if (!todo) continue;
    todo--;
    done++;
  }
  return done;
}

static int __init start(void) {
  worker = kthread_run_on_cpu(work, NULL, 0, "worker/%u");
  todo = 2;
  wake_up(&queue);
  return 0;
}

static void __exit stop(void) {
  char name[TASK_COMM_LEN];
  get_task_comm(name, worker);
  pr_info("%s stopped after %d\n", name, kthread_stop(worker));
}
module_init(start);
module_exit(stop);
MODULE_LICENSE("GPL");
