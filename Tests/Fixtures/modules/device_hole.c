#include <linux/module.h>
#include <linux/io.h>
static int __init i(void)
{
	void __iomem *p = ioremap(0xb8000, 4096);

	pr_info("read %x\n", readl(p));
	writel(0x1f411f41, p);
	pr_info("read %x\n", readl(p));
	iounmap(p);
	return 0;
}
static void __exit e(void) { }
module_init(i);
module_exit(e);
MODULE_LICENSE("GPL");
