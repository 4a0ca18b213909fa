// The processor: bits of its control registers, what it says of itself, model-specific registers.
#ifndef VMEM_CPU_H
#define VMEM_CPU_H

#include <vmem/misc.h>

#define X86_CR0_PE (1UL << 0)
#define X86_CR0_MP (1UL << 1)
#define X86_CR0_EM (1UL << 2)
#define X86_CR0_TS (1UL << 3)
#define X86_CR0_ET (1UL << 4)
#define X86_CR0_NE (1UL << 5)
#define X86_CR0_WP (1UL << 16)
#define X86_CR0_AM (1UL << 18)
#define X86_CR0_NW (1UL << 29)
#define X86_CR0_CD (1UL << 30)
#define X86_CR0_PG (1UL << 31)
#define X86_CR3_PWT (1UL << 3)
#define X86_CR3_PCD (1UL << 4)
#define X86_CR3_PCID_NOFLUSH (1UL << 63)
#define X86_CR4_VME (1UL << 0)
#define X86_CR4_PVI (1UL << 1)
#define X86_CR4_TSD (1UL << 2)
#define X86_CR4_DE (1UL << 3)
#define X86_CR4_PSE (1UL << 4)
#define X86_CR4_PAE (1UL << 5)
#define X86_CR4_MCE (1UL << 6)
#define X86_CR4_PGE (1UL << 7)
#define X86_CR4_PCE (1UL << 8)
#define X86_CR4_OSFXSR (1UL << 9)
#define X86_CR4_OSXMMEXCPT (1UL << 10)
#define X86_CR4_UMIP (1UL << 11)
#define X86_CR4_LA57 (1UL << 12)
#define X86_CR4_VMXE (1UL << 13)
#define X86_CR4_SMXE (1UL << 14)
#define X86_CR4_FSGSBASE (1UL << 16)
#define X86_CR4_PCIDE (1UL << 17)
#define X86_CR4_OSXSAVE (1UL << 18)
#define X86_CR4_SMEP (1UL << 20)
#define X86_CR4_SMAP (1UL << 21)
#define X86_CR4_PKE (1UL << 22)
#define X86_EFLAGS_CF (1UL << 0)
#define X86_EFLAGS_FIXED (1UL << 1)
#define X86_EFLAGS_PF (1UL << 2)
#define X86_EFLAGS_AF (1UL << 4)
#define X86_EFLAGS_ZF (1UL << 6)
#define X86_EFLAGS_SF (1UL << 7)
#define X86_EFLAGS_TF (1UL << 8)
#define X86_EFLAGS_IF (1UL << 9)
#define X86_EFLAGS_DF (1UL << 10)
#define X86_EFLAGS_OF (1UL << 11)
#define X86_EFLAGS_IOPL (3UL << 12)
#define X86_EFLAGS_NT (1UL << 14)
#define X86_EFLAGS_RF (1UL << 16)
#define X86_EFLAGS_VM (1UL << 17)
#define X86_EFLAGS_AC (1UL << 18)
#define X86_EFLAGS_ID (1UL << 21)

// MARK: What the emulated processor says of itself: no more than the emulator has

static inline void cpuid_count(unsigned int leaf, unsigned int part, unsigned int *eax,
    unsigned int *ebx, unsigned int *ecx, unsigned int *edx) {
  static const struct { unsigned int leaf, eax, ebx, ecx, edx; } says[] = {
    { 0, 7, 0x756e6547, 0x6c65746e, 0x49656e69 },
    { 1, 0x00050657, 0x00000800, 0x80002001, 0x078bfbfd },
    { 7, 0, 0x00100081, 0x00000004, 0 },
    { 0x80000000, 0x80000008, 0, 0, 0 },
    { 0x80000001, 0, 0, 1, 0x2c100800 },
    { 0x80000008, 0x3000 | 46, 0, 0, 0 },
  };
  *eax = *ebx = *ecx = *edx = 0;
  for (unsigned int i = 0; i < ARRAY_SIZE(says) && !part; i++) {
    if (says[i].leaf != leaf) continue;
    *eax = says[i].eax;
    *ebx = says[i].ebx;
    *ecx = says[i].ecx;
    *edx = says[i].edx;
  }
}
#define cpuid(leaf, eax, ebx, ecx, edx) cpuid_count(leaf, 0, eax, ebx, ecx, edx)
#define native_cpuid(eax, ebx, ecx, edx) cpuid_count(*(eax), *(ecx), eax, ebx, ecx, edx)
#define __vmem_cpuid(leaf, which) \
  ({ unsigned int eax, ebx, ecx, edx; cpuid(leaf, &eax, &ebx, &ecx, &edx); which; })
