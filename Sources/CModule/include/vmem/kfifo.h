// Queues of elements, bytes or records in a ring of a power of two.
#ifndef VMEM_KFIFO_H
#define VMEM_KFIFO_H

#include <vmem/locks.h>
#include <vmem/slab.h>

struct __kfifo {
  // How many went in and came out since it was empty, and the number of places less one.
  unsigned int in, out, mask, esize;
  void *data;
};
// `type` and the size of `record` only carry types: of an element, and of a record's length.
#define __VMEM_KFIFO(element, record_size) \
  union { struct __kfifo kfifo; __typeof__(element) *type; char (*record)[record_size]; }
#define __VMEM_KFIFO_ROOM(size) ((size) < 2 || ((size) & ((size) - 1)) ? -1 : (int)(size))
#define STRUCT_KFIFO(element, size) \
  struct { __VMEM_KFIFO(element, 0); __typeof__(element) buf[__VMEM_KFIFO_ROOM(size)]; }
#define STRUCT_KFIFO_PTR(element) struct { __VMEM_KFIFO(element, 0); __typeof__(element) buf[0]; }
#define STRUCT_KFIFO_REC_1(size) \
  struct { __VMEM_KFIFO(unsigned char, 1); unsigned char buf[__VMEM_KFIFO_ROOM(size)]; }
#define STRUCT_KFIFO_REC_2(size) \
  struct { __VMEM_KFIFO(unsigned char, 2); unsigned char buf[__VMEM_KFIFO_ROOM(size)]; }
struct kfifo { __VMEM_KFIFO(unsigned char, 0); unsigned char buf[0]; };
struct kfifo_rec_ptr_1 { __VMEM_KFIFO(unsigned char, 1); unsigned char buf[0]; };
struct kfifo_rec_ptr_2 { __VMEM_KFIFO(unsigned char, 2); unsigned char buf[0]; };
#define DECLARE_KFIFO(name, element, size) STRUCT_KFIFO(element, size) name
#define DECLARE_KFIFO_PTR(name, element) STRUCT_KFIFO_PTR(element) name
#define DEFINE_KFIFO(name, element, size) \
  DECLARE_KFIFO(name, element, size) = \
      { { { .mask = __VMEM_KFIFO_ROOM(size) - 1, .esize = sizeof(element) } } }
#define INIT_KFIFO(fifo) \
  ((void)((fifo).kfifo = (struct __kfifo){ \
    .mask = ARRAY_SIZE((fifo).buf) - 1, .esize = sizeof(*(fifo).buf) }))

#define __vmem_kfifo_is_ptr(fifo) (sizeof(*(fifo)) == sizeof(struct __kfifo))
#define __vmem_kfifo_data(fifo) \
  (__vmem_kfifo_is_ptr(fifo) ? (fifo)->kfifo.data : (void *)(fifo)->buf)
#define __vmem_kfifo(fifo) &(fifo)->kfifo, __vmem_kfifo_data(fifo), kfifo_recsize(fifo)
#define kfifo_initialized(fifo) ((fifo)->kfifo.mask)
#define kfifo_esize(fifo) ((fifo)->kfifo.esize)
#define kfifo_recsize(fifo) sizeof(*(fifo)->record)
#define kfifo_size(fifo) ((fifo)->kfifo.mask + 1)
#define kfifo_reset(fifo) ((void)((fifo)->kfifo.in = (fifo)->kfifo.out = 0))
#define kfifo_reset_out(fifo) ((void)((fifo)->kfifo.out = (fifo)->kfifo.in))
#define kfifo_len(fifo) ((fifo)->kfifo.in - (fifo)->kfifo.out)
#define kfifo_is_empty(fifo) ((fifo)->kfifo.in == (fifo)->kfifo.out)
#define kfifo_is_full(fifo) (kfifo_len(fifo) > (fifo)->kfifo.mask)
#define kfifo_avail(fifo) vmem_kfifo_room(__vmem_kfifo(fifo))
#define kfifo_is_empty_spinlocked(fifo, lock) __vmem_kfifo_locked(kfifo_is_empty(fifo), lock)

