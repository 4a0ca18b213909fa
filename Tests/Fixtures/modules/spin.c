// Spins on a variable that a thread sets when it has slept: without a call, and with all registers in use.
#include <linux/module.h>
#include <linux/delay.h>
#include <linux/kthread.h>

static volatile int done;

static int nap(void *data) {
  msleep(100);
  done = 1;
  return 0;
}

// A leaf: what it keeps below its stack must stay.
static noinline unsigned long spin(unsigned long a, unsigned long b, unsigned long c) {
  volatile unsigned long kept[4] = { a, b, c, a ^ b };
  unsigned long sum = 0, odd = 1;
  while (!done) {
    sum += a + kept[1];
    odd ^= (sum & 1) != ((a + b) & 1 ? sum & 1 : 0);
  }
  return kept[0] == a && kept[1] == b && kept[2] == c && kept[3] == (a ^ b) && sum % (a + b) == 0;
}

static int __init i(void) {
  kthread_run(nap, NULL, "napper");
  pr_info("spun %lu\n", spin(3, 5, 7));
  return 0;
}
static void __exit e(void) {}
module_init(i);
module_exit(e);
MODULE_LICENSE("GPL");
