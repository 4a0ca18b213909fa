#include <linux/module.h>
struct s {int a,b;};
static int __init i(void){ struct s *p = NULL; p = READ_ONCE(p); pr_info("b %d\n", p->b); return 0;}
module_init(i); MODULE_LICENSE("GPL");
