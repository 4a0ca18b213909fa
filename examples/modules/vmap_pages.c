// One set of pages, mapped twice: to be written to in one order, to be read in the other.
//
//   vmemctl insmod examples/modules/vmap_pages.c
//   vmemctl insmod examples/modules/vmap_pages.c stray_write=1

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#define COUNT 4

static bool stray_write;
module_param(stray_write, bool, 0444);
MODULE_PARM_DESC(stray_write, "Write through the mapping that is read-only");

static struct page *pages[COUNT];
static struct page *reversed[COUNT];
static char *writable;
static char *readable;

static void release(void)
{
	int i;

	// Mappings hold no references: pages must outlive them.
	vunmap(readable);
	vunmap(writable);
	for (i = 0; i < COUNT; i++) {
		if (pages[i])
			__free_page(pages[i]);
	}
}

static int __init two_views_init(void)
{
	int i;

	for (i = 0; i < COUNT; i++) {
		pages[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!pages[i])
			goto no_memory;
		reversed[COUNT - 1 - i] = pages[i];
	}

	writable = vmap(pages, COUNT, VM_MAP, PAGE_KERNEL);
	readable = vmap(reversed, COUNT, VM_MAP, PAGE_KERNEL_RO);
	if (!writable || !readable)
		goto no_memory;

	for (i = 0; i < COUNT; i++)
		sprintf(writable + i * PAGE_SIZE, "page %d", i);
	for (i = 0; i < COUNT; i++)
		pr_info("read-only page %d says: %s\n", i, readable + i * PAGE_SIZE);

	if (stray_write)
		strcpy(readable, "this faults");
	return 0;

no_memory:
	release();
	return -ENOMEM;
}

static void __exit two_views_exit(void)
{
	release();
}

module_init(two_views_init);
module_exit(two_views_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Pages mapped twice");
