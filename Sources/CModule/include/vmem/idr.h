// Numbers for objects (idr), and numbers alone (ida).
#ifndef VMEM_IDR_H
#define VMEM_IDR_H

#include <vmem/radix_tree.h>

// MARK: Numbers for objects: the caller takes care of locks

struct idr {
  struct xarray idr_rt;
  unsigned int idr_base, idr_next;
};
#define IDR_INIT_BASE(name, base) \
  { .idr_rt = XARRAY_INIT(name.idr_rt, 0), .idr_base = (base), .idr_next = 0 }
#define IDR_INIT(name) IDR_INIT_BASE(name, 0)
#define DEFINE_IDR(name) struct idr name = IDR_INIT(name)
static inline void idr_init_base(struct idr *idr, int base) {
  xa_init(&idr->idr_rt);
  idr->idr_base = base;
  idr->idr_next = 0;
}
static inline void idr_init(struct idr *idr) { idr_init_base(idr, 0); }
static inline bool idr_is_empty(const struct idr *idr) { return xa_empty(&idr->idr_rt); }
static inline void idr_destroy(struct idr *idr) { vmem_xa_clear(&idr->idr_rt); }
#define idr_lock(idr) xa_lock(&(idr)->idr_rt)
#define idr_unlock(idr) xa_unlock(&(idr)->idr_rt)
static inline void idr_preload(gfp_t gfp) {
  might_sleep_if(gfp & __GFP_DIRECT_RECLAIM);
  preempt_disable();
}
#define idr_preload_end() preempt_enable()
static inline unsigned int idr_get_cursor(const struct idr *idr) {
  return READ_ONCE(idr->idr_next);
}
static inline void idr_set_cursor(struct idr *idr, unsigned int value) {
  WRITE_ONCE(idr->idr_next, value);
}

// The lowest free number from *id to `max`.
static inline int idr_alloc_u32(
    struct idr *idr, void *pointer, u32 *id, unsigned long max, gfp_t gfp) {
  unsigned long base = idr->idr_base, index = *id < base ? 0 : *id - base;
  if (!vmem_xa_seek(&idr->idr_rt, &index, VMEM_XA_FULL) || index + base > max) return -ENOSPC;
  struct xa_node *leaf = vmem_xa_make(&idr->idr_rt, index, gfp);
  if (!leaf) return -ENOMEM;
  *id = index + base;
  vmem_xa_put(&idr->idr_rt, leaf, index, pointer ? pointer : XA_ZERO_ENTRY);
  return 0;
}
// The lowest free number from `start` to below `end`; an `end` of 0 or less is none.
static inline int idr_alloc(struct idr *idr, void *pointer, int start, int end, gfp_t gfp) {
  u32 id = start;
  if (WARN_ON_ONCE(start < 0)) return -EINVAL;
  int error = idr_alloc_u32(idr, pointer, &id, end > 0 ? end - 1 : INT_MAX, gfp);
  return error ? error : (int)id;
}
static inline int idr_alloc_cyclic(struct idr *idr, void *pointer, int start, int end, gfp_t gfp) {
  u32 id = idr->idr_next;
  unsigned long max = end > 0 ? end - 1 : INT_MAX;
  if ((int)id < start) id = start;
  int error = idr_alloc_u32(idr, pointer, &id, max, gfp);
  if (error == -ENOSPC && id > (u32)start) {
    id = start;
    error = idr_alloc_u32(idr, pointer, &id, max, gfp);
  }
  if (error) return error;
  idr->idr_next = id + 1;
  return id;
}
static inline void *idr_remove(struct idr *idr, unsigned long id) {
  return __xa_erase(&idr->idr_rt, id - idr->idr_base);
}
static inline void *idr_find(const struct idr *idr, unsigned long id) {
  return vmem_xa_seen(vmem_xa_get(&idr->idr_rt, id - idr->idr_base));
}
static inline void *idr_replace(struct idr *idr, void *pointer, unsigned long id) {
  struct xa_node *leaf = vmem_xa_leaf(&idr->idr_rt, id -= idr->idr_base);
  void *old = leaf ? leaf->slots[id & XA_CHUNK_MASK] : NULL;
  if (!old) return ERR_PTR(-ENOENT);
  leaf->slots[id & XA_CHUNK_MASK] = pointer ? pointer : XA_ZERO_ENTRY;
  return vmem_xa_seen(old);
}

