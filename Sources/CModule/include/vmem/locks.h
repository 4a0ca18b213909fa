// Spinlocks, mutexes, semaphores and reader-writer locks: all one object of the emulator.
#ifndef VMEM_LOCKS_H
#define VMEM_LOCKS_H

#include <vmem/percpu.h>
#include <vmem/sched.h>

#define __VMEM_LOCK(kind_, count_, name_) \
  { .vmem = { .count = (count_), .magic = VMEM_LOCK_MAGIC, .kind = (kind_), .name = (name_) } }
#define __vmem_lock_init(lock, kind_, count_, name_) \
  ((lock)->vmem = (struct vmem_lock){ \
    .count = (count_), .magic = VMEM_LOCK_MAGIC, .kind = (kind_), .name = (name_) })

// MARK: Spinlocks

typedef struct spinlock { struct vmem_lock vmem; } spinlock_t;
typedef spinlock_t raw_spinlock_t;
#define __SPIN_LOCK_UNLOCKED(name) __VMEM_LOCK(VMEM_SPINLOCK, 0, #name)
#define SPIN_LOCK_UNLOCKED ((spinlock_t)__VMEM_LOCK(VMEM_SPINLOCK, 0, "lock"))
#define __RAW_SPIN_LOCK_UNLOCKED __SPIN_LOCK_UNLOCKED
#define DEFINE_SPINLOCK(name) spinlock_t name = __SPIN_LOCK_UNLOCKED(name)
#define DEFINE_RAW_SPINLOCK DEFINE_SPINLOCK
#define spin_lock_init(lock) __vmem_lock_init(lock, VMEM_SPINLOCK, 0, #lock)
void spin_lock(spinlock_t *lock) VK(spin_lock);
void spin_unlock(spinlock_t *lock) VK(spin_unlock);
int spin_trylock(spinlock_t *lock) VK(spin_trylock);
static inline bool spin_is_locked(spinlock_t *lock) { return READ_ONCE(lock->vmem.count); }
#define spin_lock_nested(lock, subclass) spin_lock(lock)
#define spin_lock_irq(lock) do { local_irq_disable(); spin_lock(lock); } while (0)
#define spin_unlock_irq(lock) do { spin_unlock(lock); local_irq_enable(); } while (0)
#define spin_lock_bh(lock) do { local_bh_disable(); spin_lock(lock); } while (0)
#define spin_unlock_bh(lock) do { spin_unlock(lock); local_bh_enable(); } while (0)
#define spin_lock_irqsave(lock, flags) do { local_irq_save(flags); spin_lock(lock); } while (0)
#define spin_unlock_irqrestore(lock, flags) \
  do { spin_unlock(lock); local_irq_restore(flags); } while (0)
#define spin_trylock_irqsave(lock, flags) \
  ({ \
    local_irq_save(flags); \
    int __got = spin_trylock(lock); \
    if (!__got) local_irq_restore(flags); \
    __got; \
  })
#define raw_spin_lock_init spin_lock_init
#define raw_spin_lock spin_lock
#define raw_spin_unlock spin_unlock
#define raw_spin_trylock spin_trylock
#define raw_spin_lock_irq spin_lock_irq
#define raw_spin_unlock_irq spin_unlock_irq
#define raw_spin_lock_irqsave spin_lock_irqsave
#define raw_spin_unlock_irqrestore spin_unlock_irqrestore
#define assert_spin_locked(lock) BUG_ON(!spin_is_locked(lock))
#define lockdep_assert_held(lock) do { (void)(lock); } while (0)

