/// Tasks, their address spaces, and what the kernel's tables of objects hold.
extension Declarations {
  static let tasks = """
    enum { MM_FILEPAGES, MM_ANONPAGES, MM_SWAPENTS, MM_SHMEMPAGES, NR_MM_COUNTERS };
    struct mm_rss_stat { atomic_long_t count[NR_MM_COUNTERS]; };
    struct mm_struct { struct { struct { atomic_t mm_count; } ; struct maple_tree mm_mt;
        unsigned long mmap_base; unsigned long task_size; pgd_t *pgd; atomic_t mm_users;
        atomic_long_t pgtables_bytes; int map_count; spinlock_t page_table_lock;
        struct rw_semaphore mmap_lock; struct list_head mmlist; unsigned long hiwater_rss;
        unsigned long hiwater_vm; unsigned long total_vm; unsigned long locked_vm; atomic64_t pinned_vm;
        unsigned long data_vm; unsigned long exec_vm; unsigned long stack_vm; unsigned long def_flags;
        spinlock_t arg_lock; unsigned long start_code; unsigned long end_code;
        unsigned long start_data; unsigned long end_data; unsigned long start_brk; unsigned long brk;
        unsigned long start_stack; unsigned long arg_start; unsigned long arg_end;
        unsigned long env_start; unsigned long env_end; unsigned long saved_auxv[52];
    #if >= 6.6
        struct percpu_counter rss_stat[NR_MM_COUNTERS];
    #else
        struct mm_rss_stat rss_stat;
    #endif
        unsigned long flags; struct task_struct *owner; struct file *exe_file; };
      unsigned long cpu_bitmap[]; };
    enum pid_type { PIDTYPE_PID, PIDTYPE_TGID, PIDTYPE_PGID, PIDTYPE_SID, PIDTYPE_MAX };
    struct upid { int nr; struct pid_namespace *ns; };
    struct pid { refcount_t count; unsigned int level; spinlock_t lock;
      struct hlist_head tasks[PIDTYPE_MAX]; struct hlist_head inodes; struct rcu_head rcu;
      struct upid numbers[1]; };
    struct ns_common { atomic_long_t stashed; const void *ops; unsigned int inum; refcount_t count; };
    struct pid_namespace { struct idr idr; struct rcu_head rcu; unsigned int pid_allocated;
      struct task_struct *child_reaper; struct kmem_cache *pid_cachep; unsigned int level; int pid_max;
      struct pid_namespace *parent; struct ns_common ns; };
    struct new_utsname { char sysname[65]; char nodename[65]; char release[65]; char version[65];
      char machine[65]; char domainname[65]; };
    struct uts_namespace { struct new_utsname name; void *user_ns; void *ucounts; struct ns_common ns; };
    struct nsproxy { refcount_t count; struct uts_namespace *uts_ns; void *ipc_ns; void *mnt_ns;
      struct pid_namespace *pid_ns_for_children; void *net_ns; };
    struct vfsmount { struct dentry *mnt_root; struct super_block *mnt_sb; int mnt_flags; };
    struct mount { struct hlist_node mnt_hash; struct mount *mnt_parent; struct dentry *mnt_mountpoint;
      struct vfsmount mnt; struct list_head mnt_instance; };
    struct path { struct vfsmount *mnt; struct dentry *dentry; };
    struct fs_struct { int users; spinlock_t lock; int umask; int in_exec; struct path root, pwd; };
    struct fdtable { unsigned int max_fds; struct file **fd; unsigned long *close_on_exec;
      unsigned long *open_fds; unsigned long *full_fds_bits; struct rcu_head rcu; };
    struct files_struct { atomic_t count; bool resize_in_progress; struct fdtable *fdt;
      struct fdtable fdtab; };
    struct sighand_struct { spinlock_t siglock; refcount_t count; };
    typedef struct { unsigned long sig[1]; } sigset_t;
    struct sigpending { struct list_head list; sigset_t signal; };
    struct rlimit { unsigned long rlim_cur; unsigned long rlim_max; };
    struct signal_struct { refcount_t sigcnt; atomic_t live; int nr_threads; struct list_head thread_head;
      struct sigpending shared_pending; struct pid *pids[PIDTYPE_MAX]; void *tty;
      struct rlimit rlim[16]; };
    struct thread_info { unsigned long flags; unsigned long syscall_work; u32 status; u32 cpu; };
    struct thread_struct { unsigned long sp; unsigned long cr2; };
    struct load_weight { unsigned long weight; u32 inv_weight; };
    struct sched_entity { struct load_weight load; struct rb_node run_node; unsigned int on_rq;
      u64 exec_start; u64 sum_exec_runtime; u64 vruntime; };
    struct task_struct { struct thread_info thread_info; unsigned int __state; void *stack;
      refcount_t usage; unsigned int flags; int on_cpu; int on_rq; int prio; int static_prio;
      int normal_prio; unsigned int rt_priority; struct sched_entity se; unsigned int policy;
      int nr_cpus_allowed; cpumask_t cpus_mask; struct list_head tasks; struct mm_struct *mm;
      struct mm_struct *active_mm; int exit_state; int exit_code; int exit_signal; pid_t pid; pid_t tgid;
      struct task_struct *real_parent; struct task_struct *parent; struct list_head children;
      struct list_head sibling; struct task_struct *group_leader; struct pid *thread_pid;
      struct hlist_node pid_links[PIDTYPE_MAX]; struct list_head thread_node; u64 utime; u64 stime;
      unsigned long nvcsw; unsigned long nivcsw; u64 start_time; u64 start_boottime; char comm[16];
      struct fs_struct *fs; struct files_struct *files; struct nsproxy *nsproxy;
      struct signal_struct *signal; struct sighand_struct *sighand; sigset_t blocked;
      struct sigpending pending;
      refcount_t stack_refcount; struct vm_struct *stack_vm_area; struct thread_struct thread; };
    union thread_union { struct task_struct task; unsigned long stack[2048]; };
    struct cfs_rq { struct load_weight load; unsigned int nr_running; u64 min_vruntime;
      struct rb_root_cached tasks_timeline; struct sched_entity *curr; };
    struct rt_rq { unsigned int rt_nr_running; };
    struct rq { raw_spinlock_t __lock; unsigned int nr_running; u64 nr_switches; struct cfs_rq cfs;
      struct rt_rq rt; struct task_struct *curr; struct task_struct *idle; struct task_struct *stop;
      u64 clock; int cpu; };
    struct kernel_stat { unsigned long irqs_sum; unsigned int softirqs[10]; };
    """

