// What is right, although somebody polls, by number: nothing of it is a deadlock.
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/timer.h>

static int way;
module_param(way, int, 0);

static struct task_struct *thread;
static struct hrtimer precise;
static int flag, beats;

static int poll(void *data) {
  while (!kthread_should_stop()) {
    switch (way) {
      case 0: schedule_timeout_uninterruptible(0); break;
      case 1: cond_resched(); break;
      case 2: msleep(0); break;
      case 3: msleep(10); break;
    }
  }
  return 0;
}

static int sleeper(void *data) {
  msleep(30000);
  WRITE_ONCE(flag, 1);
  return 0;
}

static void beat(struct timer_list *timer);
static DEFINE_TIMER(heart, beat);
static void beat(struct timer_list *timer) {
  beats++;
  mod_timer(&heart, jiffies);
}

static enum hrtimer_restart again(struct hrtimer *timer) {
  beats++;
  return HRTIMER_RESTART;
}

static void on_cpu(void *data) {
  if (!irqs_disabled()) pr_err("interrupts are on\n");
  flag += smp_processor_id() + 1;
}

static int __init polite_init(void) {
  switch (way) {
    case 0:
    case 1:
    case 2:
    case 3:
      thread = kthread_run(poll, NULL, "poller");
      msleep(way == 2 ? 130000 : 1300000);
      kthread_stop(thread);
      break;
    case 4:
      kthread_run(sleeper, NULL, "sleeper");
      while (!READ_ONCE(flag)) {
        set_current_state(TASK_UNINTERRUPTIBLE);
        schedule_timeout(0);
      }
      break;
    case 5:
      mod_timer(&heart, jiffies);
      msleep(20);
      timer_delete_sync(&heart);
      pr_info("%s\n", beats >= 10 && beats <= 21 ? "once a jiffy" : "not once a jiffy");
      break;
    case 6:
      hrtimer_init(&precise, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
      precise.function = again;
      hrtimer_start(&precise, 1000, HRTIMER_MODE_REL);
      msleep(20);
      hrtimer_cancel(&precise);
      break;
    case 7: on_each_cpu(on_cpu, NULL, 1); break;
  }
  pr_info("done\n");
  return 0;
}

static void __exit polite_exit(void) {}

module_init(polite_init);
module_exit(polite_exit);
MODULE_LICENSE("GPL");
