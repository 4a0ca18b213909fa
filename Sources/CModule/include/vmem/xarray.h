// Arrays of pointers by sparse indices: a tree of nodes of 64 slots, of memory of kmalloc. The
// numbers of idr.h and the trees of radix_tree.h are the same store.
#ifndef VMEM_XARRAY_H
#define VMEM_XARRAY_H

#include <vmem/list.h>
#include <vmem/locks.h>
#include <vmem/rcu.h>
#include <vmem/slab.h>

// MARK: Entries: pointers, numbers of 63 bits, and what only the array has

static inline void *xa_mk_value(unsigned long value) {
  WARN_ON((long)value < 0);
  return (void *)(value << 1 | 1);
}
static inline unsigned long xa_to_value(const void *entry) { return (unsigned long)entry >> 1; }
static inline bool xa_is_value(const void *entry) { return (unsigned long)entry & 1; }
static inline void *xa_tag_pointer(void *pointer, unsigned long tag) {
  return (void *)((unsigned long)pointer | tag);
}
static inline void *xa_untag_pointer(void *entry) { return (void *)((unsigned long)entry & ~3UL); }
static inline unsigned int xa_pointer_tag(void *entry) { return (unsigned long)entry & 3; }
static inline void *xa_mk_internal(unsigned long value) { return (void *)(value << 2 | 2); }
static inline unsigned long xa_to_internal(const void *entry) { return (unsigned long)entry >> 2; }
static inline bool xa_is_internal(const void *entry) { return ((unsigned long)entry & 3) == 2; }
#define XA_RETRY_ENTRY xa_mk_internal(256)
// A slot that is taken, and holds nothing.
#define XA_ZERO_ENTRY xa_mk_internal(257)
static inline bool xa_is_zero(const void *entry) { return entry == XA_ZERO_ENTRY; }
static inline bool xa_is_retry(const void *entry) { return entry == XA_RETRY_ENTRY; }
static inline bool xa_is_err(const void *entry) {
  return xa_is_internal(entry) && entry >= xa_mk_internal(-MAX_ERRNO);
}
static inline int xa_err(void *entry) { return xa_is_err(entry) ? (long)entry >> 2 : 0; }
static inline bool xa_is_advanced(const void *entry) {
  return xa_is_internal(entry) && entry <= XA_RETRY_ENTRY;
}
static inline void *vmem_xa_seen(void *entry) { return xa_is_zero(entry) ? NULL : entry; }

// MARK: Arrays

typedef unsigned int xa_mark_t;
#define XA_MARK_0 0U
#define XA_MARK_1 1U
#define XA_MARK_2 2U
#define XA_MARK_MAX XA_MARK_2
#define XA_PRESENT 8U
#define XA_FREE_MARK XA_MARK_0
#define XA_CHUNK_SHIFT 6
#define XA_CHUNK_SIZE 64
#define XA_CHUNK_MASK 63
#define XA_MAX_MARKS 3

#define XA_FLAGS_LOCK_IRQ 1U
#define XA_FLAGS_LOCK_BH 2U
#define XA_FLAGS_TRACK_FREE 4U
#define XA_FLAGS_ZERO_BUSY 8U
#define XA_FLAGS_ALLOC_WRAPPED 16U
#define XA_FLAGS_ACCOUNT 32U
#define XA_FLAGS_ALLOC XA_FLAGS_TRACK_FREE
#define XA_FLAGS_ALLOC1 (XA_FLAGS_TRACK_FREE | XA_FLAGS_ZERO_BUSY)

// What is known of a node's slots, a bit each: the marks, whether anything is in or below it, and
// whether no index below it is free.
enum { VMEM_XA_USED = 3, VMEM_XA_FULL, VMEM_XA_SETS };
struct xa_node {
  // Of an index, the bits that choose a slot here; its slot in the parent.
  unsigned char shift, offset;
  struct xa_node *parent;
  unsigned long sets[VMEM_XA_SETS];
  void *slots[XA_CHUNK_SIZE];
};
struct xarray {
  spinlock_t xa_lock;
  gfp_t xa_flags;
  void *xa_head;
};
struct xa_limit { u32 max, min; };
#define XA_LIMIT(low, high) (struct xa_limit){ .min = (low), .max = (high) }
#define xa_limit_32b XA_LIMIT(0, UINT_MAX)
#define xa_limit_31b XA_LIMIT(0, INT_MAX)
#define xa_limit_16b XA_LIMIT(0, USHRT_MAX)

