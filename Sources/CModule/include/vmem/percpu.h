// CPUs, sets of them, and a variable for each.
#ifndef VMEM_PERCPU_H
#define VMEM_PERCPU_H

#include <vmem/abi.h>
#include <vmem/bits.h>
#include <vmem/sched.h>

#define NR_CPUS 64
#define nr_cpu_ids vmem_cpu_ids()
unsigned int vmem_cpu_ids(void) VK(nr_cpu_ids);
int raw_smp_processor_id(void) VK(raw_smp_processor_id);
// Warns where the task could be moved to another CPU.
int smp_processor_id(void) VK(smp_processor_id);
unsigned int num_online_cpus(void) VK(num_online_cpus);
#define num_possible_cpus num_online_cpus
#define num_present_cpus num_online_cpus
#define num_active_cpus num_online_cpus
#define get_cpu() ({ preempt_disable(); raw_smp_processor_id(); })
#define put_cpu() preempt_enable()
// Runs the function for each CPU, one after the other, as if it ran there.
void on_each_cpu(void (*function)(void *data), void *data, int wait) VK(on_each_cpu);
int smp_call_function_single(int cpu, void (*function)(void *data), void *data, int wait)
    VK(smp_call_function_single);

// MARK: Sets of CPUs

typedef struct cpumask cpumask_t;
typedef struct cpumask cpumask_var_t[1];
extern const struct cpumask vmem_cpu_online_mask VK(cpu_online_mask);
#define cpu_online_mask (&vmem_cpu_online_mask)
#define cpu_possible_mask (&vmem_cpu_online_mask)
#define cpu_present_mask (&vmem_cpu_online_mask)
#define cpu_active_mask (&vmem_cpu_online_mask)
#define cpumask_bits(mask) ((mask)->bits)
#define cpumask_test_cpu(cpu, mask) test_bit(cpu, (mask)->bits)
#define cpumask_set_cpu(cpu, mask) set_bit(cpu, (mask)->bits)
#define cpumask_clear_cpu(cpu, mask) clear_bit(cpu, (mask)->bits)
#define cpumask_clear(mask) ((mask)->bits[0] = 0)
#define cpumask_setall(mask) ((mask)->bits[0] = cpu_online_mask->bits[0])
#define cpumask_copy(to, from) ((to)->bits[0] = (from)->bits[0])
#define cpumask_empty(mask) (!(mask)->bits[0])
#define cpumask_weight(mask) hweight64((mask)->bits[0])
#define cpumask_next(cpu, mask) \
  ((unsigned int)find_next_bit((mask)->bits, NR_CPUS, (unsigned int)((cpu) + 1)))
#define cpumask_first(mask) ((unsigned int)find_first_bit((mask)->bits, NR_CPUS))
#define cpumask_of(cpu) (&(const struct cpumask){ { 1UL << (cpu) } })
#define cpumask_any cpumask_first
#define alloc_cpumask_var(mask, gfp) true
#define zalloc_cpumask_var(mask, gfp) (cpumask_clear(*(mask)), true)
#define free_cpumask_var(mask) do { } while (0)
#define for_each_cpu(cpu, mask) \
  for ((cpu) = cpumask_first(mask); (cpu) < NR_CPUS; (cpu) = cpumask_next(cpu, mask))
#define for_each_online_cpu(cpu) for_each_cpu(cpu, cpu_online_mask)
#define for_each_possible_cpu(cpu) for_each_cpu(cpu, cpu_possible_mask)
#define for_each_present_cpu(cpu) for_each_cpu(cpu, cpu_present_mask)
#define cpu_online(cpu) cpumask_test_cpu(cpu, cpu_online_mask)
#define cpu_possible cpu_online
#define cpu_is_offline(cpu) (!cpu_online(cpu))
#define cpus_read_lock() do { } while (0)
#define cpus_read_unlock() do { } while (0)
#define get_online_cpus() do { } while (0)
#define put_online_cpus() do { } while (0)
int set_cpus_allowed_ptr(struct task_struct *task, const struct cpumask *mask)
    VK(set_cpus_allowed_ptr);

// MARK: A variable for each CPU

// Not ".data..percpu": linkers of shared objects put that into ".data".
#define __vmem_per_cpu_section __attribute__((section(".vmem.percpu")))
#define DECLARE_PER_CPU(type, name) extern __typeof__(type) name
#define DEFINE_PER_CPU(type, name) __vmem_per_cpu_section __typeof__(type) name
#define DEFINE_PER_CPU_ALIGNED(type, name) DEFINE_PER_CPU(type, name) __aligned(64)
#define DEFINE_PER_CPU_SHARED_ALIGNED DEFINE_PER_CPU_ALIGNED
#define DEFINE_PER_CPU_FIRST DEFINE_PER_CPU
#define DECLARE_PER_CPU_ALIGNED DECLARE_PER_CPU
#define DECLARE_PER_CPU_SHARED_ALIGNED DECLARE_PER_CPU
#define DECLARE_PER_CPU_PAGE_ALIGNED DECLARE_PER_CPU
#define DECLARE_PER_CPU_FIRST DECLARE_PER_CPU
#define DECLARE_PER_CPU_READ_MOSTLY DECLARE_PER_CPU
#define DEFINE_PER_CPU_PAGE_ALIGNED(type, name) DEFINE_PER_CPU(type, name) __aligned(4096)
#define DEFINE_PER_CPU_READ_MOSTLY DEFINE_PER_CPU

