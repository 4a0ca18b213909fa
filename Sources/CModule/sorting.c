// Sorting and searching arrays with functions of the module.
#include "natives.h"

// No loop may become a call of the C library.
#pragma clang attribute push(__attribute__((no_builtin)), apply_to = function)

static NATIVE void exchange(char *a, char *b, size_t size, vmem_swap swap) {
  if (swap) {
    swap(a, b, (int)size);
    return;
  }
  for (size_t i = 0; i < size; i++) {
    char held = a[i];
    a[i] = b[i];
    b[i] = held;
  }
}

// Lets the element at `root` sink to its place in the heap of `count` elements.
static NATIVE void sink(
    char *base, size_t root, size_t count, size_t size, vmem_compare compare, vmem_swap swap) {
  for (size_t child; (child = 2 * root + 1) < count; root = child) {
    if (child + 1 < count && compare(base + child * size, base + (child + 1) * size) < 0) child++;
    if (compare(base + root * size, base + child * size) >= 0) return;
    exchange(base + root * size, base + child * size, size, swap);
  }
}

// A heap sort: no memory, n log n at the worst; equal elements change places.
void vk_sort(void *base, size_t count, size_t size, vmem_compare compare, vmem_swap swap) {
  for (size_t root = count / 2; root > 0; root--) {
    sink(base, root - 1, count, size, compare, swap);
  }
  for (size_t last = count; last > 1; last--) {
    exchange(base, (char *)base + (last - 1) * size, size, swap);
    sink(base, 0, last - 1, size, compare, swap);
  }
}

void *vk_bsearch(
    const void *key, const void *base, size_t count, size_t size, vmem_compare compare) {
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    const char *element = (const char *)base + middle * size;
    int order = compare(key, element);
    if (order == 0) return (void *)element;
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return NULL;
}

#pragma clang attribute pop
