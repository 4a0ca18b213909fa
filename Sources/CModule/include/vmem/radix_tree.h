// Radix trees: what xarrays were called before, with tags for marks. Locks are the caller's.
#ifndef VMEM_RADIX_TREE_H
#define VMEM_RADIX_TREE_H

#include <vmem/xarray.h>

#define radix_tree_root xarray
#define radix_tree_node xa_node
#define RADIX_TREE_MAX_TAGS 3
#define RADIX_TREE_MAP_SHIFT XA_CHUNK_SHIFT
#define RADIX_TREE_MAP_SIZE XA_CHUNK_SIZE
#define RADIX_TREE_MAP_MASK XA_CHUNK_MASK
#define RADIX_TREE_MAX_PATH 11
#define RADIX_TREE_INIT(name, gfp) XARRAY_INIT(name, gfp)
#define RADIX_TREE(name, gfp) struct radix_tree_root name = RADIX_TREE_INIT(name, gfp)
#define INIT_RADIX_TREE(root, gfp) xa_init_flags(root, gfp)
static inline bool radix_tree_empty(const struct xarray *root) { return xa_empty(root); }
static inline bool radix_tree_is_internal_node(void *pointer) { return xa_is_internal(pointer); }
#define radix_tree_exception(entry) ((unsigned long)(entry) & 3)
#define radix_tree_deref_slot(slot) rcu_dereference(*(slot))
#define radix_tree_deref_slot_protected(slot, lock) (*(slot))
#define radix_tree_deref_retry(entry) radix_tree_is_internal_node(entry)
static inline int radix_tree_preload(gfp_t gfp) {
  might_sleep_if(gfp & __GFP_DIRECT_RECLAIM);
  preempt_disable();
  return 0;
}
#define radix_tree_maybe_preload radix_tree_preload
#define radix_tree_preload_end() preempt_enable()

static inline int radix_tree_insert(struct xarray *root, unsigned long index, void *item) {
  BUG_ON(radix_tree_is_internal_node(item));
  gfp_t gfp = root->xa_flags & ~0xfU;
  struct xa_node *leaf = vmem_xa_make(root, index, gfp);
  if (!leaf) return -ENOMEM;
  if (leaf->slots[index & XA_CHUNK_MASK]) return -EEXIST;
  vmem_xa_put(root, leaf, index, item);
  return 0;
}
static inline void *radix_tree_lookup(const struct xarray *root, unsigned long index) {
  return vmem_xa_get(root, index);
}
static inline void **radix_tree_lookup_slot(const struct xarray *root, unsigned long index) {
  struct xa_node *leaf = vmem_xa_leaf(root, index);
  void **slot = leaf ? &leaf->slots[index & XA_CHUNK_MASK] : NULL;
  return slot && *slot ? slot : NULL;
}
// Deletes what is there if it is `item`, or whatever it is; what was there.
static inline void *radix_tree_delete_item(struct xarray *root, unsigned long index, void *item) {
  void *held = vmem_xa_get(root, index);
  if (!held || (item && held != item)) return NULL;
  return __xa_erase(root, index);
}
#define radix_tree_delete(root, index) radix_tree_delete_item(root, index, NULL)

// MARK: Tags

static inline void *radix_tree_tag_set(struct xarray *root, unsigned long index, unsigned int tag) {
  __xa_set_mark(root, index, tag);
  return vmem_xa_get(root, index);
}
static inline void *radix_tree_tag_clear(
    struct xarray *root, unsigned long index, unsigned int tag) {
  __xa_clear_mark(root, index, tag);
  return vmem_xa_get(root, index);
}
static inline int radix_tree_tag_get(
    const struct xarray *root, unsigned long index, unsigned int tag) {
  return xa_get_mark((struct xarray *)root, index, tag);
}
static inline int radix_tree_tagged(const struct xarray *root, unsigned int tag) {
  return xa_marked(root, tag);
}

// MARK: In the order of indices