#define XARRAY_INIT(name, flags) \
  { .xa_lock = __SPIN_LOCK_UNLOCKED(name.xa_lock), .xa_flags = (flags), .xa_head = NULL }
#define DEFINE_XARRAY_FLAGS(name, flags) struct xarray name = XARRAY_INIT(name, flags)
#define DEFINE_XARRAY(name) DEFINE_XARRAY_FLAGS(name, 0)
#define DEFINE_XARRAY_ALLOC(name) DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC)
#define DEFINE_XARRAY_ALLOC1(name) DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC1)
static inline void xa_init_flags(struct xarray *xa, gfp_t flags) {
  spin_lock_init(&xa->xa_lock);
  xa->xa_flags = flags;
  xa->xa_head = NULL;
}
static inline void xa_init(struct xarray *xa) { xa_init_flags(xa, 0); }
static inline bool xa_empty(const struct xarray *xa) { return !xa->xa_head; }

#define xa_trylock(xa) spin_trylock(&(xa)->xa_lock)
#define xa_lock(xa) spin_lock(&(xa)->xa_lock)
#define xa_unlock(xa) spin_unlock(&(xa)->xa_lock)
#define xa_lock_bh(xa) spin_lock_bh(&(xa)->xa_lock)
#define xa_unlock_bh(xa) spin_unlock_bh(&(xa)->xa_lock)
#define xa_lock_irq(xa) spin_lock_irq(&(xa)->xa_lock)
#define xa_unlock_irq(xa) spin_unlock_irq(&(xa)->xa_lock)
#define xa_lock_irqsave(xa, flags) spin_lock_irqsave(&(xa)->xa_lock, flags)
#define xa_unlock_irqrestore(xa, flags) spin_unlock_irqrestore(&(xa)->xa_lock, flags)
#define xa_lock_nested(xa, subclass) xa_lock(xa)

// MARK: The tree

// The last index that a node, as the root, has a slot for.
static inline unsigned long vmem_xa_last(const struct xa_node *node) {
  return node->shift + XA_CHUNK_SHIFT >= 64 ? ~0UL : (64UL << node->shift) - 1;
}
static inline struct xa_node *vmem_xa_leaf(const struct xarray *xa, unsigned long index) {
  struct xa_node *node = xa->xa_head;
  if (!node || index > vmem_xa_last(node)) return NULL;
  while (node && node->shift) node = node->slots[(index >> node->shift) & XA_CHUNK_MASK];
  return node;
}
static inline void *vmem_xa_get(const struct xarray *xa, unsigned long index) {
  struct xa_node *leaf = vmem_xa_leaf(xa, index);
  return leaf ? leaf->slots[index & XA_CHUNK_MASK] : NULL;
}

// Moves to the first index from here on that is in a set, or for VMEM_XA_FULL that is free; false
// if there is none.
static inline bool vmem_xa_seek(const struct xarray *xa, unsigned long *index, unsigned int set) {
  const struct xa_node *root = xa->xa_head, *node = root;
  bool wants_free = set == VMEM_XA_FULL;
  while (node && *index <= vmem_xa_last(root)) {
    unsigned long slots = wants_free ? ~node->sets[set] : node->sets[set];
    slots >>= (*index >> node->shift) & XA_CHUNK_MASK;
    if (!slots) {
      *index = (*index | vmem_xa_last(node)) + 1;
      if (!*index) return false;
      node = root;
      continue;
    }
    unsigned long steps = __ffs(slots);
    if (steps) *index = ((*index >> node->shift) + steps) << node->shift;
    const struct xa_node *child = node->slots[(*index >> node->shift) & XA_CHUNK_MASK];
    if (!node->shift || !child) return true;
    node = child;
  }
  return wants_free;
}

