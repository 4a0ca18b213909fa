#include <linux/module.h>
#include <linux/completion.h>
static DECLARE_COMPLETION(c);
static int __init i(void){ wait_for_completion(&c); return 0;}
module_init(i); MODULE_LICENSE("GPL");
