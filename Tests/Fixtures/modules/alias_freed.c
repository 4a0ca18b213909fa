#include <linux/module.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
static int __init i(void)
{
	struct page *page = alloc_page(GFP_KERNEL);
	char *p = vmap(&page, 1, VM_MAP, PAGE_KERNEL);

	p[8] = 1;
	pr_info("written\n");
	__free_page(page);
	p[9] = 1;
	return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