static inline bool vmem_xa_any(const struct xa_node *node, unsigned int set) {
  return set == VMEM_XA_FULL ? !~node->sets[set] : node->sets[set] != 0;
}
// Notes something of a slot, and above what follows from that.
static inline void vmem_xa_note(
    struct xa_node *node, unsigned int slot, unsigned int set, bool on) {
  for (;;) {
    bool before = vmem_xa_any(node, set);
    if (on) node->sets[set] |= BIT(slot);
    else node->sets[set] &= ~BIT(slot);
    on = vmem_xa_any(node, set);
    if (on == before || !node->parent) return;
    slot = node->offset;
    node = node->parent;
  }
}
// Frees the nodes from here to the root that have nothing.
static inline void vmem_xa_prune(struct xarray *xa, struct xa_node *node) {
  while (node && !node->sets[VMEM_XA_USED]) {
    struct xa_node *parent = node->parent;
    if (parent) parent->slots[node->offset] = NULL;
    else xa->xa_head = NULL;
    kfree(node);
    node = parent;
  }
}
static inline void vmem_xa_put(
    struct xarray *xa, struct xa_node *leaf, unsigned long index, void *entry) {
  unsigned int slot = index & XA_CHUNK_MASK;
  leaf->slots[slot] = entry;
  for (unsigned int set = entry ? VMEM_XA_USED : 0; set < VMEM_XA_SETS; set++) {
    vmem_xa_note(leaf, slot, set, entry != NULL);
  }
  if (!entry) vmem_xa_prune(xa, leaf);
}

static inline struct xa_node *vmem_xa_node(
    struct xa_node *parent, unsigned char shift, unsigned char offset, gfp_t gfp) {
  struct xa_node *node = kzalloc(sizeof(*node), gfp);
  if (!node) return NULL;
  node->shift = shift;
  node->offset = offset;
  node->parent = parent;
  return node;
}
// The leaf of an index, which is made where it is not there; 0 without memory.
static inline struct xa_node *vmem_xa_make(struct xarray *xa, unsigned long index, gfp_t gfp) {
  struct xa_node *node = xa->xa_head;
  if (!node) {
    unsigned char shift = 0;
    while (shift + XA_CHUNK_SHIFT < 64 && index >> (shift + XA_CHUNK_SHIFT)) {
      shift += XA_CHUNK_SHIFT;
    }
    xa->xa_head = node = vmem_xa_node(NULL, shift, 0, gfp);
  }
  while (node && index > vmem_xa_last(node)) {
    struct xa_node *root = vmem_xa_node(NULL, node->shift + XA_CHUNK_SHIFT, 0, gfp);
    if (!root) return NULL;
    root->slots[0] = node;
    for (unsigned int set = 0; set < VMEM_XA_SETS; set++) root->sets[set] = vmem_xa_any(node, set);
    node->parent = root;
    xa->xa_head = node = root;
  }
  while (node && node->shift) {
    unsigned int slot = (index >> node->shift) & XA_CHUNK_MASK;
    struct xa_node *child = node->slots[slot];
    if (!child) {
      child = vmem_xa_node(node, node->shift - XA_CHUNK_SHIFT, slot, gfp);
      if (!child) vmem_xa_prune(xa, node);
      else node->slots[slot] = child;
    }
    node = child;
  }
  return node;
}
static inline void vmem_xa_yield(struct xarray *xa, bool locks) {
  bool irq = xa->xa_flags & XA_FLAGS_LOCK_IRQ, bh = xa->xa_flags & XA_FLAGS_LOCK_BH;
  if (locks && irq) xa_lock_irq(xa);
  else if (locks && bh) xa_lock_bh(xa);
  else if (locks) xa_lock(xa);
  else if (irq) xa_unlock_irq(xa);
  else if (bh) xa_unlock_bh(xa);
  else xa_unlock(xa);
}
// The same with the lock held, which is given up where memory has to be waited for.
static inline struct xa_node *vmem_xa_make_locked(
    struct xarray *xa, unsigned long index, gfp_t gfp) {
  struct xa_node *leaf = vmem_xa_make(xa, index, (gfp & ~__GFP_DIRECT_RECLAIM) | __GFP_NOWARN);
  if (leaf || !(gfp & __GFP_DIRECT_RECLAIM)) return leaf;
  vmem_xa_yield(xa, false);
  kfree(kmalloc(sizeof(*leaf), gfp));
  vmem_xa_yield(xa, true);
  return vmem_xa_make(xa, index, gfp & ~__GFP_DIRECT_RECLAIM);
}
// Frees all nodes, in the order of what they hold.
static inline void vmem_xa_clear(struct xarray *xa) {
  struct xa_node *node = xa->xa_head;
  while (node) {
    struct xa_node *child = NULL;
    for (int slot = 0; node->shift && slot < XA_CHUNK_SIZE && !child; slot++) {
      child = node->slots[slot];
      node->slots[slot] = NULL;
    }
    struct xa_node *parent = node->parent;
    if (!child) kfree(node);
    node = child ? child : parent;
  }
  xa->xa_head = NULL;
}