// Where a CPU has its copy; of this CPU if `cpu` is -1.
void *vmem_per_cpu_address(const void *variable, int cpu) VK(per_cpu_address);
void __percpu *__alloc_percpu(size_t size, size_t align) VK(__alloc_percpu);
void __percpu *__alloc_percpu_gfp(size_t size, size_t align, gfp_t gfp) VK(__alloc_percpu_gfp);
void free_percpu(void __percpu *variable) VK(free_percpu);
#define alloc_percpu(type) \
  ((__typeof__(type) __percpu *)__alloc_percpu(sizeof(type), __alignof__(type)))
#define alloc_percpu_gfp(type, gfp) \
  ((__typeof__(type) __percpu *)__alloc_percpu_gfp(sizeof(type), __alignof__(type), gfp))

#define per_cpu_ptr(variable, cpu) \
  ((__typeof__(*(variable)) *)vmem_per_cpu_address(variable, cpu))
#define per_cpu(variable, cpu) (*per_cpu_ptr(&(variable), cpu))
#define raw_cpu_ptr(variable) per_cpu_ptr(variable, -1)
#define this_cpu_ptr(variable) raw_cpu_ptr(variable)
#define __this_cpu_ptr this_cpu_ptr
#define get_cpu_ptr(variable) ({ preempt_disable(); this_cpu_ptr(variable); })
#define put_cpu_ptr(variable) do { (void)(variable); preempt_enable(); } while (0)
#define get_cpu_var(variable) (*get_cpu_ptr(&(variable)))
#define put_cpu_var(variable) put_cpu_ptr(&(variable))
#define __get_cpu_var(variable) (*this_cpu_ptr(&(variable)))

#define this_cpu_read(variable) READ_ONCE(*raw_cpu_ptr(&(variable)))
#define this_cpu_write(variable, value) WRITE_ONCE(*raw_cpu_ptr(&(variable)), value)
#define this_cpu_add(variable, value) ((void)(*raw_cpu_ptr(&(variable)) += (value)))
#define this_cpu_sub(variable, value) ((void)(*raw_cpu_ptr(&(variable)) -= (value)))
#define this_cpu_inc(variable) this_cpu_add(variable, 1)
#define this_cpu_dec(variable) this_cpu_sub(variable, 1)
#define this_cpu_and(variable, value) ((void)(*raw_cpu_ptr(&(variable)) &= (value)))
#define this_cpu_or(variable, value) ((void)(*raw_cpu_ptr(&(variable)) |= (value)))
#define this_cpu_add_return(variable, value) (*raw_cpu_ptr(&(variable)) += (value))
#define this_cpu_sub_return(variable, value) (*raw_cpu_ptr(&(variable)) -= (value))
#define this_cpu_inc_return(variable) this_cpu_add_return(variable, 1)
#define this_cpu_dec_return(variable) this_cpu_sub_return(variable, 1)
#define this_cpu_xchg(variable, value) \
  ({ __auto_type __at = raw_cpu_ptr(&(variable)); __auto_type __old = *__at; \
     *__at = (value); __old; })
#define this_cpu_cmpxchg(variable, old, new) cmpxchg(raw_cpu_ptr(&(variable)), old, new)
#define this_cpu_try_cmpxchg(variable, old, new) \
  try_cmpxchg(raw_cpu_ptr(&(variable)), old, new)
#define __this_cpu_read this_cpu_read
#define __this_cpu_write this_cpu_write
#define __this_cpu_add this_cpu_add
#define __this_cpu_sub this_cpu_sub
#define __this_cpu_inc this_cpu_inc
#define __this_cpu_dec this_cpu_dec
#define __this_cpu_and this_cpu_and
#define __this_cpu_or this_cpu_or
#define __this_cpu_add_return this_cpu_add_return
#define __this_cpu_sub_return this_cpu_sub_return
#define __this_cpu_inc_return this_cpu_inc_return
#define __this_cpu_dec_return this_cpu_dec_return
#define __this_cpu_xchg this_cpu_xchg
#define __this_cpu_cmpxchg this_cpu_cmpxchg
#define raw_cpu_read this_cpu_read
#define raw_cpu_write this_cpu_write
#define raw_cpu_add this_cpu_add
#define raw_cpu_sub this_cpu_sub
#define raw_cpu_inc this_cpu_inc
#define raw_cpu_dec this_cpu_dec
#define raw_cpu_add_return this_cpu_add_return
#define raw_cpu_xchg this_cpu_xchg

#endif
