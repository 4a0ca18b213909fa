// A callback of on_each_cpu that calls on_each_cpu.
#include <linux/module.h>
#include <linux/smp.h>

static void again(void *data) { on_each_cpu(again, data, 1); }

static int __init nested_calls_init(void) {
  on_each_cpu(again, NULL, 1);
  return 0;
}

static void __exit nested_calls_exit(void) {}

module_init(nested_calls_init);
module_exit(nested_calls_exit);
MODULE_LICENSE("GPL");