static inline unsigned int vmem_kfifo_unused(const struct __kfifo *fifo) {
  return fifo->mask + 1 - (fifo->in - fifo->out);
}
static inline unsigned int vmem_kfifo_room(
    const struct __kfifo *fifo, void *data, unsigned int record) {
  unsigned int unused = vmem_kfifo_unused(fifo);
  return unused > record ? min(unused - record, record ? (1U << record * 8) - 1 : ~0U) : 0;
}
// Copies elements to the ring from the place `at` on, or from it.
static inline void vmem_kfifo_copy(const struct __kfifo *fifo, void *data, unsigned int at,
    void *outside, unsigned int count, bool in) {
  unsigned int size = fifo->esize, place = at & fifo->mask;
  unsigned int first = min(count, fifo->mask + 1 - place);
  char *inside = (char *)data + (size_t)place * size, *rest = (char *)outside + first * size;
  if (in) {
    memcpy(inside, outside, first * size);
    memcpy(data, rest, (count - first) * size);
  } else {
    memcpy(outside, inside, first * size);
    memcpy(rest, data, (count - first) * size);
  }
}
static inline unsigned int vmem_kfifo_in(struct __kfifo *fifo, void *data, unsigned int record,
    const void *from, unsigned int count) {
  unsigned int unused = vmem_kfifo_unused(fifo);
  if (record && count + record > unused) return 0;
  if (record) vmem_kfifo_copy(fifo, data, fifo->in, &count, record, true);
  else count = min(count, unused);
  vmem_kfifo_copy(fifo, data, fifo->in + record, (void *)from, count, true);
  smp_wmb();
  fifo->in += count + record;
  return count;
}
static inline unsigned int vmem_kfifo_peek_len(
    struct __kfifo *fifo, void *data, unsigned int record) {
  unsigned int length = 0;
  if (!record) return fifo->in - fifo->out;
  if (fifo->in != fifo->out) vmem_kfifo_copy(fifo, data, fifo->out, &length, record, false);
  return length;
}
// What is copied; a record goes whole, also where less of it was asked for.
static inline unsigned int vmem_kfifo_out(struct __kfifo *fifo, void *data, unsigned int record,
    void *to, unsigned int count, bool remove) {
  if (fifo->in == fifo->out) return 0;
  unsigned int length = vmem_kfifo_peek_len(fifo, data, record);
  count = min(count, length);
  vmem_kfifo_copy(fifo, data, fifo->out + record, to, count, false);
  smp_wmb();
  if (remove) fifo->out += record ? length + record : count;
  return count;
}
static inline void vmem_kfifo_skip(
    struct __kfifo *fifo, void *data, unsigned int record, unsigned int count) {
  fifo->out += record ? vmem_kfifo_peek_len(fifo, data, record) + record : count;
}
static __always_inline int vmem_kfifo_alloc(
    struct __kfifo *fifo, unsigned int count, size_t size, gfp_t gfp) {
  count = roundup_pow_of_two(count);
  *fifo = (struct __kfifo){ .esize = size };
  if (count < 2) return -EINVAL;
  fifo->data = kmalloc_array(count, size, gfp);
  if (!fifo->data) return -ENOMEM;
  fifo->mask = count - 1;
  return 0;
}
static inline int vmem_kfifo_init(
    struct __kfifo *fifo, void *buffer, unsigned int bytes, size_t size) {
  unsigned int count = bytes / size;
  if (count) count = rounddown_pow_of_two(count);
  *fifo = (struct __kfifo){ .esize = size, .data = buffer };
  if (count < 2) return -EINVAL;
  fifo->mask = count - 1;
  return 0;
}
#define kfifo_alloc(fifo, count, gfp) \
  (__vmem_kfifo_is_ptr(fifo) ? vmem_kfifo_alloc(&(fifo)->kfifo, count, sizeof(*(fifo)->type), gfp) \
                             : -EINVAL)
#define kfifo_init(fifo, buffer, bytes) \
  (__vmem_kfifo_is_ptr(fifo) \
          ? vmem_kfifo_init(&(fifo)->kfifo, buffer, bytes, sizeof(*(fifo)->type)) : -EINVAL)
#define kfifo_free(fifo) \
  do { \
    if (!__vmem_kfifo_is_ptr(fifo)) break; \
    kfree((fifo)->kfifo.data); \
    (fifo)->kfifo = (struct __kfifo){ .data = NULL }; \
  } while (0)

#define kfifo_in(fifo, from, count) vmem_kfifo_in(__vmem_kfifo(fifo), from, count)
#define kfifo_out(fifo, to, count) vmem_kfifo_out(__vmem_kfifo(fifo), to, count, true)
#define kfifo_out_peek(fifo, to, count) vmem_kfifo_out(__vmem_kfifo(fifo), to, count, false)
#define kfifo_peek_len(fifo) \
  (vmem_kfifo_peek_len(__vmem_kfifo(fifo)) * (kfifo_recsize(fifo) ? 1 : kfifo_esize(fifo)))
#define kfifo_skip(fifo) vmem_kfifo_skip(__vmem_kfifo(fifo), 1)
#define kfifo_skip_count(fifo, count) vmem_kfifo_skip(__vmem_kfifo(fifo), count)
// One element, or a record of one byte; how many went.
#define kfifo_put(fifo, value) \
  ({ \
    __typeof__(*(fifo)->type) __value = (value); \
    vmem_kfifo_in(__vmem_kfifo(fifo), &__value, 1); \
  })
#define kfifo_get(fifo, to) vmem_kfifo_out(__vmem_kfifo(fifo), to, 1, true)
#define kfifo_peek(fifo, to) vmem_kfifo_out(__vmem_kfifo(fifo), to, 1, false)
#define __vmem_kfifo_locked(call, lock) \
  ({ \
    unsigned long __flags; \
    spin_lock_irqsave(lock, __flags); \
    __typeof__(call) __result = (call); \
    spin_unlock_irqrestore(lock, __flags); \
    __result; \
  })
#define kfifo_in_spinlocked(fifo, from, count, lock) \
  __vmem_kfifo_locked(kfifo_in(fifo, from, count), lock)
#define kfifo_out_spinlocked(fifo, to, count, lock) \
  __vmem_kfifo_locked(kfifo_out(fifo, to, count), lock)
#define kfifo_in_locked kfifo_in_spinlocked
#define kfifo_out_locked kfifo_out_spinlocked
// A module's init has no user memory.
#define kfifo_from_user(fifo, from, size, copied) \
  ((void)(fifo), (void)(from), *(copied) = 0, -EFAULT)
#define kfifo_to_user(fifo, to, size, copied) ((void)(fifo), (void)(to), *(copied) = 0, -EFAULT)

#endif
