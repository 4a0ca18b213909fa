// Areas of 1 to 100 pages by chance, each written to and freed.
#include <linux/module.h>
#include <linux/random.h>
#include <linux/vmalloc.h>

static int loops = 100;
module_param(loops, int, 0);

static int __init start(void) {
  for (int i = 0; i < loops; i++) {
    char *area = vmalloc(get_random_u32_inclusive(1, 100) * PAGE_SIZE);
    if (!area) return -ENOMEM;
    *area = 1;
    vfree(area);
  }
  return 0;
}
module_init(start);
MODULE_LICENSE("GPL");
