// Atomic integers and reference counts.
#ifndef VMEM_ATOMIC_H
#define VMEM_ATOMIC_H

#include <vmem/atomic_orders.h>
#include <vmem/printk.h>

#define ATOMIC_INIT(value) { (value) }
#define ATOMIC64_INIT(value) { (value) }
#define ATOMIC_LONG_INIT(value) { (value) }

#define __vmem_atomic_change(prefix, kind, type, name, expression) \
  static inline type prefix##_fetch_##name(type i, kind *v) { \
    return __sync_fetch_and_##expression; \
  } \
  static inline void prefix##_##name(type i, kind *v) { prefix##_fetch_##name(i, v); }
#define __vmem_atomic(prefix, kind, type) \
  static inline type prefix##_read(const kind *v) { return READ_ONCE(v->counter); } \
  static inline void prefix##_set(kind *v, type i) { WRITE_ONCE(v->counter, i); } \
  __vmem_atomic_change(prefix, kind, type, add, add(&v->counter, i)) \
  __vmem_atomic_change(prefix, kind, type, sub, sub(&v->counter, i)) \
  __vmem_atomic_change(prefix, kind, type, and, and(&v->counter, i)) \
  __vmem_atomic_change(prefix, kind, type, or, or(&v->counter, i)) \
  __vmem_atomic_change(prefix, kind, type, xor, xor(&v->counter, i)) \
  __vmem_atomic_change(prefix, kind, type, andnot, and(&v->counter, ~i)) \
  static inline void prefix##_inc(kind *v) { prefix##_add(1, v); } \
  static inline void prefix##_dec(kind *v) { prefix##_sub(1, v); } \
  static inline type prefix##_add_return(type i, kind *v) { \
    return __sync_add_and_fetch(&v->counter, i); \
  } \
  static inline type prefix##_sub_return(type i, kind *v) { \
    return __sync_sub_and_fetch(&v->counter, i); \
  } \
  static inline type prefix##_inc_return(kind *v) { return prefix##_add_return(1, v); } \
  static inline type prefix##_dec_return(kind *v) { return prefix##_sub_return(1, v); } \
  static inline type prefix##_fetch_inc(kind *v) { return prefix##_fetch_add(1, v); } \
  static inline type prefix##_fetch_dec(kind *v) { return prefix##_fetch_sub(1, v); } \
  static inline bool prefix##_dec_and_test(kind *v) { return prefix##_dec_return(v) == 0; } \
  static inline bool prefix##_inc_and_test(kind *v) { return prefix##_inc_return(v) == 0; } \
  static inline bool prefix##_sub_and_test(type i, kind *v) { \
    return prefix##_sub_return(i, v) == 0; \
  } \
  static inline bool prefix##_add_negative(type i, kind *v) { \
    return prefix##_add_return(i, v) < 0; \
  } \
  static inline type prefix##_xchg(kind *v, type i) { \
    return __atomic_exchange_n(&v->counter, i, __ATOMIC_SEQ_CST); \
  } \
  static inline type prefix##_cmpxchg(kind *v, type old, type i) { \
    return __sync_val_compare_and_swap(&v->counter, old, i); \
  } \
  static inline bool prefix##_try_cmpxchg(kind *v, type *old, type i) { \
    return __atomic_compare_exchange_n( \
        &v->counter, old, i, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
  } \
  static inline type prefix##_fetch_add_unless(kind *v, type i, type unless) { \
    type held = prefix##_read(v); \
    while (held != unless && !prefix##_try_cmpxchg(v, &held, held + i)) { } \
    return held; \
  } \
  static inline bool prefix##_add_unless(kind *v, type i, type unless) { \
    return prefix##_fetch_add_unless(v, i, unless) != unless; \
  } \
  static inline bool prefix##_inc_not_zero(kind *v) { return prefix##_add_unless(v, 1, 0); } \
  static inline bool prefix##_inc_unless_negative(kind *v) { \
    type held = prefix##_read(v); \
    while (held >= 0 && !prefix##_try_cmpxchg(v, &held, held + 1)) { } \
    return held >= 0; \
  } \
  static inline bool prefix##_dec_unless_positive(kind *v) { \
    type held = prefix##_read(v); \
    while (held <= 0 && !prefix##_try_cmpxchg(v, &held, held - 1)) { } \
    return held <= 0; \
  } \
  static inline type prefix##_dec_if_positive(kind *v) { \
    type held = prefix##_read(v); \
    while (held > 0 && !prefix##_try_cmpxchg(v, &held, held - 1)) { } \
    return held - 1; \
  }
__vmem_atomic(atomic, atomic_t, int)
__vmem_atomic(atomic64, atomic64_t, s64)
__vmem_atomic(atomic_long, atomic_long_t, long)

#define xchg(pointer, value) __atomic_exchange_n(pointer, value, __ATOMIC_SEQ_CST)
#define cmpxchg(pointer, old, new) __sync_val_compare_and_swap(pointer, old, new)
#define cmpxchg_local cmpxchg
#define sync_cmpxchg cmpxchg
#define cmpxchg64 cmpxchg
#define cmpxchg64_local cmpxchg
#define try_cmpxchg(pointer, old, new) \
  __atomic_compare_exchange_n(pointer, old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
#define try_cmpxchg64 try_cmpxchg

// MARK: Reference counts

typedef struct refcount_struct { atomic_t refs; } refcount_t;
#define REFCOUNT_INIT(value) { .refs = ATOMIC_INIT(value) }
static inline void refcount_set(refcount_t *r, int n) { atomic_set(&r->refs, n); }
static inline unsigned int refcount_read(const refcount_t *r) { return atomic_read(&r->refs); }
static inline bool refcount_inc_not_zero(refcount_t *r) { return atomic_inc_not_zero(&r->refs); }
static inline void refcount_inc(refcount_t *r) {
  WARN_ONCE(!refcount_inc_not_zero(r), "refcount_t: addition on 0; use-after-free.\n");
}
static inline void refcount_add(int n, refcount_t *r) { atomic_add(n, &r->refs); }
static inline bool refcount_dec_and_test(refcount_t *r) {
  int left = atomic_dec_return(&r->refs);
  WARN_ONCE(left < 0, "refcount_t: underflow; use-after-free.\n");
  return left == 0;
}
static inline void refcount_dec(refcount_t *r) {
  WARN_ONCE(refcount_dec_and_test(r), "refcount_t: decrement hit 0; leaking memory.\n");
}

struct kref { refcount_t refcount; };
#define KREF_INIT(n) { .refcount = REFCOUNT_INIT(n) }
static inline void kref_init(struct kref *kref) { refcount_set(&kref->refcount, 1); }
static inline unsigned int kref_read(const struct kref *kref) {
  return refcount_read(&kref->refcount);
}
static inline void kref_get(struct kref *kref) { refcount_inc(&kref->refcount); }
static inline int kref_get_unless_zero(struct kref *kref) {
  return refcount_inc_not_zero(&kref->refcount);
}
static inline int kref_put(struct kref *kref, void (*release)(struct kref *kref)) {
  if (!refcount_dec_and_test(&kref->refcount)) return 0;
  release(kref);
  return 1;
}

#endif