// MARK: Calls with the lock held

static inline void *__xa_erase(struct xarray *xa, unsigned long index) {
  struct xa_node *leaf = vmem_xa_leaf(xa, index);
  void *old = leaf ? leaf->slots[index & XA_CHUNK_MASK] : NULL;
  if (old) vmem_xa_put(xa, leaf, index, NULL);
  return vmem_xa_seen(old);
}
static inline void *__xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp) {
  if (WARN_ON_ONCE(xa_is_advanced(entry))) return xa_mk_internal(-EINVAL);
  if (!entry && xa->xa_flags & XA_FLAGS_TRACK_FREE) entry = XA_ZERO_ENTRY;
  if (!entry) return __xa_erase(xa, index);
  struct xa_node *leaf = vmem_xa_make_locked(xa, index, gfp);
  if (!leaf) return xa_mk_internal(-ENOMEM);
  void *old = leaf->slots[index & XA_CHUNK_MASK];
  vmem_xa_put(xa, leaf, index, entry);
  return vmem_xa_seen(old);
}
static inline void *__xa_cmpxchg(
    struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp) {
  if (WARN_ON_ONCE(xa_is_advanced(entry))) return xa_mk_internal(-EINVAL);
  struct xa_node *leaf = entry ? vmem_xa_make_locked(xa, index, gfp) : vmem_xa_leaf(xa, index);
  if (!leaf) return entry ? xa_mk_internal(-ENOMEM) : NULL;
  void *held = leaf->slots[index & XA_CHUNK_MASK];
  if (held == old) vmem_xa_put(xa, leaf, index, entry);
  else vmem_xa_prune(xa, leaf);
  return vmem_xa_seen(held);
}
static inline int __xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp) {
  if (WARN_ON_ONCE(xa_is_advanced(entry))) return -EINVAL;
  struct xa_node *leaf = vmem_xa_make_locked(xa, index, gfp);
  if (!leaf) return -ENOMEM;
  if (leaf->slots[index & XA_CHUNK_MASK]) return -EBUSY;
  vmem_xa_put(xa, leaf, index, entry ? entry : XA_ZERO_ENTRY);
  return 0;
}
static inline int __xa_alloc(
    struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp) {
  if (WARN_ON_ONCE(xa_is_advanced(entry))) return -EINVAL;
  if (WARN_ON_ONCE(!(xa->xa_flags & XA_FLAGS_TRACK_FREE))) return -EINVAL;
  for (;;) {
    unsigned long index = limit.min;
    if (!index && xa->xa_flags & XA_FLAGS_ZERO_BUSY) index = 1;
    if (!vmem_xa_seek(xa, &index, VMEM_XA_FULL) || index > limit.max) return -EBUSY;
    struct xa_node *leaf = vmem_xa_make_locked(xa, index, gfp);
    if (!leaf) return -ENOMEM;
    if (leaf->slots[index & XA_CHUNK_MASK]) continue;
    vmem_xa_put(xa, leaf, index, entry ? entry : XA_ZERO_ENTRY);
    *id = index;
    return 0;
  }
}
// 1 if the numbers have begun again from the lowest.
static inline int __xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry,
    struct xa_limit limit, u32 *next, gfp_t gfp) {
  u32 low = limit.min;
  limit.min = max(low, *next);
  int result = __xa_alloc(xa, id, entry, limit, gfp);
  if (!result && xa->xa_flags & XA_FLAGS_ALLOC_WRAPPED) {
    xa->xa_flags &= ~XA_FLAGS_ALLOC_WRAPPED;
    result = 1;
  }
  if (result < 0 && limit.min > low) {
    limit.min = low;
    result = __xa_alloc(xa, id, entry, limit, gfp);
    if (!result) result = 1;
  }
  if (result < 0) return result;
  *next = *id + 1;
  if (!*next) xa->xa_flags |= XA_FLAGS_ALLOC_WRAPPED;
  return result;
}
static inline void __xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark) {
  struct xa_node *leaf = vmem_xa_leaf(xa, index);
  unsigned int slot = index & XA_CHUNK_MASK;
  if (leaf && leaf->slots[slot]) vmem_xa_note(leaf, slot, mark, true);
}
static inline void __xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark) {
  struct xa_node *leaf = vmem_xa_leaf(xa, index);
  if (leaf) vmem_xa_note(leaf, index & XA_CHUNK_MASK, mark, false);
}

