// A large area of addresses that gets its pages where they are needed (VM_SPARSE, since 6.9).
//
// Only code of the kernel itself can make these calls: a real kernel does not export them.
//
//   vmemctl insmod examples/modules/sparse_fill.c touches=100

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/sizes.h>
#include <linux/vmalloc.h>

#define AREA_SIZE (64UL * 1024 * 1024)

static uint touches = 100;
module_param(touches, uint, 0444);
MODULE_PARM_DESC(touches, "How many random offsets are written to");

static struct vm_struct *area;
static ulong filled;

// Makes sure that a page lies at `offset` of the area: its address, or NULL without memory.
static void *fill(ulong offset)
{
	ulong address = (ulong)area->addr + (offset & PAGE_MASK);
	struct page *page;

	if (vmalloc_to_page((void *)address))
		return (void *)address;

	page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!page)
		return NULL;
	if (vm_area_map_pages(area, address, address + PAGE_SIZE, &page)) {
		__free_page(page);
		return NULL;
	}
	filled++;
	return (void *)address;
}

// Unmaps first and frees then: the other way round another owner's page could be written to.
static void empty(ulong offset)
{
	ulong address = (ulong)area->addr + offset;
	struct page *page = vmalloc_to_page((void *)address);

	if (!page)
		return;
	vm_area_unmap_pages(area, address, address + PAGE_SIZE);
	__free_page(page);
	filled--;
}

static void release(void)
{
	ulong offset;

	for (offset = 0; offset < AREA_SIZE; offset += PAGE_SIZE)
		empty(offset);
	free_vm_area(area);
}

static int __init sparse_init(void)
{
	uint i;

	area = get_vm_area(AREA_SIZE, VM_SPARSE);
	if (!area)
		return -ENOMEM;

	for (i = 0; i < touches; i++) {
		u32 *word = fill(get_random_u32_below(AREA_SIZE));

		if (!word) {
			release();
			return -ENOMEM;
		}
		++*word;
	}
	pr_info("%u touches filled %lu of %lu pages at %px\n", touches, filled,
		AREA_SIZE / PAGE_SIZE, area->addr);
	return 0;
}

static void __exit sparse_exit(void)
{
	release();
	pr_info("%lu pages are left\n", filled);
}

module_init(sparse_init);
module_exit(sparse_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A sparse area that is filled on demand");
