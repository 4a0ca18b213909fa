// A module that takes itself, and leaves calls and a region behind.
#include <linux/io.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

static int way;
module_param(way, int, 0);

static struct object { struct rcu_head head; } *object;
static void freed(struct rcu_head *head) { kfree(container_of(head, struct object, head)); }
static void worked(struct work_struct *work) { pr_info("worked\n"); }
static DECLARE_WORK(work, worked);

static int __init start(void) {
  if (way == 0) __module_get(THIS_MODULE);
  if (way == 1 || way == 2) object = kmalloc(sizeof(*object), GFP_KERNEL);
  if (way == 3 && !request_mem_region(0xfe000000, 4096, "mine")) return -EBUSY;
#if !defined(CONFIG_MODULE_UNLOAD) || !defined(CONFIG_BUG) || !defined(CONFIG_TREE_RCU)
  return -EINVAL;
#endif
  return 0;
}
static void __exit end(void) {
  if (object) call_rcu(&object->head, freed);
  if (way == 2) rcu_barrier();
  if (way == 4) schedule_work(&work);
}
module_init(start);
module_exit(end);
MODULE_LICENSE("GPL");
