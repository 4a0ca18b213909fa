// RAM that nobody has, by its address; RAM in a way that it is not, RAM and more, and no RAM.
#include <linux/module.h>
#include <linux/io.h>
#include <linux/mm.h>

static int __init i(void) {
  char *ram = memremap(0x10000000, 2 * PAGE_SIZE, MEMREMAP_WB), *device;
  *ram = 'R';
  ram[2 * PAGE_SIZE - 1] = 'M';
  pr_info("ram %px %c%c\n", ram, *(char *)__va(0x10000000), ram[2 * PAGE_SIZE - 1]);
  memunmap(ram);
  pr_info("through %px\n", memremap(0x10000000, PAGE_SIZE, MEMREMAP_WT));
  pr_info("mixed %px\n", memremap(0x3ffff000, 2 * PAGE_SIZE, MEMREMAP_WB));
  pr_info("nothing %px\n", memremap(0x10000000, PAGE_SIZE, 0));
  device = memremap(0xf0000000, PAGE_SIZE, MEMREMAP_WT | MEMREMAP_WC);
  *device = 'D';
  pr_info("device %c\n", *device);
  memunmap(device);
  return 0;
}
static void __exit e(void) {}
module_init(i);
module_exit(e);
MODULE_LICENSE("GPL");
