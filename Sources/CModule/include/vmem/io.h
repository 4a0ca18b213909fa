// Memory of devices: reserving ranges of it, mapping them, and ordered access.
#ifndef VMEM_IO_H
#define VMEM_IO_H

#include <vmem/memory_types.h>
#include <vmem/vmalloc.h>

// MARK: Resources

#define IORESOURCE_IO 0x100
#define IORESOURCE_MEM 0x200
#define IORESOURCE_IRQ 0x400
#define IORESOURCE_DMA 0x800
#define IORESOURCE_READONLY 0x4000
#define IORESOURCE_MUXED 0x400000
#define IORESOURCE_EXCLUSIVE 0x8000000
#define IORESOURCE_BUSY 0x80000000
#define IORESOURCE_SYSTEM_RAM 0x1000200
#define IORES_DESC_NONE 0
extern struct resource iomem_resource VK(iomem_resource);
extern struct resource ioport_resource VK(ioport_resource);
#define DEFINE_RES_NAMED(first, size, name_, flags_) \
  (struct resource) { \
    .start = (first), .end = (first) + (size) - 1, .name = (name_), .flags = (flags_) \
  }
#define DEFINE_RES_MEM_NAMED(start, size, name) DEFINE_RES_NAMED(start, size, name, IORESOURCE_MEM)
#define DEFINE_RES_MEM(start, size) DEFINE_RES_MEM_NAMED(start, size, NULL)
static inline resource_size_t resource_size(const struct resource *resource) {
  return resource->end - resource->start + 1;
}
int request_resource(struct resource *root, struct resource *new) VK(request_resource);
int insert_resource(struct resource *root, struct resource *new) VK(insert_resource);
int release_resource(struct resource *resource) VK(release_resource);
int remove_resource(struct resource *resource) VK(remove_resource);
struct resource *vmem_request_region(struct resource *root, resource_size_t start,
    resource_size_t size, const char *name, int flags) VK(__request_region);
void vmem_release_region(struct resource *root, resource_size_t start, resource_size_t size)
    VK(__release_region);
#define __request_region vmem_request_region
#define __release_region vmem_release_region
#define request_region(start, size, name) \
  vmem_request_region(&ioport_resource, start, size, name, 0)
#define request_mem_region(start, size, name) \
  vmem_request_region(&iomem_resource, start, size, name, 0)
#define request_mem_region_exclusive request_mem_region
#define release_region(start, size) vmem_release_region(&ioport_resource, start, size)
#define release_mem_region(start, size) vmem_release_region(&iomem_resource, start, size)

// MARK: Mappings

void __iomem *ioremap(resource_size_t physical, unsigned long size) VK(ioremap);
void __iomem *ioremap_uc(resource_size_t physical, unsigned long size) VK(ioremap_uc);
void __iomem *ioremap_wc(resource_size_t physical, unsigned long size) VK(ioremap_wc);
void __iomem *ioremap_wt(resource_size_t physical, unsigned long size) VK(ioremap_wt);
void __iomem *ioremap_cache(resource_size_t physical, unsigned long size) VK(ioremap_cache);
void __iomem *vmem_ioremap_prot(resource_size_t physical, unsigned long size,
    unsigned long protection) VK(ioremap_prot);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
#define ioremap_prot(physical, size, protection) vmem_ioremap_prot(physical, size, protection)
#else
#define ioremap_prot(physical, size, protection) \
  vmem_ioremap_prot(physical, size, pgprot_val(protection))
#endif
void iounmap(volatile void __iomem *address) VK(iounmap);
#define ioremap_nocache ioremap
#define ioremap_np ioremap_uc
enum {
  MEMREMAP_WB = 1, MEMREMAP_WT = 2, MEMREMAP_WC = 4, MEMREMAP_ENC = 8, MEMREMAP_DEC = 16,
};
void *memremap(resource_size_t physical, size_t size, unsigned long flags) VK(memremap);
void memunmap(void *address) VK(memunmap);

// MARK: Access

#define __vmem_access(suffix, type) \
  static inline type __raw_read##suffix(const volatile void __iomem *address) { \
    return *(const volatile type *)address; \
  } \
  static inline void __raw_write##suffix(type value, volatile void __iomem *address) { \
    *(volatile type *)address = value; \
  } \
  static inline type read##suffix(const volatile void __iomem *address) { \
    type value = __raw_read##suffix(address); \
    barrier(); \
    return value; \
  } \
  static inline void write##suffix(type value, volatile void __iomem *address) { \
    barrier(); \
    __raw_write##suffix(value, address); \
  }
__vmem_access(b, u8) __vmem_access(w, u16) __vmem_access(l, u32) __vmem_access(q, u64)
#define readb_relaxed readb
#define readw_relaxed readw
#define readl_relaxed readl
#define readq_relaxed readq
#define writeb_relaxed writeb
#define writew_relaxed writew
#define writel_relaxed writel
#define writeq_relaxed writeq
#define ioread8 readb
#define ioread16 readw
#define ioread32 readl
#define ioread64 readq
#define iowrite8 writeb
#define iowrite16 writew
#define iowrite32 writel
#define iowrite64 writeq
#define memcpy_fromio(to, from, size) memcpy(to, (const void *)(from), size)
#define memcpy_toio(to, from, size) memcpy((void *)(to), from, size)
#define memset_io(to, byte, size) memset((void *)(to), byte, size)

// Ports: nothing answers, reads are all ones.
static inline u8 inb(unsigned long port) { return 0xff; }
static inline u16 inw(unsigned long port) { return 0xffff; }
static inline u32 inl(unsigned long port) { return 0xffffffff; }
static inline void outb(u8 value, unsigned long port) { }
static inline void outw(u16 value, unsigned long port) { }
static inline void outl(u32 value, unsigned long port) { }
#define inb_p inb
#define outb_p outb

#endif
