/// What the kernel's structures are made of, and who runs.
enum Declarations {
  static let all = [basic, pages, zones, areas, spaces, tasks, objects, log, image, text]

  static let basic = """
    typedef _Bool bool;
    typedef unsigned char u8;
    typedef unsigned short u16;
    typedef unsigned int u32;
    typedef unsigned long long u64;
    typedef long long s64;
    typedef int s32;
    typedef u64 phys_addr_t;
    typedef u64 dma_addr_t;
    typedef unsigned int gfp_t;
    typedef unsigned int slab_flags_t;
    typedef unsigned short umode_t;
    typedef int pid_t;
    typedef unsigned int dev_t;
    typedef long long loff_t;
    typedef unsigned long vm_flags_t;
    typedef struct { unsigned long pgd; } pgd_t;
    typedef struct { unsigned long p4d; } p4d_t;
    typedef struct { unsigned long pud; } pud_t;
    typedef struct { unsigned long pmd; } pmd_t;
    typedef struct { unsigned long pte; } pte_t;
    typedef struct { unsigned long pgprot; } pgprot_t;
    typedef struct { int counter; } atomic_t;
    typedef struct { s64 counter; } atomic64_t;
    typedef atomic64_t atomic_long_t;
    struct refcount_struct { atomic_t refs; };
    typedef struct refcount_struct refcount_t;
    struct raw_spinlock { u32 raw_lock; };
    typedef struct raw_spinlock raw_spinlock_t;
    struct spinlock { struct raw_spinlock rlock; };
    typedef struct spinlock spinlock_t;
    struct qspinlock { atomic_t val; };
    struct list_head { struct list_head *next, *prev; };
    struct hlist_node { struct hlist_node *next, **pprev; };
    struct hlist_head { struct hlist_node *first; };
    struct llist_node { struct llist_node *next; };
    struct llist_head { struct llist_node *first; };
    struct rb_node { unsigned long __rb_parent_color; struct rb_node *rb_right; struct rb_node *rb_left; };
    struct rb_root { struct rb_node *rb_node; };
    struct rb_root_cached { struct rb_root rb_root; struct rb_node *rb_leftmost; };
    struct callback_head { struct callback_head *next; void *func; };
    struct rcu_head { struct rcu_head *next; void *func; };
    struct rw_semaphore { atomic_long_t count; atomic_long_t owner; u32 osq; raw_spinlock_t wait_lock;
      struct list_head wait_list; };
    struct mutex { atomic_long_t owner; raw_spinlock_t wait_lock; u32 osq; struct list_head wait_list; };
    struct work_struct { atomic_long_t data; struct list_head entry; void *func; };
    struct percpu_counter { raw_spinlock_t lock; s64 count; struct list_head list; s32 *counters; };
    struct cpumask { unsigned long bits[CPU_WORDS]; };
    typedef struct cpumask cpumask_t;
    typedef struct { unsigned long bits[NODE_WORDS]; } nodemask_t;
    struct xarray { spinlock_t xa_lock; gfp_t xa_flags; void *xa_head; };
    struct xa_node { unsigned char shift; unsigned char offset; unsigned char count; unsigned char nr_values;
      struct xa_node *parent; struct xarray *array;
      union { struct list_head private_list; struct callback_head callback_head; };
      void *slots[64]; union { unsigned long tags[3][1]; unsigned long marks[3][1]; }; };
    struct idr { struct xarray idr_rt; unsigned int idr_base; unsigned int idr_next; };
    struct maple_tree { union { spinlock_t ma_lock; }; unsigned int ma_flags; void *ma_root; };
    struct maple_metadata { unsigned char end; unsigned char gap; };
    struct maple_range_64 { struct maple_pnode *parent; unsigned long pivot[15];
      union { void *slot[16]; struct { void *pad[15]; struct maple_metadata meta; }; }; };
    struct maple_arange_64 { struct maple_pnode *parent; unsigned long pivot[9]; void *slot[10];
      unsigned long gap[10]; struct maple_metadata meta; };
    struct maple_node { union { struct { struct maple_pnode *parent; void *slot[31]; };
      struct maple_range_64 mr64; struct maple_arange_64 ma64; }; };
    enum maple_type { maple_dense, maple_leaf_64, maple_range_64, maple_arange_64 };
    struct qstr { union { struct { u32 hash; u32 len; }; u64 hash_len; }; const unsigned char *name; };
    struct timespec64 { s64 tv_sec; long tv_nsec; };
    """
}
