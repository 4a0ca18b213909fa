/// What the kernel's image holds, in the order of its addresses.
extension Declarations {
  static let image = """
    section text;
    void _stext(); void vmemmap_populate(); void thread_return(); void schedule(); void vmalloc_noprof();
    void __vmalloc_node_range_noprof(); void get_vm_area(); void vm_area_map_pages(); void vmap();
    void vunmap(); void vfree(); void vm_map_ram(); void vm_unmap_ram(); void ioremap(); void iounmap();
    void module_alloc(); void arena_map_alloc(); void alloc_thread_stack_node(); void pcpu_get_vm_areas();
    void vmap_pages_range_noflush(); void start_kernel(); void vmemctl();
    void free_vm_area(); void find_vm_area(); void pcpu_free_vm_areas(); void vm_area_unmap_pages();
    void vm_unmap_aliases(); void vmap_pages_range(); void vunmap_range(); void vmap_pfn();
    void apply_to_page_range(); void apply_to_existing_page_range(); void set_pte_at();
    void vmalloc_to_page(); void vmalloc_to_pfn(); void ioremap_wc(); void ioremap_cache();
    void ioremap_uc(); void ioremap_wt(); void ioremap_page_range(); void remap_vmalloc_range();
    void set_memory_ro(); void set_memory_rw(); void set_memory_x(); void set_memory_nx();
    void vmalloc(); void vzalloc(); void vmalloc_user(); void vmalloc_32(); void vmalloc_huge();
    void vmalloc_node(); void vrealloc(); void vfree_atomic(); void alloc_pages(); void free_pages();
    void get_page(); void put_page(); void kmap(); void kunmap(); void kmap_flush_unused();
    void kmap_local_page(); void kunmap_local(); void kmap_atomic(); void kunmap_atomic();
    void kmap_to_page(); void switch_mm(); void arena_alloc_pages(); void arena_free_pages();
    section init_text;
    void _sinittext();
    section rodata;
    const char linux_banner[BANNER];
    section data;
    pgd_t init_top_pgt[512] __aligned(4096);
    struct gate_struct { u16 offset_low; u16 segment; u16 bits; u16 offset_middle; u32 offset_high;
      u32 reserved; };
    typedef struct gate_struct gate_desc;
    gate_desc idt_table[256] __aligned(4096);
    union thread_union init_thread_union __aligned(16384);
    char vmcoreinfo_data[4096] __aligned(4096);
    struct mm_struct init_mm __aligned(64);
    struct task_struct init_task __aligned(64);
    struct signal_struct init_signals;
    struct sighand_struct init_sighand;
    struct files_struct init_files;
    struct fs_struct init_fs;
    struct nsproxy init_nsproxy;
    struct pid_namespace init_pid_ns;
    struct uts_namespace init_uts_ns __aligned(16);
    struct kernel_stat kstat;
    struct pglist_data *node_data[MAX_NUMNODES];
    nodemask_t node_online_map;
    nodemask_t node_possible_map;
    nodemask_t node_states[NR_NODE_STATES];
    struct cpumask __cpu_possible_mask, __cpu_online_mask, __cpu_present_mask, __cpu_active_mask,
      __cpu_dying_mask;
    unsigned int nr_cpu_ids;
    unsigned int nr_node_ids;
    struct mem_section **mem_section;
    unsigned long __highest_present_section_nr;
    unsigned long page_offset_base, vmalloc_base, vmemmap_base, phys_base;
    unsigned int __pgtable_l5_enabled, pgdir_shift, ptrs_per_p4d;
    unsigned long max_low_pfn, min_low_pfn, max_pfn, max_mapnr;
    void *high_memory;
    atomic_long_t _totalram_pages;
    unsigned long totalreserve_pages;
    atomic_long_t vm_zone_stat[NR_VM_ZONE_STAT_ITEMS];
    atomic_long_t vm_node_stat[NR_VM_NODE_STAT_ITEMS];
    #if vmap_nodes
    struct vmap_node single;
    struct vmap_node *vmap_nodes;
    unsigned int nr_vmap_nodes;
    unsigned int vmap_zone_size;
    #else
    struct rb_root vmap_area_root;
    struct list_head vmap_area_list;
    #endif
    struct rb_root free_vmap_area_root;
    struct list_head free_vmap_area_list;
    #if nr_vmalloc
    atomic_long_t nr_vmalloc_pages;
    #endif
    struct list_head slab_caches;
    struct list_head modules;
    struct list_head super_blocks;
    struct idr map_idr, prog_idr, link_idr, btf_idr;
    struct bpf_map_ops arena_map_ops;
    struct printk_ringbuffer *prb;
    struct printk_ringbuffer printk_rb_static __aligned(32);
    struct latched_seq clear_seq __aligned(32);
    char *log_buf;
    u32 log_buf_len;
    int nr_threads;
    unsigned long tainted_mask;
    struct taint_flag { char c_true; char c_false; bool module; };
    const struct taint_flag taint_flags[20];
    struct timekeeper { u64 xtime_sec; u64 raw_sec; };
    struct timekeeper tk_core;
    u64 jiffies_64;
    unsigned long jiffies;
    unsigned long avenrun[3];
    char *saved_command_line;
    int panic_on_oops;
    const char *task_state_array[16];
    unsigned long __per_cpu_offset[64];
    struct rq runqueues __aligned(4096);
    #if >= 6.6 < 6.18
    struct pcpu_hot { struct task_struct *current_task; int preempt_count; int cpu_number;
      u64 call_depth; unsigned long top_of_stack; void *hardirq_stack_ptr; u16 softirq_pending; };
    struct pcpu_hot pcpu_hot __aligned(64);
    #else
    int cpu_number;
    struct task_struct *current_task;
    void *hardirq_stack_ptr;
    #endif
    unsigned long this_cpu_off;
    s32 percpu_counter_zero;
    char __brk_base[131072] __aligned(4096);
    """
}