struct radix_tree_iter {
  unsigned long index, next_index, tags;
  struct xa_node *node;
};
enum {
  RADIX_TREE_ITER_TAG_MASK = 0xf, RADIX_TREE_ITER_TAGGED = 0x10, RADIX_TREE_ITER_CONTIG = 0x20,
};
static inline void **radix_tree_iter_init(struct radix_tree_iter *iterator, unsigned long start) {
  iterator->index = 0;
  iterator->next_index = start;
  return NULL;
}
static inline void **radix_tree_next_chunk(
    const struct xarray *root, struct radix_tree_iter *iterator, unsigned int flags) {
  unsigned long index = iterator->next_index;
  bool tagged = flags & RADIX_TREE_ITER_TAGGED;
  unsigned int set = tagged ? flags & RADIX_TREE_ITER_TAG_MASK : VMEM_XA_USED;
  if (!index && iterator->index) return NULL;
  if (!vmem_xa_seek(root, &index, set)) return NULL;
  if (flags & RADIX_TREE_ITER_CONTIG && index != iterator->next_index) return NULL;
  iterator->index = index;
  iterator->next_index = index + 1;
  iterator->node = vmem_xa_leaf(root, index);
  return &iterator->node->slots[index & XA_CHUNK_MASK];
}
// Every chunk is one slot.
#define radix_tree_chunk_size(iterator) \
  ((long)((iterator)->next_index - (iterator)->index))
static inline void **radix_tree_next_slot(
    void **slot, struct radix_tree_iter *iterator, unsigned int flags) {
  return NULL;
}
#define radix_tree_iter_resume(slot, iterator) ((void **)NULL)
#define radix_tree_iter_retry(iterator) \
  ((iterator)->next_index = (iterator)->index, (iterator)->tags = 0, (void **)NULL)
#define radix_tree_iter_delete(root, iterator, slot) ((void)__xa_erase(root, (iterator)->index))
#define __vmem_radix_each(slot, root, iterator, start, flags) \
  for ((slot) = radix_tree_iter_init(iterator, start); \
       ((slot) = radix_tree_next_chunk(root, iterator, flags)) != NULL; (slot) = NULL)
#define radix_tree_for_each_slot(slot, root, iterator, start) \
  __vmem_radix_each(slot, root, iterator, start, 0)
#define radix_tree_for_each_contig(slot, root, iterator, start) \
  __vmem_radix_each(slot, root, iterator, start, RADIX_TREE_ITER_CONTIG)
#define radix_tree_for_each_tagged(slot, root, iterator, start, tag) \
  __vmem_radix_each(slot, root, iterator, start, RADIX_TREE_ITER_TAGGED | (tag))

static inline unsigned int vmem_radix_gang(const struct xarray *root, void **items, void ***slots,
    unsigned long first, unsigned int most, unsigned int flags) {
  struct radix_tree_iter iterator;
  unsigned int found = 0;
  void **slot;
  if (!most) return 0;
  __vmem_radix_each(slot, root, &iterator, first, flags) {
    if (items) items[found] = *slot;
    if (slots) slots[found] = slot;
    if (++found == most) break;
  }
  return found;
}
#define radix_tree_gang_lookup(root, items, first, most) \
  vmem_radix_gang(root, items, NULL, first, most, 0)
#define radix_tree_gang_lookup_tag(root, items, first, most, tag) \
  vmem_radix_gang(root, items, NULL, first, most, RADIX_TREE_ITER_TAGGED | (tag))
#define radix_tree_gang_lookup_tag_slot(root, slots, first, most, tag) \
  vmem_radix_gang(root, NULL, slots, first, most, RADIX_TREE_ITER_TAGGED | (tag))
static inline void radix_tree_replace_slot(struct xarray *root, void **slot, void *item) {
  struct radix_tree_iter iterator;
  void **at;
  *slot = item;
  if (item) return;
  radix_tree_for_each_slot(at, root, &iterator, 0) {
    if (at != slot) continue;
    vmem_xa_put(root, iterator.node, iterator.index, NULL);
    break;
  }
}

// As they were called before 4.20.
#define __radix_tree_insert(root, index, order, item) radix_tree_insert(root, index, item)
#define __radix_tree_lookup(root, index, node, slot) vmem_radix_place(root, index, node, slot)
static inline void *vmem_radix_place(
    const struct xarray *root, unsigned long index, struct xa_node **node, void ***slot) {
  if (node) *node = vmem_xa_leaf(root, index);
  if (slot) *slot = radix_tree_lookup_slot(root, index);
  return vmem_xa_get(root, index);
}

#endif
