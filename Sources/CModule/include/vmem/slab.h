// Objects smaller than pages: kmalloc and caches.
#ifndef VMEM_SLAB_H
#define VMEM_SLAB_H

#include <vmem/gfp.h>
#include <vmem/string.h>

#define SLAB_CONSISTENCY_CHECKS 0x100u
#define SLAB_RED_ZONE 0x400u
#define SLAB_POISON 0x800u
#define SLAB_HWCACHE_ALIGN 0x2000u
#define SLAB_CACHE_DMA 0x4000u
#define SLAB_CACHE_DMA32 0x8000u
#define SLAB_STORE_USER 0x10000u
#define SLAB_RECLAIM_ACCOUNT 0x20000u
#define SLAB_PANIC 0x40000u
#define SLAB_TYPESAFE_BY_RCU 0x80000u
#define SLAB_DESTROY_BY_RCU SLAB_TYPESAFE_BY_RCU
#define SLAB_MEM_SPREAD 0u
#define SLAB_DEBUG_OBJECTS 0u
#define SLAB_ACCOUNT 0x4000000u
#define SLAB_TEMPORARY SLAB_RECLAIM_ACCOUNT
#define SLAB_NO_MERGE 0x1000000u
#define ARCH_KMALLOC_MINALIGN 8
#define ARCH_SLAB_MINALIGN 8
#define KMALLOC_MIN_SIZE 8
#define KMALLOC_SHIFT_HIGH (PAGE_SHIFT + 1)
#define KMALLOC_MAX_SHIFT (MAX_PAGE_ORDER + PAGE_SHIFT)
#define KMALLOC_MAX_SIZE (1UL << KMALLOC_MAX_SHIFT)
#define KMALLOC_MAX_CACHE_SIZE (1UL << KMALLOC_SHIFT_HIGH)
#define KMALLOC_MAX_ORDER (KMALLOC_MAX_SHIFT - PAGE_SHIFT)
// What allocations of no bytes are.
#define ZERO_SIZE_PTR ((void *)16)
#define ZERO_OR_NULL_PTR(pointer) ((unsigned long)(pointer) <= (unsigned long)ZERO_SIZE_PTR)

// MARK: kmalloc

void *kmalloc(size_t size, gfp_t gfp) VK(kmalloc);
void *kmalloc_node(size_t size, gfp_t gfp, int node) VK(kmalloc_node);
void *krealloc(const void *old, size_t size, gfp_t gfp) VK(krealloc);
void kfree(const void *object) VK(kfree);
void kfree_sensitive(const void *object) VK(kfree_sensitive);
// Bytes that the object's cache gives to an object.
size_t ksize(const void *object) VK(ksize);
size_t kmalloc_size_roundup(size_t size) VK(kmalloc_size_roundup);
#define kzfree kfree_sensitive
#define kzalloc(size, gfp) kmalloc(size, (gfp) | __GFP_ZERO)
#define kzalloc_node(size, gfp, node) kmalloc_node(size, (gfp) | __GFP_ZERO, node)
#define kmalloc_array(count, size, gfp) __vmem_array(count, size, kmalloc(__bytes, gfp))
#define kmalloc_array_node(count, size, gfp, node) \
  __vmem_array(count, size, kmalloc_node(__bytes, gfp, node))
#define kcalloc(count, size, gfp) __vmem_array(count, size, kzalloc(__bytes, gfp))
#define kcalloc_node(count, size, gfp, node) \
  __vmem_array(count, size, kzalloc_node(__bytes, gfp, node))
#define krealloc_array(old, count, size, gfp) __vmem_array(count, size, krealloc(old, __bytes, gfp))
#define kmalloc_track_caller kmalloc

static __always_inline void *kmemdup(const void *from, size_t size, gfp_t gfp) {
  void *copy = kmalloc(size, gfp);
  return copy ? memcpy(copy, from, size) : NULL;
}
static __always_inline char *kmemdup_nul(const char *from, size_t size, gfp_t gfp) {
  char *copy = kmalloc(size + 1, gfp);
  if (copy) {
    memcpy(copy, from, size);
    copy[size] = 0;
  }
  return copy;
}
static __always_inline char *kstrdup(const char *text, gfp_t gfp) {
  return text ? kmemdup_nul(text, strlen(text), gfp) : NULL;
}
static __always_inline char *kstrndup(const char *text, size_t size, gfp_t gfp) {
  return text ? kmemdup_nul(text, strnlen(text, size), gfp) : NULL;
}
#define kstrdup_const kstrdup
#define kfree_const kfree

