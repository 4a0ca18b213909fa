#include <linux/module.h>
static int n = 1;
module_param(n, int, 0644);
static char text[8] = "abc";
module_param_string(text, text, sizeof text, 0444);
static char *name = "x";
module_param(name, charp, 0444);
static bool on;
module_param(on, bool, 0444);
static int list[4];
static int count;
module_param_array(list, int, &count, 0444);
static int __init i(void) {
  n = -42;
  return 0;
}
static void __exit e(void) {}
module_init(i);
module_exit(e);
MODULE_LICENSE("GPL");
