// Heaps: arrays of elements, the least of which is first.
#ifndef VMEM_MIN_HEAP_H
#define VMEM_MIN_HEAP_H

#include <vmem/printk.h>
#include <vmem/string.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
struct min_heap {
  void *data;
  int nr, size;
};
struct min_heap_callbacks {
  int elem_size;
  bool (*less)(const void *a, const void *b);
  void (*swp)(void *a, void *b);
};
#define __VMEM_HEAP struct min_heap *heap
#define __VMEM_HEAP_CALLS const struct min_heap_callbacks *calls
#define __vmem_heap_element(index) (heap->data + (index) * calls->elem_size)
#define __vmem_heap_less(a, b) calls->less(a, b)
#define __vmem_heap_swap(a, b) calls->swp(a, b)
#define __vmem_heap_size calls->elem_size
static inline void min_heapify(__VMEM_HEAP, int at, __VMEM_HEAP_CALLS) {
  for (int child; (child = 2 * at + 1) < heap->nr; at = child) {
    if (child + 1 < heap->nr
        && __vmem_heap_less(__vmem_heap_element(child + 1), __vmem_heap_element(child))) child++;
    if (!__vmem_heap_less(__vmem_heap_element(child), __vmem_heap_element(at))) return;
    __vmem_heap_swap(__vmem_heap_element(at), __vmem_heap_element(child));
  }
}
static inline void min_heapify_all(__VMEM_HEAP, __VMEM_HEAP_CALLS) {
  for (int at = heap->nr / 2 - 1; at >= 0; at--) min_heapify(heap, at, calls);
}
static inline void min_heap_pop(__VMEM_HEAP, __VMEM_HEAP_CALLS) {
  if (WARN_ONCE(heap->nr <= 0, "Popping an empty heap")) return;
  heap->nr--;
  memcpy(heap->data, __vmem_heap_element(heap->nr), __vmem_heap_size);
  min_heapify(heap, 0, calls);
}
static inline void min_heap_pop_push(__VMEM_HEAP, const void *element, __VMEM_HEAP_CALLS) {
  memcpy(heap->data, element, __vmem_heap_size);
  min_heapify(heap, 0, calls);
}
static inline void min_heap_push(__VMEM_HEAP, const void *element, __VMEM_HEAP_CALLS) {
  if (WARN_ONCE(heap->nr >= heap->size, "Pushing on a full heap")) return;
  int at = heap->nr++;
  memcpy(__vmem_heap_element(at), element, __vmem_heap_size);
  for (int parent; at > 0; at = parent) {
    parent = (at - 1) / 2;
    if (!__vmem_heap_less(__vmem_heap_element(at), __vmem_heap_element(parent))) return;
    __vmem_heap_swap(__vmem_heap_element(at), __vmem_heap_element(parent));
  }
}
#endif

#endif