typedef struct { struct vmem_lock vmem; } rwlock_t;
#define __RW_LOCK_UNLOCKED(name) __VMEM_LOCK(VMEM_RWLOCK, 0, #name)
#define DEFINE_RWLOCK(name) rwlock_t name = __RW_LOCK_UNLOCKED(name)
#define rwlock_init(lock) __vmem_lock_init(lock, VMEM_RWLOCK, 0, #lock)
void read_lock(rwlock_t *lock) VK(read_lock);
void read_unlock(rwlock_t *lock) VK(read_unlock);
int read_trylock(rwlock_t *lock) VK(read_trylock);
void write_lock(rwlock_t *lock) VK(write_lock);
void write_unlock(rwlock_t *lock) VK(write_unlock);
int write_trylock(rwlock_t *lock) VK(write_trylock);
#define read_lock_irq(lock) do { local_irq_disable(); read_lock(lock); } while (0)
#define read_unlock_irq(lock) do { read_unlock(lock); local_irq_enable(); } while (0)
#define write_lock_irq(lock) do { local_irq_disable(); write_lock(lock); } while (0)
#define write_unlock_irq(lock) do { write_unlock(lock); local_irq_enable(); } while (0)
#define read_lock_bh(lock) do { local_bh_disable(); read_lock(lock); } while (0)
#define read_unlock_bh(lock) do { read_unlock(lock); local_bh_enable(); } while (0)
#define write_lock_bh(lock) do { local_bh_disable(); write_lock(lock); } while (0)
#define write_unlock_bh(lock) do { write_unlock(lock); local_bh_enable(); } while (0)
#define read_lock_irqsave(lock, flags) do { local_irq_save(flags); read_lock(lock); } while (0)
#define read_unlock_irqrestore(lock, flags) \
  do { read_unlock(lock); local_irq_restore(flags); } while (0)
#define write_lock_irqsave(lock, flags) do { local_irq_save(flags); write_lock(lock); } while (0)
#define write_unlock_irqrestore(lock, flags) \
  do { write_unlock(lock); local_irq_restore(flags); } while (0)

// MARK: Locks that sleep

struct mutex { struct vmem_lock vmem; };
#define __MUTEX_INITIALIZER(name) __VMEM_LOCK(VMEM_MUTEX, 0, #name)
#define DEFINE_MUTEX(name) struct mutex name = __MUTEX_INITIALIZER(name)
#define mutex_init(lock) __vmem_lock_init(lock, VMEM_MUTEX, 0, #lock)
void mutex_lock(struct mutex *lock) VK(mutex_lock);
void mutex_unlock(struct mutex *lock) VK(mutex_unlock);
int mutex_trylock(struct mutex *lock) VK(mutex_trylock);
void mutex_destroy(struct mutex *lock) VK(mutex_destroy);
static inline bool mutex_is_locked(struct mutex *lock) { return READ_ONCE(lock->vmem.count); }
#define mutex_lock_interruptible(lock) ({ mutex_lock(lock); 0; })
#define mutex_lock_killable(lock) ({ mutex_lock(lock); 0; })
#define mutex_lock_nested(lock, subclass) mutex_lock(lock)
#define rt_mutex mutex
#define DEFINE_RT_MUTEX DEFINE_MUTEX
#define rt_mutex_init mutex_init
#define rt_mutex_lock mutex_lock
#define rt_mutex_unlock mutex_unlock

struct rw_semaphore { struct vmem_lock vmem; };
#define __RWSEM_INITIALIZER(name) __VMEM_LOCK(VMEM_RWSEM, 0, #name)
#define DECLARE_RWSEM(name) struct rw_semaphore name = __RWSEM_INITIALIZER(name)
#define init_rwsem(lock) __vmem_lock_init(lock, VMEM_RWSEM, 0, #lock)
void down_read(struct rw_semaphore *lock) VK(down_read);
void up_read(struct rw_semaphore *lock) VK(up_read);
int down_read_trylock(struct rw_semaphore *lock) VK(down_read_trylock);
void down_write(struct rw_semaphore *lock) VK(down_write);
void up_write(struct rw_semaphore *lock) VK(up_write);
int down_write_trylock(struct rw_semaphore *lock) VK(down_write_trylock);
void downgrade_write(struct rw_semaphore *lock) VK(downgrade_write);
static inline bool rwsem_is_locked(struct rw_semaphore *lock) {
  return READ_ONCE(lock->vmem.count);
}
#define down_read_killable(lock) ({ down_read(lock); 0; })
#define down_write_killable(lock) ({ down_write(lock); 0; })

