#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/vmalloc.h>
/* More pages than there are, each given back before the next is taken. */
static int __init i(void)
{
	int n;

	for (n = 0; n < 20000; n++) {
		void *p = vmalloc(4096);

		if (!p)
			break;
		kvfree_rcu_mightsleep(p);
	}
	pr_info("%d areas\n", n);
	return 0;
}
static void __exit e(void) { }
module_init(i);
module_exit(e);
MODULE_LICENSE("GPL");