// MARK: Calls that take the lock

#define __vmem_xa_call(type, name, suffix, arguments, values) \
  static inline type name##suffix arguments { \
    xa_lock##suffix(xa); \
    type result = __##name values; \
    xa_unlock##suffix(xa); \
    return result; \
  }
#define __vmem_xa_calls(type, name, arguments, values) \
  __vmem_xa_call(type, name, , arguments, values) \
  __vmem_xa_call(type, name, _bh, arguments, values) \
  __vmem_xa_call(type, name, _irq, arguments, values)
__vmem_xa_calls(void *, xa_erase, (struct xarray *xa, unsigned long index), (xa, index))
__vmem_xa_calls(void *, xa_store, (struct xarray *xa, unsigned long index, void *entry, gfp_t gfp),
    (xa, index, entry, gfp))
__vmem_xa_calls(void *, xa_cmpxchg,
    (struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp),
    (xa, index, old, entry, gfp))
__vmem_xa_calls(int, xa_insert, (struct xarray *xa, unsigned long index, void *entry, gfp_t gfp),
    (xa, index, entry, gfp))
__vmem_xa_calls(int, xa_alloc,
    (struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp),
    (xa, id, entry, limit, gfp))
__vmem_xa_calls(int, xa_alloc_cyclic, (struct xarray *xa, u32 *id, void *entry,
    struct xa_limit limit, u32 *next, gfp_t gfp), (xa, id, entry, limit, next, gfp))

static inline void *xa_load(struct xarray *xa, unsigned long index) {
  return vmem_xa_seen(vmem_xa_get(xa, index));
}
#define xa_reserve(xa, index, gfp) xa_err(xa_cmpxchg(xa, index, NULL, XA_ZERO_ENTRY, gfp))
#define xa_reserve_bh(xa, index, gfp) xa_err(xa_cmpxchg_bh(xa, index, NULL, XA_ZERO_ENTRY, gfp))
#define xa_reserve_irq(xa, index, gfp) xa_err(xa_cmpxchg_irq(xa, index, NULL, XA_ZERO_ENTRY, gfp))
#define xa_release(xa, index) ((void)xa_cmpxchg(xa, index, XA_ZERO_ENTRY, NULL, 0))
static inline void xa_destroy(struct xarray *xa) {
  unsigned long flags;
  xa_lock_irqsave(xa, flags);
  vmem_xa_clear(xa);
  xa_unlock_irqrestore(xa, flags);
}
static inline bool xa_marked(const struct xarray *xa, xa_mark_t mark) {
  const struct xa_node *root = xa->xa_head;
  return root && root->sets[mark];
}
static inline bool xa_get_mark(struct xarray *xa, unsigned long index, xa_mark_t mark) {
  struct xa_node *leaf = vmem_xa_leaf(xa, index);
  return leaf && leaf->sets[mark] & BIT(index & XA_CHUNK_MASK);
}
static inline void xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark) {
  xa_lock(xa);
  __xa_set_mark(xa, index, mark);
  xa_unlock(xa);
}
static inline void xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark) {
  xa_lock(xa);
  __xa_clear_mark(xa, index, mark);
  xa_unlock(xa);
}

// MARK: In the order of indices

