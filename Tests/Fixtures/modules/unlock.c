#include <linux/module.h>
#include <linux/mutex.h>
static DEFINE_MUTEX(lock);
static int __init i(void) {
  mutex_unlock(&lock);
  return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
