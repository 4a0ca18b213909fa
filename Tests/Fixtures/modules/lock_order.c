#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/kthread.h>
#include <linux/delay.h>
static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static int other(void *d) {
  mutex_lock(&second);
  msleep(5);
  mutex_lock(&first);
  return 0;
}
static int __init i(void) {
  kthread_run(other, NULL, "other");
  mutex_lock(&first);
  msleep(5);
  mutex_lock(&second);
  return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