// The entry at `index` or behind it, up to `max`, with zero entries or without.
static inline void *vmem_xa_next(const struct xarray *xa, unsigned long *index, unsigned long max,
    xa_mark_t filter, bool zero) {
  unsigned int set = filter == XA_PRESENT ? VMEM_XA_USED : filter;
  for (unsigned long at = *index; vmem_xa_seek(xa, &at, set) && at <= max; at++) {
    void *entry = vmem_xa_get(xa, at);
    if (zero || !xa_is_zero(entry)) {
      *index = at;
      return entry;
    }
    if (at == max) break;
  }
  return NULL;
}
static inline void *xa_find(
    struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter) {
  return vmem_xa_next(xa, index, max, filter, false);
}
static inline void *xa_find_after(
    struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter) {
  if (*index >= max) return NULL;
  unsigned long at = *index + 1;
  void *entry = vmem_xa_next(xa, &at, max, filter, false);
  if (entry) *index = at;
  return entry;
}
#define __vmem_xa_each(xa, index, entry, start, last, filter) \
  for ((index) = (start), (entry) = xa_find(xa, &(index), last, filter); (entry); \
       (entry) = xa_find_after(xa, &(index), last, filter))
#define xa_for_each_range(xa, index, entry, start, last) \
  __vmem_xa_each(xa, index, entry, start, last, XA_PRESENT)
#define xa_for_each_start(xa, index, entry, start) \
  __vmem_xa_each(xa, index, entry, start, ULONG_MAX, XA_PRESENT)
#define xa_for_each(xa, index, entry) __vmem_xa_each(xa, index, entry, 0, ULONG_MAX, XA_PRESENT)
#define xa_for_each_marked(xa, index, entry, filter) \
  __vmem_xa_each(xa, index, entry, 0, ULONG_MAX, filter)
static inline unsigned int xa_extract(struct xarray *xa, void **to, unsigned long start,
    unsigned long max, unsigned int count, xa_mark_t filter) {
  unsigned int found = 0;
  void *entry = count ? xa_find(xa, &start, max, filter) : NULL;
  while (entry) {
    to[found++] = entry;
    entry = found < count ? xa_find_after(xa, &start, max, filter) : NULL;
  }
  return found;
}

// MARK: States: a place in an array, for callers that hold the lock

#define XAS_BOUNDS ((struct xa_node *)1)
#define XAS_RESTART ((struct xa_node *)3)
struct xa_state {
  struct xarray *xa;
  unsigned long xa_index;
  // The leaf, or one of the above, or an error.
  struct xa_node *xa_node;
};
#define __XA_STATE(array, index, shift, sibs) \
  { .xa = (array), .xa_index = (index), .xa_node = XAS_RESTART }
