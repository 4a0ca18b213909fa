// A parameter that a function of the module sets.
#include <linux/module.h>

static int set(const char *text, const struct kernel_param *parameter) {
  if (text[0] == 'f') return *(volatile int *)text[1];
  return text[0] == 'r' ? -ERANGE : -ENOSPC;
}
static const struct kernel_param_ops operations = { .set = set };
module_param_cb(number, &operations, NULL, 0644);
int setter_counter;
EXPORT_SYMBOL(setter_counter);
static int __init start(void) { return 0; }
static void __exit end(void) { }
module_init(start);
module_exit(end);
MODULE_LICENSE("GPL");