// MARK: Caches

struct kmem_cache_args {
  unsigned int align, useroffset, usersize;
  unsigned int freeptr_offset;
  bool use_freeptr_offset;
  void (*ctor)(void *object);
};
struct kmem_cache;
struct kmem_cache *vmem_cache_create(const char *name, unsigned int size, unsigned int align,
    slab_flags_t flags, void (*ctor)(void *object)) VK(kmem_cache_create);
void kmem_cache_destroy(struct kmem_cache *cache) VK(kmem_cache_destroy);
int kmem_cache_shrink(struct kmem_cache *cache) VK(kmem_cache_shrink);
void kmem_cache_free(struct kmem_cache *cache, void *object) VK(kmem_cache_free);
void *vmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp, int node) VK(kmem_cache_alloc);
// The next object of a new slab that no constructor has seen, or 0. Makes a slab if none is free.
void *vmem_cache_fresh(struct kmem_cache *cache, gfp_t gfp, int node) VK(kmem_cache_fresh);

static __always_inline struct kmem_cache *vmem_cache_create_plain(const char *name,
    unsigned int size, unsigned int align, slab_flags_t flags, void (*ctor)(void *object)) {
  return vmem_cache_create(name, size, align, flags, ctor);
}
static __always_inline struct kmem_cache *vmem_cache_create_args(const char *name,
    unsigned int size, const struct kmem_cache_args *arguments, slab_flags_t flags) {
  return vmem_cache_create(name, size, arguments ? arguments->align : 0, flags,
      arguments ? arguments->ctor : NULL);
}
// The third argument is an alignment, or from 6.12 on a structure.
#define kmem_cache_create(name, size, third, ...) \
  _Generic((third), \
      struct kmem_cache_args *: vmem_cache_create_args, \
      const struct kmem_cache_args *: vmem_cache_create_args, \
      default: vmem_cache_create_plain)(name, size, third, __VA_ARGS__)
#define kmem_cache_create_usercopy(name, size, align, flags, offset, bytes, ctor) \
  vmem_cache_create(name, size, align, flags, ctor)
#define KMEM_CACHE(type, flags) \
  vmem_cache_create(#type, sizeof(struct type), __alignof__(struct type), flags, NULL)
#define KMEM_CACHE_USERCOPY(type, flags, member) KMEM_CACHE(type, flags)

static __always_inline void *kmem_cache_alloc_node(struct kmem_cache *cache, gfp_t gfp, int node) {
  void (*ctor)(void *object) = ((struct vmem_cache *)cache)->ctor;
  void *fresh;
  while (ctor && (fresh = vmem_cache_fresh(cache, gfp, node))) ctor(fresh);
  return vmem_cache_alloc(cache, gfp, node);
}
static __always_inline void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp) {
  return kmem_cache_alloc_node(cache, gfp, -1);
}
#define kmem_cache_zalloc(cache, gfp) kmem_cache_alloc(cache, (gfp) | __GFP_ZERO)
static inline void kmem_cache_free_bulk(struct kmem_cache *cache, size_t count, void **objects) {
  for (size_t i = 0; i < count; i++) {
    if (cache) kmem_cache_free(cache, objects[i]);
    else kfree(objects[i]);
  }
}
#define kfree_bulk(count, objects) kmem_cache_free_bulk(NULL, count, objects)
static inline int kmem_cache_alloc_bulk(
    struct kmem_cache *cache, gfp_t gfp, size_t count, void **objects) {
  for (size_t i = 0; i < count; i++) {
    if ((objects[i] = kmem_cache_alloc(cache, gfp))) continue;
    kmem_cache_free_bulk(cache, i, objects);
    return 0;
  }
  return count;
}
static inline unsigned int kmem_cache_size(struct kmem_cache *cache) {
  return ((struct vmem_cache *)cache)->object_size;
}
static inline const char *kmem_cache_name(struct kmem_cache *cache) {
  return ((struct vmem_cache *)cache)->name;
}
static inline bool slab_is_available(void) { return true; }

#endif
