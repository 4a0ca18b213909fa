// Waits in several ways for a thread that has died, or for nobody.
#include <linux/module.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>

static char *how = "sleep";
module_param(how, charp, 0);
static bool alone;
module_param(alone, bool, 0);
static bool done;
static DECLARE_COMPLETION(finished);

static int work(void *data) {
  *(volatile int *)NULL = 1;
  done = true;
  complete(&finished);
  return 0;
}

static int __init i(void) {
  if (!alone) kthread_run(work, NULL, "worker");
  while (!READ_ONCE(done)) {
    if (!strcmp(how, "sleep")) msleep(10);
    else if (!strcmp(how, "timeout")) wait_for_completion_timeout(&finished, HZ);
    else if (!strcmp(how, "resched")) cond_resched();
    else cpu_relax();
  }
  return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
