// What a module's object and the emulator agree on: records that tell of the module, objects that
// both read, and flags. Included by the headers that modules see and by the emulator.
#ifndef VMEM_ABI_H
#define VMEM_ABI_H

// MARK: Addresses

// A module sees kernel addresses without their top 17 bits, which are all ones: what remains is a
// host address. OR-ing this gives the kernel's address back.
#define VMEM_TOP_BITS 0xffff800000000000UL
// Where the kernel's areas begin for a module: the direct map, the vmalloc window, the page
// descriptors, and the text of modules.
#define VMEM_DIRECT_MAP 0x088000000000UL
#define VMEM_VMALLOC 0x490000000000UL
#define VMEM_VMALLOC_END 0x690000000000UL
#define VMEM_STRUCT_PAGES 0x6a0000000000UL
#define VMEM_MODULES 0x7fffa0000000UL
#define VMEM_MODULES_END 0x7fffff000000UL
// The kernel's own objects that modules point at: in the direct map, behind all RAM.
#define VMEM_OBJECTS 0x098000000000UL
#define VMEM_OBJECTS_SIZE 0x4000000UL
// Stacks of tasks, behind them.
#define VMEM_STACKS 0x098100000000UL

// MARK: Records

// Every fact of a module is one record in the section ".vmem.records".
enum vmem_record_kind {
  VMEM_INIT = 1,              // pointer: int (*)(void)
  VMEM_EXIT,                  // pointer: void (*)(void)
  VMEM_PARAMETER,             // name, type, pointer: the variable; permissions
  VMEM_PARAMETER_ARRAY,       // as above of one element; count: room; more: int that counts, or 0
  VMEM_PARAMETER_STRING,      // a char array; count: its bytes
  VMEM_PARAMETER_CALLBACK,    // pointer: struct kernel_param_ops; more: its argument
  VMEM_PARAMETER_TEXT,        // MODULE_PARM_DESC: name, text
  VMEM_EXPORT,                // name, pointer; type 1 for EXPORT_SYMBOL_GPL
  VMEM_INFORMATION,           // MODULE_LICENSE and its kind: name is the tag ("license"), text
  VMEM_THIS_MODULE,           // pointer: struct module
};

enum vmem_parameter_type {
  VMEM_BOOL = 1, VMEM_INVBOOL, VMEM_BYTE, VMEM_SHORT, VMEM_USHORT, VMEM_INT, VMEM_UINT, VMEM_LONG,
  VMEM_ULONG, VMEM_ULLONG, VMEM_CHARP, VMEM_HEXINT,
};

struct vmem_record {
  unsigned int kind;
  unsigned int type;
  const char *name;
  const void *pointer;
  const char *text;
  const void *more;
  unsigned int count;
  unsigned int permissions;
};

// MARK: Objects

struct module {
  char name[56];
  int state;
  int refcount;
};

struct mm_struct;

// A task as modules see it; the emulator keeps the rest elsewhere.
struct task_struct {
  unsigned int __state;
  unsigned int flags;
  int pid;
  int tgid;
  int prio;
  int on_cpu;
  unsigned int cpu;
  int preempt_count;
  char comm[16];
  struct mm_struct *mm;
  struct mm_struct *active_mm;
  struct task_struct *parent, *real_parent;
  struct task_struct *group_leader;
  // The lowest address of its stack; 0 for tasks that no module runs in.
  void *stack;
  unsigned long vmem_number;
  // Switches that it asked for and that it did not, and faults.
  unsigned long nvcsw, nivcsw, min_flt, maj_flt;
};

// What spinlocks, mutexes, semaphores and reader-writer locks are: the emulator does the rest.
struct vmem_lock {
  // Readers, or 1 for a writer or owner; free units of a semaphore.
  int count;
  // pid of the owner or writer, 0 for none.
  int owner;
  // VMEM_LOCK_MAGIC once initialised.
  unsigned int magic;
  unsigned int kind;
  const char *name;
};
#define VMEM_LOCK_MAGIC 0xdead4ead

enum vmem_lock_kind {
  VMEM_SPINLOCK = 1, VMEM_RWLOCK, VMEM_SEQLOCK, VMEM_MUTEX, VMEM_RWSEM, VMEM_SEMAPHORE,
};

// A wait queue, and with `done` a completion.
struct vmem_queue {
  unsigned int done;
  unsigned int magic;
  // How often it was woken.
  unsigned long wakes;
};

typedef struct { unsigned long pgd; } pgd_t;

// An address space: `init_mm` is the kernel's.
struct mm_struct {
  // The root table, in the direct map.
  pgd_t *pgd;
  struct vmem_lock mmap_lock;
  struct vmem_lock page_table_lock;
  unsigned long start_code, end_code, start_data, end_data, start_brk, brk, start_stack;
  unsigned long arg_start, arg_end, env_start, env_end;
  unsigned long mmap_base, task_size, total_vm;
  int mm_users, map_count;
};

// A range of physical addresses, as in /proc/iomem.
struct resource {
  unsigned long long start;
  // Of its last byte.
  unsigned long long end;
  const char *name;
  unsigned long flags, desc;
  struct resource *parent, *sibling, *child;
};

// A set of CPUs; a machine has at most 64.
struct cpumask { unsigned long bits[1]; };

// A cache of objects, the kernel's `struct kmem_cache`, which is opaque to modules. The emulator
// keeps the rest under its number.
struct vmem_cache {
  unsigned int object_size, size, align, flags;
  const char *name;
  // Run by kmem_cache_alloc of the headers for each object of a new slab.
  void (*ctor)(void *object);
  unsigned long vmem_number;
};

// Of a vmalloc area; addresses are folded, `pages` is a folded address too.
struct vm_struct {
  struct vm_struct *next;
  void *addr;
  // Bytes with the guard page.
  unsigned long size;
  unsigned long flags;
  struct page **pages;
  unsigned int page_order;
  unsigned int nr_pages;
  unsigned long long phys_addr;
  const void *caller;
};

// MARK: Flags

// Bits of gfp_t, as kernels from 6.1 to 7.3 have them.
#define VMEM_GFP_DMA 0x1u
#define VMEM_GFP_HIGHMEM 0x2u
#define VMEM_GFP_DMA32 0x4u
#define VMEM_GFP_MOVABLE 0x8u
#define VMEM_GFP_RECLAIMABLE 0x10u
#define VMEM_GFP_HIGH 0x20u
#define VMEM_GFP_IO 0x40u
#define VMEM_GFP_FS 0x80u
#define VMEM_GFP_ZERO 0x100u
#define VMEM_GFP_DIRECT_RECLAIM 0x400u
#define VMEM_GFP_KSWAPD_RECLAIM 0x800u
#define VMEM_GFP_WRITE 0x1000u
#define VMEM_GFP_NOWARN 0x2000u
#define VMEM_GFP_RETRY_MAYFAIL 0x4000u
#define VMEM_GFP_NOFAIL 0x8000u
#define VMEM_GFP_NORETRY 0x10000u
#define VMEM_GFP_MEMALLOC 0x20000u
#define VMEM_GFP_COMP 0x40000u
#define VMEM_GFP_NOMEMALLOC 0x80000u
#define VMEM_GFP_HARDWALL 0x100000u
#define VMEM_GFP_THISNODE 0x200000u
#define VMEM_GFP_ACCOUNT 0x400000u

#endif
