// The smallest module with a parameter.
//
//   vmemctl insmod examples/modules/hello.c whom=kernel times=2

#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>

static char *whom = "world";
module_param(whom, charp, 0444);
MODULE_PARM_DESC(whom, "Who is greeted");

static int times = 1;
module_param(times, int, 0444);
MODULE_PARM_DESC(times, "How often");

static int __init hello_init(void)
{
	int i;

	if (times < 0)
		return -EINVAL;

	for (i = 0; i < times; i++)
		pr_info("hello, %s\n", whom);
	return 0;
}

static void __exit hello_exit(void)
{
	pr_info("goodbye, %s\n", whom);
}

module_init(hello_init);
module_exit(hello_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Says hello");
