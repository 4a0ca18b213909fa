#include <linux/module.h>
#include <linux/mm.h>
static int __init i(void){ struct page *pg = alloc_page(GFP_KERNEL); char *p = page_address(pg); p[0]=1; __free_page(pg); p[1]=2; return 0;}
module_init(i); MODULE_LICENSE("GPL");