struct semaphore { struct vmem_lock vmem; };
#define __SEMAPHORE_INITIALIZER(name, count) __VMEM_LOCK(VMEM_SEMAPHORE, count, #name)
#define DEFINE_SEMAPHORE(name, ...) \
  struct semaphore name = __SEMAPHORE_INITIALIZER(name, __vmem_or_1(, ##__VA_ARGS__, 1))
#define __vmem_or_1(empty, count, ...) count
#define sema_init(lock, units) __vmem_lock_init(lock, VMEM_SEMAPHORE, units, #lock)
void down(struct semaphore *lock) VK(down);
void up(struct semaphore *lock) VK(up);
// 0 if it was taken: the other way round than the other trylocks.
int down_trylock(struct semaphore *lock) VK(down_trylock);
int down_timeout(struct semaphore *lock, long jiffies) VK(down_timeout);
#define down_interruptible(lock) ({ down(lock); 0; })
#define down_killable(lock) ({ down(lock); 0; })

// MARK: The lock of an address space

void mmap_read_lock(struct mm_struct *mm) VK(mmap_read_lock);
void mmap_read_unlock(struct mm_struct *mm) VK(mmap_read_unlock);
void mmap_write_lock(struct mm_struct *mm) VK(mmap_write_lock);
void mmap_write_unlock(struct mm_struct *mm) VK(mmap_write_unlock);
#define mmap_read_lock_killable(mm) ({ mmap_read_lock(mm); 0; })
#define mmap_write_lock_killable(mm) ({ mmap_write_lock(mm); 0; })

// MARK: Sequence locks

typedef struct { unsigned int sequence; } seqcount_t;
typedef struct { seqcount_t seqcount; spinlock_t lock; } seqlock_t;
#define SEQCNT_ZERO(name) { 0 }
#define seqcount_init(s) ((s)->sequence = 0)
#define DEFINE_SEQLOCK(name) seqlock_t name = { .lock = __SPIN_LOCK_UNLOCKED(name) }
#define seqlock_init(s) do { (s)->seqcount.sequence = 0; spin_lock_init(&(s)->lock); } while (0)
static inline unsigned int read_seqcount_begin(const seqcount_t *s) {
  unsigned int sequence;
  while ((sequence = READ_ONCE(s->sequence)) & 1) cpu_relax();
  return sequence;
}
static inline bool read_seqcount_retry(const seqcount_t *s, unsigned int start) {
  return READ_ONCE(s->sequence) != start;
}
static inline void write_seqcount_begin(seqcount_t *s) { s->sequence++; barrier(); }
static inline void write_seqcount_end(seqcount_t *s) { barrier(); s->sequence++; }
#define read_seqbegin(s) read_seqcount_begin(&(s)->seqcount)
#define read_seqretry(s, start) read_seqcount_retry(&(s)->seqcount, start)
#define write_seqlock(s) \
  do { spin_lock(&(s)->lock); write_seqcount_begin(&(s)->seqcount); } while (0)
#define write_sequnlock(s) \
  do { write_seqcount_end(&(s)->seqcount); spin_unlock(&(s)->lock); } while (0)

// MARK: Locks that a scope ends

#define __vmem_guard(name, type, take, give) \
  typedef type __vmem_guard_##name; \
  static __always_inline type __vmem_take_##name(type lock) { take; return lock; } \
  static __always_inline void __vmem_give_##name(type *held) { type lock = *held; give; }
__vmem_guard(mutex, struct mutex *, mutex_lock(lock), mutex_unlock(lock))
__vmem_guard(spinlock, spinlock_t *, spin_lock(lock), spin_unlock(lock))
__vmem_guard(raw_spinlock, spinlock_t *, spin_lock(lock), spin_unlock(lock))
__vmem_guard(rwsem_read, struct rw_semaphore *, down_read(lock), up_read(lock))
__vmem_guard(rwsem_write, struct rw_semaphore *, down_write(lock), up_write(lock))
__vmem_guard(spinlock_irq, spinlock_t *, spin_lock_irq(lock), spin_unlock_irq(lock))
// guard(mutex)(&lock) holds it until the scope ends.
#define guard(name) \
  __vmem_guard_##name __UNIQUE_ID(guard) __attribute__((cleanup(__vmem_give_##name), unused)) \
      = __vmem_take_##name
#define scoped_guard(name, lock) \
  for (__vmem_guard_##name __held __attribute__((cleanup(__vmem_give_##name))) \
          = __vmem_take_##name(lock), *__once = &__held; __once; __once = NULL)

#endif
