#include <linux/module.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
static int __init i(void)
{
	struct page *page = pfn_to_page(1);
	char *p = vmap(&page, 1, VM_MAP, PAGE_KERNEL);

	pr_info("read %d\n", p[8] == p[8]);
	p[8] = 1;
	return 0;
}
module_init(i);
MODULE_LICENSE("GPL");