  static let objects = """
    struct address_space { struct inode *host; struct xarray i_pages; struct rw_semaphore invalidate_lock;
      gfp_t gfp_mask; atomic_t i_mmap_writable; struct rb_root_cached i_mmap; unsigned long nrpages;
      unsigned long writeback_index; void *a_ops; unsigned long flags; };
    struct file_system_type { const char *name; int fs_flags; };
    struct super_block { struct list_head s_list; dev_t s_dev; unsigned char s_blocksize_bits;
      unsigned long s_blocksize; struct file_system_type *s_type; unsigned long s_flags;
      unsigned long s_magic; struct dentry *s_root; char s_id[32]; struct list_head s_inodes;
      struct list_head s_mounts; };
    struct inode { umode_t i_mode; unsigned short i_opflags; unsigned int i_flags;
      struct super_block *i_sb; struct address_space *i_mapping; unsigned long i_ino; dev_t i_rdev;
      loff_t i_size; atomic_t i_count; struct list_head i_sb_list; struct address_space i_data;
      void *i_private; };
    struct dentry { unsigned int d_flags; struct dentry *d_parent; struct qstr d_name;
      struct inode *d_inode; unsigned char d_iname[40]; const void *d_op; struct super_block *d_sb;
      void *d_fsdata; struct list_head d_child; struct list_head d_subdirs; };
    struct file { struct path f_path; struct inode *f_inode; const void *f_op; atomic_long_t f_count;
      unsigned int f_flags; unsigned int f_mode; loff_t f_pos; struct address_space *f_mapping;
      void *private_data; };
    struct kobject { const char *name; struct list_head entry; struct kobject *parent; };
    struct cred { atomic_long_t usage; u32 uid; u32 gid; };
    struct net { unsigned int ifindex; };
    struct net_device { char name[16]; int ifindex; struct net_device *next; };
    struct sock { int type; unsigned short family; };
    struct inet_sock { struct sock sk; };
    struct unix_sock { struct sock sk; };
    struct socket { short type; struct sock *sk; };
    struct kmem_cache_order_objects { unsigned int x; };
    struct kmem_cache_node { spinlock_t list_lock; unsigned long nr_partial; struct list_head partial;
      atomic_long_t nr_slabs; atomic_long_t total_objects; struct list_head full; };
    struct kmem_cache_cpu { void **freelist; unsigned long tid; struct slab *slab; };
    #if >= 7.1
    struct kmem_cache_per_node { struct kmem_cache_node *node; };
    #endif
    struct kmem_cache { struct kmem_cache_cpu *cpu_slab; slab_flags_t flags; unsigned long min_partial;
      unsigned int size; unsigned int object_size; unsigned int offset;
      struct kmem_cache_order_objects oo; struct kmem_cache_order_objects min; gfp_t allocflags;
      int refcount; unsigned int inuse; unsigned int align; unsigned int red_left_pad; const char *name;
      struct list_head list;
    #if >= 7.1
      struct kmem_cache_per_node per_node[MAX_NUMNODES];
    #else
      struct kmem_cache_node *node[MAX_NUMNODES];
    #endif
    };
    enum bpf_map_type { BPF_MAP_TYPE_UNSPEC, BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_ARRAY,
      BPF_MAP_TYPE_ARENA = 33 };
    struct bpf_map_ops { void *map_alloc; void *map_free; };
    struct bpf_map { const struct bpf_map_ops *ops; struct bpf_map *inner_map_meta;
      enum bpf_map_type map_type; u32 key_size; u32 value_size; u32 max_entries; u64 map_extra;
      u32 map_flags; u32 id; int numa_node; char name[16]; atomic64_t refcnt; atomic64_t usercnt; };
    struct bpf_arena { struct bpf_map map; u64 user_vm_start; u64 user_vm_end;
      struct vm_struct *kern_vm; struct list_head vma_list; struct mutex lock; };
    struct module { int state; struct list_head list; char name[56]; };
    """

