// What a kernel's build does not warn of.
#include <linux/module.h>

static const int unused = 1;
static int __init start(void) {
  char text[] = "text";
  unsigned char *bytes = text;
  char small[4];
  int set;
  set = snprintf(small, sizeof(small), "%d", 100000 + (*bytes & 1));
  OPTIMIZER_HIDE_VAR(bytes);
  return 0;
}
module_init(start);
MODULE_LICENSE("GPL");
