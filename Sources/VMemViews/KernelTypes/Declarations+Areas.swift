/// Kernel areas and the address spaces of programs.
extension Declarations {
  static let areas = """
    struct vm_struct {
    #if >= 6.18
      union { struct vm_struct *next; struct llist_node llnode; };
    #else
      struct vm_struct *next;
    #endif
      void *addr; unsigned long size; unsigned long flags; struct page **pages; unsigned int page_order;
      unsigned int nr_pages; phys_addr_t phys_addr; const void *caller;
    #if >= 6.18
      unsigned long requested_size;
    #endif
    };
    struct vmap_area { unsigned long va_start; unsigned long va_end; struct rb_node rb_node;
      struct list_head list; union { unsigned long subtree_max_size; struct vm_struct *vm; };
      unsigned long flags; };
    #if vmap_nodes
    struct rb_list { struct rb_root root; struct list_head head; spinlock_t lock; };
    struct vmap_pool { struct list_head head; unsigned long len; };
    struct vmap_node { struct vmap_pool pool[256]; spinlock_t pool_lock; bool skip_populate;
      struct rb_list busy; struct rb_list lazy; struct list_head purge_list;
      struct work_struct purge_work; unsigned long nr_purged; };
    #endif
    """

  static let spaces = """
    struct vm_area_struct { union { struct { unsigned long vm_start; unsigned long vm_end; }; };
      struct mm_struct *vm_mm; pgprot_t vm_page_prot;
      union { const vm_flags_t vm_flags; vm_flags_t __vm_flags; };
      struct list_head anon_vma_chain; struct anon_vma *anon_vma;
      const struct vm_operations_struct *vm_ops; unsigned long vm_pgoff; struct file *vm_file;
      void *vm_private_data; struct { struct rb_node rb; unsigned long rb_subtree_last; } shared; };
    struct vm_operations_struct { void *open; void *close; void *fault; void *name; };
    """
}