  static let log = """
    struct dev_printk_info { char subsystem[16]; char device[48]; };
    enum printk_info_flags { LOG_FORCE_CON = 1, LOG_NEWLINE = 2, LOG_CONT = 8 };
    struct printk_info { u64 seq; u64 ts_nsec; u16 text_len; u8 facility; u8 flags : 5; u8 level : 3;
      u32 caller_id;
    #if >= 7.0
      u32 caller_id2; char comm[16];
    #endif
      struct dev_printk_info dev_info; };
    struct prb_data_blk_lpos { unsigned long begin; unsigned long next; };
    struct prb_desc { atomic_long_t state_var; struct prb_data_blk_lpos text_blk_lpos; };
    struct prb_data_ring { unsigned int size_bits; char *data; atomic_long_t head_lpos;
      atomic_long_t tail_lpos; };
    struct prb_desc_ring { unsigned int count_bits; struct prb_desc *descs; struct printk_info *infos;
      atomic_long_t head_id; atomic_long_t tail_id; atomic_long_t last_finalized_seq; };
    struct printk_ringbuffer { struct prb_desc_ring desc_ring; struct prb_data_ring text_data_ring;
      atomic_long_t fail; };
    enum desc_state { desc_miss = -1, desc_reserved = 0, desc_committed = 1, desc_finalized = 2,
      desc_reusable = 3 };
    struct latched_seq { u32 latch; u64 val[2]; };
    """
}