#define cpuid_eax(leaf) __vmem_cpuid(leaf, eax)
#define cpuid_ebx(leaf) __vmem_cpuid(leaf, ebx)
#define cpuid_ecx(leaf) __vmem_cpuid(leaf, ecx)
#define cpuid_edx(leaf) __vmem_cpuid(leaf, edx)
enum {
  X86_FEATURE_FPU, X86_FEATURE_PSE = 3, X86_FEATURE_TSC, X86_FEATURE_MSR, X86_FEATURE_PAE,
  X86_FEATURE_APIC = 9, X86_FEATURE_MTRR = 12, X86_FEATURE_PGE, X86_FEATURE_PAT = 16,
  X86_FEATURE_CLFLUSH = 19, X86_FEATURE_NX = 52, X86_FEATURE_GBPAGES = 58, X86_FEATURE_LM = 61,
  X86_FEATURE_PCID = 145, X86_FEATURE_SMEP = 295, X86_FEATURE_SMAP = 308,
};

// MARK: Model-specific registers

#define MSR_EFER 0xc0000080
#define MSR_STAR 0xc0000081
#define MSR_LSTAR 0xc0000082
#define MSR_CSTAR 0xc0000083
#define MSR_SYSCALL_MASK 0xc0000084
#define MSR_FS_BASE 0xc0000100
#define MSR_GS_BASE 0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102
#define MSR_IA32_TSC 0x10
#define MSR_IA32_APICBASE 0x1b
#define MSR_IA32_FEAT_CTL 0x3a
#define MSR_IA32_MISC_ENABLE 0x1a0
#define MSR_IA32_CR_PAT 0x277
#define MSR_MTRRcap 0xfe
#define MSR_MTRRfix64K_00000 0x250
#define MSR_MTRRfix16K_80000 0x258
#define MSR_MTRRfix16K_A0000 0x259
#define MSR_MTRRfix4K_C0000 0x268
#define MSR_MTRRfix4K_C8000 0x269
#define MSR_MTRRfix4K_D0000 0x26a
#define MSR_MTRRfix4K_D8000 0x26b
#define MSR_MTRRfix4K_E0000 0x26c
#define MSR_MTRRfix4K_E8000 0x26d
#define MSR_MTRRfix4K_F0000 0x26e
#define MSR_MTRRfix4K_F8000 0x26f
#define MSR_MTRRdefType 0x2ff
#define MSR_IA32_VMX_BASIC 0x480
#define MSR_IA32_VMX_PINBASED_CTLS 0x481
enum {
  MTRR_TYPE_UNCACHABLE, MTRR_TYPE_WRCOMB, MTRR_TYPE_WRTHROUGH = 4, MTRR_TYPE_WRPROT,
  MTRR_TYPE_WRBACK, MTRR_NUM_TYPES, MTRR_TYPE_INVALID = 0xff,
};
#define EFER_SCE (1UL << 0)
#define EFER_LME (1UL << 8)
#define EFER_LMA (1UL << 10)
#define EFER_NX (1UL << 11)

// -EIO for a register that the processor does not have.
static inline int vmem_read_msr(unsigned int number, u64 *value) {
  static const struct { unsigned int number; u64 value; } has[] = {
    { MSR_EFER, 0xd01 }, { MSR_IA32_APICBASE, 0xfee00900 }, { MSR_IA32_MISC_ENABLE, 1 },
    // Of a kernel: write-back, write-combining, uncached but for MTRRs, uncached, twice.
    { MSR_IA32_CR_PAT, 0x0407050600070106 },
    { MSR_MTRRcap, 0x508 }, { MSR_MTRRdefType, 0xc06 },
    { MSR_MTRRfix64K_00000, 0x0606060606060606 }, { MSR_MTRRfix16K_80000, 0x0606060606060606 },
    { MSR_MTRRfix16K_A0000, 0 },
  };
  for (unsigned int i = 0; i < ARRAY_SIZE(has); i++) {
    if (has[i].number != number) continue;
    *value = has[i].value;
    return 0;
  }
  *value = 0;
  return number >= MSR_MTRRfix4K_C0000 && number <= MSR_MTRRfix4K_F8000 ? 0 : -EIO;
}
static inline u64 vmem_rdmsr(unsigned int number) {
  u64 value;
  WARN_ONCE(vmem_read_msr(number, &value), "unchecked MSR access error: RDMSR from 0x%x\n", number);
  return value;
}
#define rdmsrl(number, value) ((void)((value) = vmem_rdmsr(number)))
#define rdmsrq rdmsrl
#define native_read_msr(number) vmem_rdmsr(number)
#define rdmsr(number, low, high) \
  do { \
    u64 __value = vmem_rdmsr(number); \
    (low) = (u32)__value; \
    (high) = (u32)(__value >> 32); \
  } while (0)
#define rdmsrl_safe(number, value) vmem_read_msr(number, value)
#define rdmsr_safe(number, low, high) \
  ({ \
    u64 __value; \
    int __error = vmem_read_msr(number, &__value); \
    *(low) = (u32)__value; \
    *(high) = (u32)(__value >> 32); \
    __error; \
  })
// Nothing that a module writes there changes the emulated machine.
#define wrmsrl(number, value) do { (void)(number); (void)(value); } while (0)
#define wrmsr(number, low, high) wrmsrl(number, (u64)(high) << 32 | (u32)(low))
#define wrmsrl_safe(number, value) ((void)(number), (void)(value), -EIO)

#endif
