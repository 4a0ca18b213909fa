#include <linux/module.h>
#include <linux/mm.h>
static ulong pfn;
module_param(pfn, ulong, 0);
static int byte;
module_param(byte, int, 0);
static int __init i(void)
{
	char *p = pfn ? phys_to_virt(pfn << 12) : page_address(alloc_page(GFP_KERNEL | __GFP_ZERO));

	pr_info("frame 0x%lx has %d\n", (ulong)virt_to_phys(p) >> 12, *p);
	*p = byte;
	return 0;
}
static void __exit e(void) { }
module_init(i);
module_exit(e);
MODULE_LICENSE("GPL");