#define XA_STATE(name, array, index) struct xa_state name = __XA_STATE(array, index, 0, 0)
#define xas_top(node) ((struct xa_node *)(node) <= XAS_RESTART)
#define xas_lock(xas) xa_lock((xas)->xa)
#define xas_unlock(xas) xa_unlock((xas)->xa)
#define xas_lock_bh(xas) xa_lock_bh((xas)->xa)
#define xas_unlock_bh(xas) xa_unlock_bh((xas)->xa)
#define xas_lock_irq(xas) xa_lock_irq((xas)->xa)
#define xas_unlock_irq(xas) xa_unlock_irq((xas)->xa)
#define xas_lock_irqsave(xas, flags) xa_lock_irqsave((xas)->xa, flags)
#define xas_unlock_irqrestore(xas, flags) xa_unlock_irqrestore((xas)->xa, flags)
#define xas_marked(xas, mark) xa_marked((xas)->xa, mark)
static inline int xas_error(const struct xa_state *xas) { return xa_err(xas->xa_node); }
static inline void xas_set_err(struct xa_state *xas, long error) {
  xas->xa_node = xa_mk_internal(error);
}
static inline bool xas_invalid(const struct xa_state *xas) {
  return (unsigned long)xas->xa_node & 3;
}
static inline bool xas_valid(const struct xa_state *xas) { return !xas_invalid(xas); }
static inline void xas_reset(struct xa_state *xas) { xas->xa_node = XAS_RESTART; }
static inline void xas_set(struct xa_state *xas, unsigned long index) {
  xas->xa_index = index;
  xas->xa_node = XAS_RESTART;
}
static inline bool xas_retry(struct xa_state *xas, const void *entry) {
  if (xa_is_retry(entry)) xas_reset(xas);
  return xa_is_zero(entry) || xa_is_retry(entry);
}
// The place of the index, with or without an entry; bounds if the tree does not reach that far.
static inline struct xa_node *vmem_xas_node(const struct xa_state *xas) {
  struct xa_node *root = xas->xa->xa_head, *leaf = vmem_xa_leaf(xas->xa, xas->xa_index);
  if (leaf) return leaf;
  return xas->xa_index > (root ? vmem_xa_last(root) : 0) ? XAS_BOUNDS : root;
}
static inline void *xas_load(struct xa_state *xas) {
  if (xas_error(xas)) return NULL;
  xas->xa_node = vmem_xas_node(xas);
  return vmem_xa_get(xas->xa, xas->xa_index);
}
#define xas_reload(xas) vmem_xa_get((xas)->xa, (xas)->xa_index)
static inline void *xas_store(struct xa_state *xas, void *entry) {
  if (xas_error(xas)) return NULL;
  struct xa_node *leaf = entry
      ? vmem_xa_make(xas->xa, xas->xa_index, (GFP_ATOMIC & ~__GFP_HIGH) | __GFP_NOWARN)
      : vmem_xa_leaf(xas->xa, xas->xa_index);
  void *old = leaf ? leaf->slots[xas->xa_index & XA_CHUNK_MASK] : NULL;
  if (entry && !leaf) xas_set_err(xas, -ENOMEM);
  if (leaf && (entry || old)) vmem_xa_put(xas->xa, leaf, xas->xa_index, entry);
  if (!xas_error(xas)) xas->xa_node = vmem_xas_node(xas);
  return old;
}
// Whether to try again, because memory was short and now is there.
static inline bool xas_nomem(struct xa_state *xas, gfp_t gfp) {
  if (xas_error(xas) != -ENOMEM) return false;
  void *tried = kmalloc(sizeof(struct xa_node), gfp);
  kfree(tried);
  if (tried) xas_reset(xas);
  return tried != NULL;
}
static inline void *vmem_xas_find(struct xa_state *xas, unsigned long max, xa_mark_t filter) {
  unsigned long at = xas->xa_index + (xas->xa_node != XAS_RESTART);
  if (xas_error(xas) || xas->xa_node == XAS_BOUNDS) return NULL;
  if (at > max || at < xas->xa_index) return NULL;
  void *entry = vmem_xa_next(xas->xa, &at, max, filter, true);
  xas->xa_index = entry ? at : max == ULONG_MAX ? 0 : max + 1;
  xas->xa_node = entry ? vmem_xa_leaf(xas->xa, at) : XAS_BOUNDS;
  return entry;
}
#define xas_find(xas, max) vmem_xas_find(xas, max, XA_PRESENT)
#define xas_find_marked(xas, max, mark) vmem_xas_find(xas, max, mark)
#define xas_next_entry xas_find
#define xas_next_marked xas_find_marked
#define xas_for_each(xas, entry, max) \
  for ((entry) = xas_find(xas, max); (entry); (entry) = xas_next_entry(xas, max))
#define xas_for_each_marked(xas, entry, max, mark) \
  for ((entry) = xas_find_marked(xas, max, mark); (entry); \
       (entry) = xas_next_marked(xas, max, mark))
static inline void *vmem_xas_step(struct xa_state *xas, unsigned long step) {
  if (xas->xa_node != XAS_RESTART) xas->xa_index += step;
  return xas_load(xas);
}
#define xas_next(xas) vmem_xas_step(xas, 1)
#define xas_prev(xas) vmem_xas_step(xas, -1UL)
static inline void xas_pause(struct xa_state *xas) {
  if (xas_invalid(xas)) return;
  xas->xa_index++;
  xas->xa_node = xas->xa_index ? XAS_RESTART : XAS_BOUNDS;
}
#define xas_get_mark(xas, mark) xa_get_mark((xas)->xa, (xas)->xa_index, mark)
#define xas_set_mark(xas, mark) __xa_set_mark((xas)->xa, (xas)->xa_index, mark)
#define xas_clear_mark(xas, mark) __xa_clear_mark((xas)->xa, (xas)->xa_index, mark)
static inline void xas_init_marks(const struct xa_state *xas) {
  for (xa_mark_t mark = 0; mark <= XA_MARK_MAX; mark++) xas_clear_mark(xas, mark);
}

#endif
