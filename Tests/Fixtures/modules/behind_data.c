#include <linux/module.h>
#include <linux/string.h>
static char text[16];
static int __init i(void) {
  memset(text, 1, 100000);
  return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
