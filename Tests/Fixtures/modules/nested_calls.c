// A callback of smp_call_function_single that calls it again, as often as it is told.
#include <linux/module.h>
#include <linux/smp.h>

static int depth = 1000;
module_param(depth, int, 0);

static void again(void *data) {
  if (--depth > 0) smp_call_function_single(0, again, data, 1);
}

static int __init nested_calls_init(void) {
  smp_call_function_single(0, again, NULL, 1);
  pr_info("came back\n");
  return 0;
}

static void __exit nested_calls_exit(void) {}

module_init(nested_calls_init);
module_exit(nested_calls_exit);
MODULE_LICENSE("GPL");
