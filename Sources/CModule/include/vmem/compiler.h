// What kernel C asks of the compiler: annotations, branch hints, ordered access to a variable.
#ifndef VMEM_COMPILER_H
#define VMEM_COMPILER_H

// The linkage of every kernel function: a module refers to `f` as `vk_f`, which no library has.
#define VK(name) __asm__("vk_" #name)

// Copies of structures that the compiler makes out of line.
__asm__("memcpy = vk_memcpy");
__asm__("memset = vk_memset");
__asm__("memmove = vk_memmove");
__asm__("memcmp = vk_memcmp");

// Warnings that the build of a kernel does not give, of those that not every compiler knows.
#ifdef __clang__
#pragma clang diagnostic ignored "-Wgnu"
#if __has_warning("-Wformat-truncation")
#pragma clang diagnostic ignored "-Wformat-truncation"
#pragma clang diagnostic ignored "-Wformat-overflow"
#endif
#else
#pragma GCC diagnostic ignored "-Wformat-truncation"
#pragma GCC diagnostic ignored "-Wformat-overflow"
#pragma GCC diagnostic ignored "-Wstringop-truncation"
#pragma GCC diagnostic ignored "-Wstringop-overflow"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wrestrict"
#endif

// MARK: Attributes

#undef inline
#define inline inline __attribute__((unused))
#define __always_inline inline __attribute__((always_inline))
#define noinline __attribute__((__noinline__))
#define noinline_for_stack noinline
#define __noinline noinline
#define __aligned(bytes) __attribute__((aligned(bytes)))
#define __packed __attribute__((packed))
#define __printf(format_at, first) __attribute__((format(printf, format_at, first)))
#define __scanf(format_at, first) __attribute__((format(scanf, format_at, first)))
#define __noreturn __attribute__((noreturn))
#define __must_check __attribute__((warn_unused_result))
#define __maybe_unused __attribute__((unused))
#define __always_unused __attribute__((unused))
#define __used __attribute__((used))
#define __pure __attribute__((pure))
#define __attribute_const__ __attribute__((const))
#define __cold __attribute__((cold))
#define __malloc __attribute__((malloc))
#define __deprecated
#define __weak __attribute__((weak))
#define __section(name) __attribute__((section(name)))
#define __visible __attribute__((externally_visible))
#define __cleanup(function) __attribute__((cleanup(function)))
#define fallthrough __attribute__((__fallthrough__))
#define __counted_by(member)
#define __alloc_size(...)
#define __no_sanitize_address
#define noinstr noinline
#define notrace
#define asmlinkage
#define __weakref(name)

// Code that a kernel frees once the module's init has returned.
#define __init __attribute__((section(".init.text"), __noinline__))
#define __initdata __attribute__((section(".init.data")))
#define __initconst __attribute__((section(".init.rodata")))
#define __exit __attribute__((used))
#define __exitdata
#define __ref
#define __refdata
#define __meminit
#define __devinit
#define __devexit
#define __read_mostly
#define __ro_after_init
#define __cacheline_aligned __aligned(64)
#define __cacheline_aligned_in_smp __aligned(64)
#define ____cacheline_aligned __aligned(64)
#define ____cacheline_aligned_in_smp __aligned(64)
#define __page_aligned_data __aligned(4096)
#define __page_aligned_bss __aligned(4096)

// Annotations that only sparse reads.
#define __user
#define __kernel
#define __iomem
#define __percpu
#define __rcu
#define __force
#define __nocast
#define __safe
#define __bitwise
#define __private
#define __acquires(lock)
#define __releases(lock)
#define __must_hold(lock)
#define __acquire(lock) ((void)0)
#define __release(lock) ((void)0)
#define __chk_user_ptr(pointer) ((void)0)
#define __chk_io_ptr(pointer) ((void)0)
#define __cond_lock(lock, condition) (condition)
#define __cond_acquires(lock)
#define ACCESS_PRIVATE(pointer, member) ((pointer)->member)

// MARK: Expressions

#define likely(condition) __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)
#define unreachable() __builtin_unreachable()
#define barrier() __asm__ __volatile__("" : : : "memory")
#define barrier_data(pointer) __asm__ __volatile__("" : : "r"(pointer) : "memory")
#define __diag_push()
#define __diag_pop()
#define __diag_ignore(...)
#define __diag_ignore_all(...)
#define is_signed_type(type) ((__typeof__(type))-1 < (__typeof__(type))1)
#define OPTIMIZER_HIDE_VAR(variable) __asm__("" : "+r"(variable))
#define ACCESS_ONCE(variable) (*(volatile __typeof__(variable) *)&(variable))
#define READ_ONCE(variable) (*(const volatile __typeof__(variable) *)&(variable))
#define __READ_ONCE(variable) READ_ONCE(variable)
#define __WRITE_ONCE(variable, value) WRITE_ONCE(variable, value)
#define WRITE_ONCE(variable, value) \
  do { *(volatile __typeof__(variable) *)&(variable) = (value); } while (0)
#define data_race(expression) (expression)

#define __stringify_1(...) #__VA_ARGS__
#define __stringify(...) __stringify_1(__VA_ARGS__)
#define ___PASTE(a, b) a##b
#define __PASTE(a, b) ___PASTE(a, b)
#define __UNIQUE_ID(prefix) __PASTE(__PASTE(__UNIQUE_ID_, prefix), __COUNTER__)
#define __same_type(a, b) __builtin_types_compatible_p(__typeof__(a), __typeof__(b))
#define __is_constexpr(x) __builtin_constant_p(x)
#define _RET_IP_ ((unsigned long)__builtin_return_address(0))
#define _THIS_IP_ ({ __label__ __here; __here: (unsigned long)&&__here; })
#define __builtin_return_address_here() __builtin_return_address(0)

// Conditions need only be constant once the compiler has optimised.
#define __vmem_build_bug(condition, message, name) \
  do { \
    extern void name(void) __attribute__((error(message))); \
    if (condition) name(); \
  } while (0)
#define BUILD_BUG_ON_MSG(condition, message) \
  __vmem_build_bug(condition, message, __PASTE(vmem_build_bug_, __COUNTER__))
#define BUILD_BUG_ON(condition) BUILD_BUG_ON_MSG(condition, "BUILD_BUG_ON failed: " #condition)
#define BUILD_BUG_ON_ZERO(condition) ((int)sizeof(struct { int : (-!!(condition)); }))
#define BUILD_BUG() do { } while (0)
#define static_assert(condition, ...) _Static_assert(condition, "" __VA_ARGS__ #condition)

// MARK: Memory barriers

#define mb() __asm__ __volatile__("mfence" : : : "memory")
#define rmb() __asm__ __volatile__("lfence" : : : "memory")
#define wmb() __asm__ __volatile__("sfence" : : : "memory")
#define smp_mb() __sync_synchronize()
#define smp_rmb() barrier()
#define smp_wmb() barrier()
#define smp_mb__before_atomic() barrier()
#define smp_mb__after_atomic() barrier()
#define smp_mb__after_spinlock() barrier()
#define smp_store_mb(variable, value) do { WRITE_ONCE(variable, value); smp_mb(); } while (0)
#define set_mb(variable, value) smp_store_mb(variable, value)
#define smp_load_acquire(pointer) \
  ({ __typeof__(*(pointer)) __loaded = READ_ONCE(*(pointer)); barrier(); __loaded; })
#define smp_store_release(pointer, value) \
  do { barrier(); WRITE_ONCE(*(pointer), value); } while (0)

#endif
