// Writes to objects that were freed, and beside objects.
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

static int way;
module_param(way, int, 0);

struct pair { struct rcu_head head; char rest[100]; };

static int __init start(void) {
  char *object = kmalloc(way == 3 ? 100 : 32, GFP_KERNEL), *again;
  struct kmem_cache *cache = kmem_cache_create("typesafe", 64, 0, SLAB_TYPESAFE_BY_RCU, NULL);
  struct pair *pair = kmalloc(sizeof(*pair), GFP_KERNEL);
  char *safe = kmem_cache_alloc(cache, GFP_KERNEL);
  OPTIMIZER_HIDE_VAR(object);
  switch (way) {
  case 0:
    kfree(object);
    object[5] = 1;
    again = kmalloc(32, GFP_KERNEL);
    pr_info("the same %d\n", again == object);
    kfree(again);
    break;
  case 1: kfree(object); object[31] = 1; break;
  case 2: memset(object, 0x55, 40); kfree(object); break;
  case 3: memset(object, 0x55, 101); kfree(object); break;
  case 4: object[-1] = 1; break;
  case 5: memset(object, 0x55, ksize(object)); kfree(object); break;
  case 6: kmem_cache_free(cache, safe); safe[0] = 1; kfree(object); break;
  case 7:
    memset(object, 0x55, 32);
    kfree(object);
    again = kmalloc(32, GFP_KERNEL);
    pr_info("zeroed %d\n", !memchr_inv(again, 0, 32));
    kfree(again);
    break;
  }
  if (way != 6) kmem_cache_free(cache, safe);
  kfree_rcu(pair, head);
  kmem_cache_destroy(cache);
  return 0;
}
static void __exit end(void) { }
module_init(start);
module_exit(end);
MODULE_LICENSE("GPL");
