#include <linux/module.h>
#include <linux/mm.h>
#include <linux/string.h>
static int way;
module_param(way, int, 0);
/* Users of pages that a block was split into, and of a compound block by any of its pages. */
static int __init i(void)
{
	struct page *page = alloc_pages(way < 2 ? GFP_KERNEL : GFP_KERNEL | __GFP_COMP, 3);
	int n;

	switch (way) {
	case 0:
		split_page(page, 3);
		__free_pages(page, 0);
		for (n = 1; n < 8; n++)
			put_page(page + n);
		break;
	case 1:
		split_page(page, 3);
		for (n = 0; n < 8; n++)
			put_page(page + n);
		break;
	case 2:
		get_page(page + 1);
		get_page(page + 7);
		pr_info("users %d\n", page_count(page + 3));
		put_page(page + 2);
		put_page(page + 3);
		memset(page_address(page + 7), 1, 4096);
		put_page(page + 4);
		break;
	case 3:
		get_page(page);
		__free_pages(page, 3);
		memset(page_address(page + 7), 1, 4096);
		put_page(page);
		break;
	}
	pr_info("done\n");
	return 0;
}
static void __exit e(void) { }
module_init(i);
module_exit(e);
MODULE_LICENSE("GPL");
