// Longer waits than a hung task has, of nobody who has died.
#include <linux/module.h>
#include <linux/delay.h>

static int __init i(void) {
  for (int n = 0; n < 300; n++) msleep(1000);
  pr_info("after %u s\n", jiffies_to_msecs(jiffies - INITIAL_JIFFIES) / 1000);
  return 0;
}
static void __exit e(void) {}
module_init(i);
module_exit(e);
MODULE_LICENSE("GPL");
