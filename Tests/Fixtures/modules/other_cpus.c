// What runs beside a task that does not leave its CPU: timers, and tasks of other CPUs.
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

static int way;
module_param(way, int, 0);
static DEFINE_SPINLOCK(lock);
static struct timer_list timer;
static struct hrtimer precise;
static struct delayed_work work;
static int jiffy, exact, worked, slow, quick;
static volatile bool flag;

static void fires(struct timer_list *timer) {
  jiffy++;
  mod_timer(timer, jiffies + 1);
}
static enum hrtimer_restart interrupts(struct hrtimer *timer) {
  exact++;
  hrtimer_forward_now(timer, ns_to_ktime(100000));
  return HRTIMER_RESTART;
}
static void works(struct work_struct *item) {
  worked++;
  schedule_delayed_work(&work, 2);
}
static int delays(void *data) {
  while (!kthread_should_stop()) {
    slow++;
    if (way == 3) spin_lock(&lock);
    mdelay(10);
    if (way == 3) spin_unlock(&lock);
  }
  return 0;
}
static int sleeps(void *data) {
  while (!kthread_should_stop()) {
    quick++;
    msleep(1);
  }
  return 0;
}
static int sets(void *data) {
  flag = true;
  while (!kthread_should_stop()) msleep(1);
  return 0;
}

static void start_timers(void) {
  timer_setup(&timer, fires, 0);
  mod_timer(&timer, jiffies + 1);
  hrtimer_init(&precise, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
  precise.function = interrupts;
  hrtimer_start(&precise, ns_to_ktime(100000), HRTIMER_MODE_REL);
  INIT_DELAYED_WORK(&work, works);
  schedule_delayed_work(&work, 2);
}
static void wait_in_place(void) {
  unsigned long end = jiffies + 100;
  unsigned long flags;
  if (way == 0) mdelay(100);
  if (way == 1) while (time_before(jiffies, end)) ;
  if (way == 2) {
    spin_lock_irqsave(&lock, flags);
    mdelay(100);
    spin_unlock_irqrestore(&lock, flags);
  }
}
static struct task_struct *run_on(int cpu, int (*function)(void *), const char *name) {
  struct task_struct *task = kthread_create(function, NULL, "%s", name);
  kthread_bind(task, cpu);
  wake_up_process(task);
  return task;
}
static void beside_delays(void) {
  struct task_struct *a = run_on(1, delays, "delays"), *b = run_on(0, sleeps, "sleeps");
  unsigned long begun = jiffies;
  msleep(100);
  pr_info("slept %lu slow %d quick %d\n", jiffies - begun, slow, quick);
  kthread_stop(a);
  kthread_stop(b);
}
static void spin_for_flag(void) {
  struct task_struct *task = run_on(1, sets, "sets");
  unsigned long begun = jiffies;
  spin_lock(&lock);
  while (!flag && time_before(jiffies, begun + 50)) ;
  spin_unlock(&lock);
  pr_info("flag %d after %lu\n", flag, jiffies - begun);
  kthread_stop(task);
}

static int __init start(void) {
  if (way < 3) {
    start_timers();
    wait_in_place();
    pr_info("timer %d hrtimer %d work %d\n", jiffy, exact, worked);
    del_timer_sync(&timer);
    hrtimer_cancel(&precise);
    cancel_delayed_work_sync(&work);
  }
  if (way == 3 || way == 4) beside_delays();
  if (way == 5) spin_for_flag();
  return 0;
}
static void __exit end(void) { }
module_init(start);
module_exit(end);
MODULE_LICENSE("GPL");
