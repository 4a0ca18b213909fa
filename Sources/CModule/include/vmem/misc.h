// What modules name beside memory: user memory, names of the system and of symbols, notifiers.
#ifndef VMEM_MISC_H
#define VMEM_MISC_H

#include <vmem/printk.h>
#include <vmem/sched.h>
#include <vmem/string.h>

// MARK: User memory: a module's init has none, every copy fails

static inline unsigned long copy_to_user(void __user *to, const void *from, unsigned long size) {
  return size;
}
static inline unsigned long copy_from_user(void *to, const void __user *from, unsigned long size) {
  memset(to, 0, size);
  return size;
}
#define __copy_to_user copy_to_user
#define __copy_from_user copy_from_user
#define clear_user(to, size) (size)
#define put_user(value, to) ((void)(value), (void)(to), -EFAULT)
#define get_user(value, from) ((void)(from), (value) = 0, -EFAULT)
#define __put_user put_user
#define __get_user get_user
#define access_ok(...) false
#define strncpy_from_user(to, from, size) ((long)-EFAULT)
// Reads of kernel memory that may fail.
long copy_from_kernel_nofault(void *to, const void *from, size_t size)
    VK(copy_from_kernel_nofault);
long copy_to_kernel_nofault(void *to, const void *from, size_t size) VK(copy_to_kernel_nofault);
#define probe_kernel_read copy_from_kernel_nofault
#define probe_kernel_write copy_to_kernel_nofault
#define get_kernel_nofault(value, address) \
  copy_from_kernel_nofault(&(value), address, sizeof(value))
// The word at `address`; bytes on a page that is not mapped read as 0.
static inline unsigned long load_unaligned_zeropad(const void *address) {
  unsigned long value = 0;
  for (unsigned int i = 0; i < sizeof(value); i++) {
    if (copy_from_kernel_nofault((char *)&value + i, (const char *)address + i, 1)) break;
  }
  return value;
}

// MARK: Names

struct new_utsname {
  char sysname[65], nodename[65], release[65], version[65], machine[65], domainname[65];
};
static inline const struct new_utsname *utsname(void) {
  static const struct new_utsname name = {
    "Linux", "vmemctl", UTS_RELEASE, "#1 SMP PREEMPT", "x86_64", "(none)"
  };
  return &name;
}
#define init_utsname() utsname()
struct uts_namespace { struct new_utsname name; };
#define init_uts_ns (*(const struct uts_namespace *)utsname())
#define KSYM_NAME_LEN 512
#define KSYM_SYMBOL_LEN (KSYM_NAME_LEN + 64)
int sprint_symbol(char *to, unsigned long address) VK(sprint_symbol);
#define print_symbol(format, address) printk(format "%pS\n", (void *)(address))
#define UTS_SYSNAME "Linux"
#define __VERSION__STRING UTS_RELEASE

// MARK: Room for a path

#define PATH_MAX 4096
void *vmem_path_room(size_t size, gfp_t gfp) VK(kmalloc);
void vmem_path_free(const void *path) VK(kfree);
#define __getname() \
  ((char *)vmem_path_room(PATH_MAX, VMEM_GFP_DIRECT_RECLAIM | VMEM_GFP_KSWAPD_RECLAIM))
#define __putname(path) vmem_path_free(path)

// MARK: Notifiers

struct notifier_block;
typedef int (*notifier_fn_t)(struct notifier_block *block, unsigned long action, void *data);
struct notifier_block {
  notifier_fn_t notifier_call;
  struct notifier_block *next;
  int priority;
};
#define NOTIFY_DONE 0
#define NOTIFY_OK 1
#define NOTIFY_BAD 0x8002
#define NOTIFY_STOP 0x8001
// The emulator never runs out of memory in a way that would call these.
static inline int register_oom_notifier(struct notifier_block *block) { return 0; }
static inline int unregister_oom_notifier(struct notifier_block *block) { return 0; }

// MARK: Mappings of user space, as far as walks name them

struct vm_operations_struct;
struct vm_area_struct {
  unsigned long vm_start, vm_end;
  struct mm_struct *vm_mm;
  unsigned long vm_flags, vm_pgoff;
  struct file *vm_file;
  void *vm_private_data;
  const struct vm_operations_struct *vm_ops;
};
#define VM_READ 0x1UL
#define VM_WRITE 0x2UL
#define VM_EXEC 0x4UL
#define VM_SHARED 0x8UL
#define vma_pages(vma) (((vma)->vm_end - (vma)->vm_start) >> PAGE_SHIFT)
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4
#define MAP_SHARED 1
#define MAP_PRIVATE 2
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20

// MARK: Permissions of files and parameters

#define S_IRUSR 0400
#define S_IWUSR 0200
#define S_IXUSR 0100
#define S_IRGRP 0040
#define S_IWGRP 0020
#define S_IROTH 0004
#define S_IWOTH 0002
#define S_IRUGO 0444
#define S_IWUGO 0222
#define S_IRWXU 0700
#define S_IRWXG 0070
#define S_IRWXO 0007
#define S_IRWXUGO 0777

// MARK: Control registers, which the emulator's machine answers for

unsigned long vmem_read_cr3(void) VK(read_cr3);
#define __read_cr3() vmem_read_cr3()
#define read_cr3() vmem_read_cr3()
#define read_cr3_pa() (vmem_read_cr3() & 0x000ffffffffff000UL)
#define native_read_cr3_pa read_cr3_pa
#define read_cr0() 0x80050033UL
#define native_read_cr0 read_cr0
#define write_cr0(value) do { (void)(value); } while (0)
#define native_write_cr0 write_cr0
#define __read_cr4() 0x6f0UL
struct cpuinfo_x86 {
  u8 x86, x86_vendor, x86_model, x86_stepping;
  u16 x86_clflush_size;
  u8 x86_phys_bits, x86_virt_bits;
};
static const struct cpuinfo_x86 boot_cpu_data __maybe_unused = {
  .x86 = 6, .x86_clflush_size = 64, .x86_phys_bits = 46, .x86_virt_bits = 48,
};
#define boot_cpu_has(feature) true
#define cpu_has(cpu, feature) true
#define static_cpu_has(feature) true
#define cpu_feature_enabled(feature) true

#endif
