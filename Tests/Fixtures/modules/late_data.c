// What __initdata held is used after init.
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>

static const char *text __initdata = "early";
static int late(void *data) {
  msleep(5);
  return READ_ONCE(*(const char **)data)[0];
}
static int __init start(void) {
  pr_info("%s\n", text);
  kthread_run(late, &text, "late");
  return 0;
}
static void __exit end(void) { msleep(10); }
module_init(start);
module_exit(end);
MODULE_LICENSE("GPL");
