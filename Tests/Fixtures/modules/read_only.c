#include <linux/module.h>
#include <linux/vmalloc.h>
#include <linux/mm.h>
static int __init i(void){ struct page *pg = alloc_page(GFP_KERNEL); char *p = vmap(&pg,1,VM_MAP,PAGE_KERNEL_RO); pr_info("read %d\n", p[0]); p[1]=2; return 0;}
module_init(i); MODULE_LICENSE("GPL");
