// Addresses of the kernel's own objects, and memory of a node.
#include <linux/module.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

static int nap(void *data) { return 0; }

static int __init i(void) {
  struct kmem_cache *cache = kmem_cache_create("small", 24, 0, 0, NULL);
  struct task_struct *thread = kthread_create(nap, NULL, "napper");
  void *object;
  pr_info("current %px cache %px thread %p\n", current, cache, thread);
  object = __vmalloc_node_range(PAGE_SIZE, 1, VMALLOC_START, VMALLOC_END, GFP_KERNEL, PAGE_KERNEL, 0,
      NUMA_NO_NODE, __builtin_return_address(0));
  pr_info("anywhere %px\n", object);
  vfree(object);
  kthread_stop(thread);
  kmem_cache_destroy(cache);
  for (int node = 0; node < num_online_nodes(); node++) {
    object = kmalloc_node(100, GFP_KERNEL, node);
    pr_info("node %d: %d\n", node, page_to_nid(virt_to_page(object)));
    kfree(object);
    object = kmalloc_node(100000, GFP_KERNEL, node);
    pr_info("large %d: %d\n", node, page_to_nid(virt_to_page(object)));
    kfree(object);
  }
  return 0;
}
static void __exit e(void) {}
module_init(i);
module_exit(e);
MODULE_LICENSE("GPL");
