// Calls with arguments that no caller should give, by number.
#include <linux/bsearch.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/ratelimit.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

static int call;
module_param(call, int, 0);

static void done(struct work_struct *work) {}
static DECLARE_DELAYED_WORK(later, done);
static struct hrtimer timer;
static struct ratelimit_state state;

static enum hrtimer_restart fired(struct hrtimer *t) { return HRTIMER_NORESTART; }

static int __init any_argument_init(void) {
  void *p = NULL;
  int value;

  switch (call) {
    case 0: return (int)0x80000000;
    case 1: p = vmalloc_array(SIZE_MAX / 8 + 2, 8); break;
    case 2: p = vcalloc(1UL << 62, 8); break;
    case 3: p = kvmalloc_array(1UL << 62, 8, GFP_KERNEL); break;
    case 4: p = vmalloc(-1UL); break;
    case 5: p = vzalloc(-12UL); break;
    case 6: p = kvmalloc(-1UL, GFP_KERNEL); break;
    case 7: p = alloc_pages_exact(-12UL, GFP_KERNEL); break;
    case 8: p = ioremap(0xfee00000, -1UL); break;
    case 9: kstrtoint(NULL, 10, &value); break;
    case 10: simple_strtoul("55", (char **)8, 10); break;
    case 11: schedule_delayed_work(&later, -1UL); cancel_delayed_work_sync(&later); break;
    case 12: mod_delayed_work(system_wq, &later, -12UL); cancel_delayed_work_sync(&later); break;
    case 13:
      hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
      timer.function = fired;
      hrtimer_start(&timer, -5, HRTIMER_MODE_REL);
      hrtimer_cancel(&timer);
      break;
    case 14: usleep_range(-1UL, -1UL); break;
    case 15: value = cpu_to_node(-1); break;
    case 16: call_rcu(kmalloc(sizeof(struct rcu_head), GFP_KERNEL), (void *)0x4141414141414141UL); break;
    case 17: free_pages_exact(alloc_pages_exact(8192, GFP_KERNEL), -1UL); break;
    case 18: kvfree_sensitive(kmalloc(64, GFP_KERNEL), -1UL); break;
    case 19: {
      struct rb_node node;
      memset(&node, 0, sizeof node);
      rb_erase(&node, NULL);
      break;
    }
    case 20:
      memset(&state, 0xff, sizeof state);
      value = __ratelimit(&state);
      break;
    case 21: get_random_bytes(&value, -4); break;
    case 22: vfree_atomic(__va(0x1000)); break;
    case 23: schedule_timeout(-5); break;
    case 25:
    case 26: {
      // Its own stack, up to the end and behind the frame that called it.
      char *volatile buffer = (char *)&value;
      memset(buffer, 0x41, call == 25 ? 1 << 15 : 256);
      break;
    }
    case 24: p = memremap(0x1000, -12UL, MEMREMAP_WB); break;
  }
  return p ? -EINVAL : 0;
}

static void __exit any_argument_exit(void) {}

module_init(any_argument_init);
module_exit(any_argument_exit);
MODULE_LICENSE("GPL");