// The object of the number *id or of the next one that has one.
static inline void *idr_get_next_ul(struct idr *idr, unsigned long *id) {
  unsigned long base = idr->idr_base, index = *id < base ? 0 : *id - base;
  void *found = xa_find(&idr->idr_rt, &index, ULONG_MAX, XA_PRESENT);
  if (found) *id = index + base;
  return found;
}
static inline void *idr_get_next(struct idr *idr, int *id) {
  unsigned long next = *id;
  void *found = idr_get_next_ul(idr, &next);
  if (WARN_ON_ONCE(next > INT_MAX)) return NULL;
  *id = next;
  return found;
}
// Until the function returns anything but 0, which is the result.
static inline int idr_for_each(
    const struct idr *idr, int (*function)(int id, void *pointer, void *data), void *data) {
  unsigned long index = 0;
  int result = 0;
  for (void *at; !result && (at = vmem_xa_next(&idr->idr_rt, &index, INT_MAX, XA_PRESENT, true));
       index++) {
    result = function(index + idr->idr_base, vmem_xa_seen(at), data);
  }
  return result;
}
#define __vmem_idr_each(idr, entry, id, start, next) \
  for ((id) = (start); ((entry) = next(idr, &(id))) != NULL; (id)++)
#define idr_for_each_entry(idr, entry, id) __vmem_idr_each(idr, entry, id, 0, idr_get_next)
#define idr_for_each_entry_continue(idr, entry, id) \
  __vmem_idr_each(idr, entry, id, id, idr_get_next)
#define __vmem_idr_each_ul(idr, entry, last, id, start) \
  for ((last) = 0, (id) = (start); \
       ((entry) = (last) <= (id) ? idr_get_next_ul(idr, &(id)) : NULL) != NULL; \
       (last) = (id), ++(id))
#define idr_for_each_entry_ul(idr, entry, last, id) __vmem_idr_each_ul(idr, entry, last, id, 0)
#define idr_for_each_entry_continue_ul(idr, entry, last, id) \
  __vmem_idr_each_ul(idr, entry, last, id, id)

// MARK: Numbers alone: they take a lock of their own

#define IDA_BITMAP_BITS 1024
struct ida { struct xarray xa; };
#define IDA_INIT_FLAGS XA_FLAGS_LOCK_IRQ
#define IDA_INIT(name) { .xa = XARRAY_INIT(name.xa, IDA_INIT_FLAGS) }
#define DEFINE_IDA(name) struct ida name = IDA_INIT(name)
static inline void ida_init(struct ida *ida) { xa_init_flags(&ida->xa, IDA_INIT_FLAGS); }
static inline bool ida_is_empty(const struct ida *ida) { return xa_empty(&ida->xa); }
static inline void ida_destroy(struct ida *ida) { xa_destroy(&ida->xa); }

static inline int vmem_ida_alloc(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp) {
  for (;;) {
    unsigned long id = min;
    if (!vmem_xa_seek(&ida->xa, &id, VMEM_XA_FULL) || id > max) return -ENOSPC;
    struct xa_node *leaf = vmem_xa_make_locked(&ida->xa, id, gfp);
    if (!leaf) return -ENOMEM;
    if (leaf->slots[id & XA_CHUNK_MASK]) continue;
    vmem_xa_put(&ida->xa, leaf, id, xa_mk_value(1));
    return id;
  }
}
static inline int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp) {
  if ((int)min < 0) return -ENOSPC;
  if ((int)max < 0) max = INT_MAX;
  unsigned long flags;
  xa_lock_irqsave(&ida->xa, flags);
  int id = vmem_ida_alloc(ida, min, max, gfp);
  xa_unlock_irqrestore(&ida->xa, flags);
  return id;
}
#define ida_alloc(ida, gfp) ida_alloc_range(ida, 0, ~0, gfp)
#define ida_alloc_min(ida, min, gfp) ida_alloc_range(ida, min, ~0, gfp)
#define ida_alloc_max(ida, max, gfp) ida_alloc_range(ida, 0, max, gfp)
static inline void ida_free(struct ida *ida, unsigned int id) {
  unsigned long flags;
  if ((int)id < 0) return;
  xa_lock_irqsave(&ida->xa, flags);
  bool was_taken = __xa_erase(&ida->xa, id) != NULL;
  xa_unlock_irqrestore(&ida->xa, flags);
  WARN(!was_taken, "ida_free called for id=%d which is not allocated.\n", id);
}
static inline int ida_find_first_range(struct ida *ida, unsigned int min, unsigned int max) {
  unsigned long id = min;
  if ((int)min < 0) return -EINVAL;
  if ((int)max < 0) max = INT_MAX;
  return xa_find(&ida->xa, &id, max, XA_PRESENT) ? (int)id : -ENOENT;
}
#define ida_find_first(ida) ida_find_first_range(ida, 0, ~0)
#define ida_exists(ida, id) (ida_find_first_range(ida, id, id) == (int)(id))
// As they were called before 6.8; an `end` of 0 is none.
#define ida_simple_get(ida, start, end, gfp) ida_alloc_range(ida, start, (end) - 1, gfp)
#define ida_simple_remove ida_free

#endif
