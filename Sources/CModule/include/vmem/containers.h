// Structures of the kernel's library that are small enough to be whole here: pools and klists.
#ifndef VMEM_CONTAINERS_H
#define VMEM_CONTAINERS_H

#include <vmem/list.h>
#include <vmem/locks.h>
#include <vmem/slab.h>

// MARK: Pools: a number of objects is kept back

typedef void *(mempool_alloc_t)(gfp_t gfp, void *data);
typedef void (mempool_free_t)(void *object, void *data);
typedef struct mempool_s {
  spinlock_t lock;
  int min_nr, curr_nr;
  void **elements;
  void *pool_data;
  mempool_alloc_t *alloc;
  mempool_free_t *free;
} mempool_t;

static inline void mempool_destroy(mempool_t *pool) {
  if (!pool) return;
  while (pool->curr_nr) pool->free(pool->elements[--pool->curr_nr], pool->pool_data);
  kfree(pool->elements);
  kfree(pool);
}
static inline mempool_t *mempool_create(
    int count, mempool_alloc_t *allocate, mempool_free_t *release, void *data) {
  mempool_t *pool = kzalloc(sizeof(*pool), GFP_KERNEL);
  if (!pool) return NULL;
  *pool = (mempool_t){ .min_nr = count, .pool_data = data, .alloc = allocate, .free = release };
  spin_lock_init(&pool->lock);
  pool->elements = kcalloc(count, sizeof(void *), GFP_KERNEL);
  while (pool->elements && pool->curr_nr < count) {
    void *object = allocate(GFP_KERNEL, data);
    if (!object) break;
    pool->elements[pool->curr_nr++] = object;
  }
  if (pool->elements && pool->curr_nr == count) return pool;
  mempool_destroy(pool);
  return NULL;
}
static inline void *mempool_alloc(mempool_t *pool, gfp_t gfp) {
  void *object = pool->alloc(gfp | __GFP_NOWARN, pool->pool_data);
  if (object) return object;
  spin_lock(&pool->lock);
  if (pool->curr_nr) object = pool->elements[--pool->curr_nr];
  spin_unlock(&pool->lock);
  return object;
}
static inline void mempool_free(void *object, mempool_t *pool) {
  if (!object) return;
  spin_lock(&pool->lock);
  bool kept = pool->curr_nr < pool->min_nr;
  if (kept) pool->elements[pool->curr_nr++] = object;
  spin_unlock(&pool->lock);
  if (!kept) pool->free(object, pool->pool_data);
}
static inline void *mempool_alloc_slab(gfp_t gfp, void *cache) {
  return kmem_cache_alloc(cache, gfp);
}
static inline void mempool_free_slab(void *object, void *cache) { kmem_cache_free(cache, object); }
static inline void *mempool_kmalloc(gfp_t gfp, void *size) { return kmalloc((size_t)size, gfp); }
static inline void mempool_kfree(void *object, void *size) { kfree(object); }
static inline void *mempool_alloc_pages(gfp_t gfp, void *order) {
  return alloc_pages(gfp, (int)(long)order);
}
static inline void mempool_free_pages(void *page, void *order) {
  __free_pages(page, (int)(long)order);
}
#define mempool_create_slab_pool(count, cache) \
  mempool_create(count, mempool_alloc_slab, mempool_free_slab, (void *)(cache))
#define mempool_create_kmalloc_pool(count, size) \
  mempool_create(count, mempool_kmalloc, mempool_kfree, (void *)(size_t)(size))
#define mempool_create_page_pool(count, order) \
  mempool_create(count, mempool_alloc_pages, mempool_free_pages, (void *)(long)(order))

// MARK: klists: lists whose nodes are counted, and that may change while they are walked

struct klist_node;
struct klist {
  spinlock_t k_lock;
  struct list_head k_list;
  void (*get)(struct klist_node *node);
  void (*put)(struct klist_node *node);
};
struct klist_node {
  struct klist *n_klist;
  struct list_head n_node;
  struct kref n_ref;
  bool dead;
};
struct klist_iter {
  struct klist *i_klist;
  struct klist_node *i_cur;
};
#define KLIST_INIT(name, get_, put_) \
  { .k_lock = __SPIN_LOCK_UNLOCKED(name), .k_list = LIST_HEAD_INIT((name).k_list), \
    .get = (get_), .put = (put_) }
#define DEFINE_KLIST(name, get, put) struct klist name = KLIST_INIT(name, get, put)
static inline void klist_init(struct klist *list, void (*get)(struct klist_node *node),
    void (*put)(struct klist_node *node)) {
  spin_lock_init(&list->k_lock);
  INIT_LIST_HEAD(&list->k_list);
  list->get = get;
  list->put = put;
}
static inline void vmem_klist_add(struct klist_node *node, struct klist *list, bool tail) {
  node->n_klist = list;
  node->dead = false;
  kref_init(&node->n_ref);
  if (list->get) list->get(node);
  spin_lock(&list->k_lock);
  if (tail) list_add_tail(&node->n_node, &list->k_list);
  else list_add(&node->n_node, &list->k_list);
  spin_unlock(&list->k_lock);
}
#define klist_add_head(node, list) vmem_klist_add(node, list, false)
#define klist_add_tail(node, list) vmem_klist_add(node, list, true)
static inline bool klist_node_attached(struct klist_node *node) { return node->n_klist != NULL; }
static inline void vmem_klist_drop(struct klist_node *node, bool kill) {
  struct klist *list = node->n_klist;
  spin_lock(&list->k_lock);
  node->dead |= kill;
  bool last = refcount_dec_and_test(&node->n_ref.refcount);
  if (last) list_del(&node->n_node);
  if (last) node->n_klist = NULL;
  spin_unlock(&list->k_lock);
  if (last && list->put) list->put(node);
}
static inline void klist_del(struct klist_node *node) { vmem_klist_drop(node, true); }
static inline void klist_remove(struct klist_node *node) {
  klist_del(node);
  while (klist_node_attached(node)) schedule_timeout(1);
}
static inline void klist_iter_init_node(
    struct klist *list, struct klist_iter *iterator, struct klist_node *node) {
  iterator->i_klist = list;
  iterator->i_cur = node && kref_get_unless_zero(&node->n_ref) ? node : NULL;
}
#define klist_iter_init(list, iterator) klist_iter_init_node(list, iterator, NULL)
static inline void klist_iter_exit(struct klist_iter *iterator) {
  if (iterator->i_cur) vmem_klist_drop(iterator->i_cur, false);
  iterator->i_cur = NULL;
}
static inline struct klist_node *klist_next(struct klist_iter *iterator) {
  struct klist *list = iterator->i_klist;
  struct klist_node *last = iterator->i_cur, *next = NULL;
  spin_lock(&list->k_lock);
  struct list_head *at = last ? last->n_node.next : list->k_list.next;
  for (; at != &list->k_list && !next; at = at->next) {
    struct klist_node *node = list_entry(at, struct klist_node, n_node);
    if (!node->dead) next = node;
  }
  if (next) kref_get(&next->n_ref);
  iterator->i_cur = next;
  spin_unlock(&list->k_lock);
  if (last) vmem_klist_drop(last, false);
  return next;
}

#endif
