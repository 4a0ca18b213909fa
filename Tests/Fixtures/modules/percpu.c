#include <linux/module.h>
#include <linux/percpu.h>
static DEFINE_PER_CPU(int, cnt) = 5;
static int __init i(void){ int c; int __percpu *d = alloc_percpu(int); for_each_online_cpu(c){ per_cpu(cnt,c)+=c; *per_cpu_ptr(d,c)=c*10;} for_each_online_cpu(c) pr_info("cpu%d %d %d\n", c, per_cpu(cnt,c), *per_cpu_ptr(d,c)); free_percpu(d); return 0;}
module_init(i); MODULE_LICENSE("GPL");
