// Mistakes with memory, one by one. Each ends the module with an oops that says what happened.
//
//   vmemctl insmod examples/modules/use_after_free.c mistake=vfree
//
// mistake: vfree     reads an area after vfree
//          page      reads a page, through vmap, that was unmapped
//          twice     frees an area twice
//          guard     writes beyond the end of an area
//          null      writes through NULL

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

static char *mistake = "vfree";
module_param(mistake, charp, 0444);
MODULE_PARM_DESC(mistake, "vfree, page, twice, guard or null");

// Not inlined, so that the trace names it.
static noinline u8 read_byte(const u8 *address)
{
	return READ_ONCE(*address);
}

static noinline void write_byte(u8 *address, u8 value)
{
	WRITE_ONCE(*address, value);
}

static int after_unmap(void)
{
	struct page *page = alloc_page(GFP_KERNEL);
	u8 *mapped;

	if (!page)
		return -ENOMEM;
	mapped = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	if (mapped) {
		vunmap(mapped);
		pr_info("the page has %u\n", read_byte(mapped));
	}
	__free_page(page);
	return mapped ? 0 : -ENOMEM;
}

static int __init mistakes_init(void)
{
	u8 *area;

	if (strcmp(mistake, "page") == 0)
		return after_unmap();

	area = vmalloc(2 * PAGE_SIZE);
	if (!area)
		return -ENOMEM;

	if (strcmp(mistake, "vfree") == 0) {
		vfree(area);
		pr_info("byte 3 was %u\n", read_byte(area + 3));
	} else if (strcmp(mistake, "twice") == 0) {
		vfree(area);
		vfree(area);
	} else if (strcmp(mistake, "guard") == 0) {
		write_byte(area + 2 * PAGE_SIZE, 1);
	} else if (strcmp(mistake, "null") == 0) {
		write_byte(NULL, 1);
	} else {
		vfree(area);
		return -EINVAL;
	}
	return 0;
}

static void __exit mistakes_exit(void)
{
}

module_init(mistakes_init);
module_exit(mistakes_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Mistakes with memory");
