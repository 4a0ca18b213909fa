/// Functions whose names readers look for, beside those of the verbs: what areas have as their callers,
/// who manages areas, and the handlers of traps.
extension Declarations {
  static let text = """
    section text;
    void kernel_clone(); void _do_fork(); void copy_process(); void dup_task_struct(); void fork_idle();
    void alloc_large_system_hash(); void alloc_vmap_area(); void new_vmap_block();
    void insert_vmap_area(); void find_vmap_area(); void unlink_va(); void free_vmap_area_noflush();
    void purge_vmap_area_lazy(); void __purge_vmap_area_lazy(); void drain_vmap_area_work();
    void remove_vm_area(); void __get_vm_area_node(); void get_vm_area_caller(); void vmalloc_init();
    void vunmap_range_noflush(); void __vmap_pages_range_noflush(); void vread(); void vread_iter();
    void __vmalloc(); void __vmalloc_noprof(); void __vmalloc_node(); void __vmalloc_node_noprof();
    void vzalloc_noprof(); void vzalloc_node(); void vzalloc_node_noprof(); void vmalloc_user_noprof();
    void vmalloc_32_noprof(); void vmalloc_node_noprof(); void vmalloc_huge_noprof();
    void vrealloc_noprof(); void kvmalloc_node(); void __kvmalloc_node_noprof(); void kvfree();
    void ioremap_prot(); void ioremap_encrypted(); void __ioremap_caller(); void generic_ioremap_prot();
    void acpi_os_map_iomem(); void acpi_os_map_memory(); void memremap(); void memremap_pages();
    void devm_ioremap(); void devm_ioremap_wc(); void devm_ioremap_resource(); void hpet_enable();
    void pci_ioremap_bar(); void pci_iomap_range(); void pci_mmcfg_arch_map(); void pci_remap_iospace();
    void __pci_enable_msix_range(); void msix_capability_init(); void msix_map_region();
    void vp_modern_map_capability(); void irq_init_percpu_irqstack(); void map_irq_stack();
    void pcpu_create_chunk(); void pcpu_mem_zalloc(); void pcpu_populate_chunk();
    void load_module(); void layout_and_allocate(); void move_module(); void module_memory_alloc();
    void module_alloc_update_bounds(); void execmem_alloc(); void execmem_alloc_rw();
    void execmem_cache_populate(); void arch_ftrace_update_trampoline(); void ftrace_alloc_pages();
    void bpf_prog_alloc(); void bpf_prog_alloc_no_stats(); void bpf_prog_realloc(); void bpf_check();
    void bpf_jit_alloc_exec(); void bpf_jit_binary_alloc(); void bpf_jit_blind_constants();
    void bpf_jit_binary_pack_alloc(); void bpf_prog_pack_alloc(); void bpf_map_area_alloc();
    void bpf_map_area_mmapable_alloc(); void bpf_ringbuf_alloc(); void htab_map_alloc();
    void n_tty_open(); void vc_allocate(); void vc_do_resize(); void gen_pool_add_owner();
    void binder_mmap(); void lz4_alloc_ctx(); void xz_dec_lzma2_create(); void zisofs_init();
    void xt_alloc_table_info(); void inet_ehash_locks_alloc(); void dm_vcalloc(); void dm_table_create();
    void __do_sys_swapon(); void swap_cgroup_swapon(); void seq_read(); void seq_read_iter();
    void raw_init(); void agp_backend_initialize(); void pmc_core_probe(); void hyperv_init();
    void hv_cpu_init(); void relay_open(); void relay_create_buf(); void fb_deferred_io_init();
    void dma_common_contiguous_remap(); void dma_common_pages_remap(); void dma_vmap_noncontiguous();
    void atomic_pool_expand(); void dma_buf_vmap(); void vmap_udmabuf(); void persistent_ram_vmap();
    void persistent_ram_new(); void crash_save_vmcoreinfo_init(); void crash_update_vmcoreinfo_safecopy();
    void kernel_read_file(); void firmware_loading_store(); void elf_core_dump(); void setup_percpu();
    void kcov_mmap(); void perf_mmap(); void rb_alloc(); void __ring_buffer_alloc(); void do_seccomp();
    void asm_exc_divide_error(); void asm_exc_debug(); void asm_exc_nmi(); void asm_exc_int3();
    void asm_exc_overflow(); void asm_exc_bounds(); void asm_exc_invalid_op();
    void asm_exc_device_not_available(); void asm_exc_double_fault();
    void asm_exc_coproc_segment_overrun(); void asm_exc_invalid_tss();
    void asm_exc_segment_not_present(); void asm_exc_stack_segment();
    void asm_exc_general_protection(); void asm_exc_page_fault(); void asm_exc_spurious_interrupt_bug();
    void asm_exc_coprocessor_error(); void asm_exc_alignment_check(); void asm_exc_machine_check();
    void asm_exc_simd_coprocessor_error();
    """

  /// The handlers of the first traps, in the order of their numbers.
  static let traps = [
    "divide_error", "debug", "nmi", "int3", "overflow", "bounds", "invalid_op",
    "device_not_available", "double_fault", "coproc_segment_overrun", "invalid_tss",
    "segment_not_present", "stack_segment", "general_protection", "page_fault",
    "spurious_interrupt_bug", "coprocessor_error", "alignment_check", "machine_check",
    "simd_coprocessor_error",
  ].map { "asm_exc_\($0)" }
}
