// What each context says of itself, and caches whose free objects stay as they are.
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/timer.h>

static struct hrtimer precise;
static struct timer_list timer;
static struct rcu_head head;

static void show(const char *what) {
  pr_info("%s: %s/%d soft %d serving %d hard %d interrupt %d task %d count %x off %d\n", what,
      current->comm, current->pid, !!in_softirq(), !!in_serving_softirq(), !!in_hardirq(),
      !!in_interrupt(), !!in_task(), preempt_count(), irqs_disabled());
}
static void fires(struct timer_list *timer) { show("timer"); }
static enum hrtimer_restart exact(struct hrtimer *timer) {
  show("hrtimer");
  return HRTIMER_NORESTART;
}
static void called(struct rcu_head *head) { show("rcu"); }
static void interrupts(void *data) { show("call"); }
static int thread(void *data) {
  pr_info("parent %s/%d\n", current->parent->comm, current->parent->pid);
  return 0;
}

static int __init start(void) {
  struct kmem_cache *kept = kmem_cache_create("kept", 64, 0, SLAB_TYPESAFE_BY_RCU, NULL);
  struct kmem_cache *other = kmem_cache_create("other", 64, 0, 0, NULL);
  unsigned long *object = kmem_cache_alloc(kept, GFP_KERNEL);
  show("init");
  local_bh_disable();
  show("bh");
  local_bh_enable();
  timer_setup(&timer, fires, 0);
  mod_timer(&timer, jiffies + 1);
  msleep(5);
  hrtimer_init(&precise, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
  precise.function = exact;
  hrtimer_start(&precise, ns_to_ktime(1000), HRTIMER_MODE_REL);
  msleep(5);
  call_rcu(&head, called);
  rcu_barrier();
  smp_call_function_single(1, interrupts, NULL, 1);
  kthread_run(thread, NULL, "child");
  msleep(1);
  memset(object, 0x5a, 64);
  kmem_cache_free(kept, object);
  pr_info("stays %d\n", object[3] == 0x5a5a5a5a5a5a5a5aUL && object[4] == object[3]);
  object = kmem_cache_alloc(kept, GFP_KERNEL);
  kmem_cache_free(other, object);
  kmem_cache_destroy(kept);
  kmem_cache_destroy(other);
  return 0;
}
static void __exit end(void) { }
module_init(start);
module_exit(end);
MODULE_LICENSE("GPL");
