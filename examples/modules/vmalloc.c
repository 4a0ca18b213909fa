// What vmalloc gives: neighbours in the address space that are not neighbours in memory.
//
//   vmemctl insmod examples/modules/vmalloc.c pages=8

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

static uint pages = 4;
module_param(pages, uint, 0444);
MODULE_PARM_DESC(pages, "Size of the area");

static u8 *area;

static int __init area_init(void)
{
	uint i;
	void *small;

	area = vzalloc(pages * PAGE_SIZE);
	if (!area)
		return -ENOMEM;

	// Each page has a frame of its own. The direct map is a second way to it.
	for (i = 0; i < pages; i++) {
		u8 *address = area + i * PAGE_SIZE;
		struct page *page = vmalloc_to_page(address);

		*address = i + 1;
		pr_info("%px is frame %lu, also at %px: %u\n", address, page_to_pfn(page),
			page_address(page), *(u8 *)page_address(page));
	}

	// kvmalloc takes neighbouring frames for little memory and vmalloc for much.
	small = kvmalloc(PAGE_SIZE / 2, GFP_KERNEL);
	pr_info("%zu bytes: %s\n", PAGE_SIZE / 2, is_vmalloc_addr(small) ? "vmalloc" : "kmalloc");
	kvfree(small);
	return 0;
}

static void __exit area_exit(void)
{
	vfree(area);
}

module_init(area_init);
module_exit(area_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Frames of a vmalloc area");
