// What a kernel's build does not warn of.
#include <linux/module.h>

static const int unused = 1;
static int __init start(void) {
  char text[] = "text";
  unsigned char *bytes = text;
  int set;
  set = *bytes;
  return 0;
}
module_init(start);
MODULE_LICENSE("GPL");
