// Time: jiffies, clocks, delays and timers. It is the emulator's and advances with its calls.
#ifndef VMEM_TIME_H
#define VMEM_TIME_H

#include <vmem/list.h>
#include <vmem/sched.h>

#define HZ 1000
#define USER_HZ 100
#define MSEC_PER_SEC 1000L
#undef USEC_PER_SEC
#define USEC_PER_MSEC 1000L
#define NSEC_PER_USEC 1000L
#define NSEC_PER_MSEC 1000000L
#define USEC_PER_SEC 1000000L
#define NSEC_PER_SEC 1000000000L
#define FSEC_PER_SEC 1000000000000000LL
#define INITIAL_JIFFIES ((unsigned long)(unsigned int)(-300 * HZ))

unsigned long vmem_jiffies(void) VK(jiffies);
#define jiffies vmem_jiffies()
#define jiffies_64 ((u64)vmem_jiffies())
// The longest time that timers can be set for.
#define MAX_JIFFY_OFFSET ((LONG_MAX >> 1) - 1)
#define get_jiffies_64() ((u64)vmem_jiffies())
#define time_after(a, b) ((long)((b) - (a)) < 0)
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b) ((long)((a) - (b)) >= 0)
#define time_before_eq(a, b) time_after_eq(b, a)
#define time_in_range(a, b, c) (time_after_eq(a, b) && time_before_eq(a, c))
#define time_is_before_jiffies(a) time_after(jiffies, a)
#define time_is_after_jiffies(a) time_before(jiffies, a)
#define time_after64(a, b) ((s64)((b) - (a)) < 0)
#define time_before64(a, b) time_after64(b, a)
static inline unsigned int jiffies_to_msecs(unsigned long j) { return j; }
static inline unsigned int jiffies_to_usecs(unsigned long j) { return j * 1000; }
static inline u64 jiffies_to_nsecs(unsigned long j) { return (u64)j * NSEC_PER_MSEC; }
static inline u64 jiffies64_to_nsecs(u64 j) { return j * NSEC_PER_MSEC; }
static inline unsigned long msecs_to_jiffies(unsigned int ms) { return ms; }
static inline unsigned long secs_to_jiffies(unsigned int s) { return s * 1000UL; }
static inline unsigned long usecs_to_jiffies(unsigned int us) { return DIV_ROUND_UP(us, 1000u); }
static inline u64 nsecs_to_jiffies(u64 ns) { return ns / NSEC_PER_MSEC; }
static inline unsigned long round_jiffies(unsigned long j) { return roundup(j, HZ); }
#define round_jiffies_relative(j) round_jiffies(j)

// MARK: Clocks

typedef s64 ktime_t;
struct timespec64 { time64_t tv_sec; long tv_nsec; };
struct timespec { time_t tv_sec; long tv_nsec; };
struct timeval { time_t tv_sec; suseconds_t tv_usec; };
#define KTIME_MAX S64_MAX
ktime_t ktime_get(void) VK(ktime_get);
ktime_t ktime_get_real(void) VK(ktime_get_real);
#define ktime_get_boottime ktime_get
#define ktime_get_raw ktime_get
#define ktime_get_ns() ((u64)ktime_get())
#define ktime_get_raw_ns ktime_get_ns
#define ktime_get_mono_fast_ns ktime_get_ns
#define ktime_get_boottime_ns ktime_get_ns
#define ktime_get_coarse ktime_get
#define ktime_get_real_ns() ((u64)ktime_get_real())
#define ktime_get_seconds() ((time64_t)(ktime_get() / NSEC_PER_SEC))
#define ktime_get_real_seconds() ((time64_t)(ktime_get_real() / NSEC_PER_SEC))
#define local_clock() ((u64)ktime_get())
#define sched_clock() ((u64)ktime_get())
#define cpu_clock(cpu) ((u64)ktime_get())
static inline ktime_t ktime_set(s64 seconds, unsigned long ns) {
  return seconds * NSEC_PER_SEC + ns;
}
#define ns_to_ktime(ns) ((ktime_t)(ns))
#define us_to_ktime(us) ((ktime_t)(us) * NSEC_PER_USEC)
#define ms_to_ktime(ms) ((ktime_t)(ms) * NSEC_PER_MSEC)
#define ktime_to_ns(time) ((s64)(time))
#define ktime_to_us(time) ((s64)(time) / NSEC_PER_USEC)
#define ktime_to_ms(time) ((s64)(time) / NSEC_PER_MSEC)
#define ktime_add(a, b) ((a) + (b))
#define ktime_sub(a, b) ((a) - (b))
#define ktime_add_ns(time, ns) ((time) + (ns))
#define ktime_add_us(time, us) ((time) + (us) * NSEC_PER_USEC)
#define ktime_add_ms(time, ms) ((time) + (ms) * NSEC_PER_MSEC)
#define ktime_us_delta(later, earlier) ktime_to_us((later) - (earlier))
#define ktime_ms_delta(later, earlier) ktime_to_ms((later) - (earlier))
#define ktime_compare(a, b) ((a) < (b) ? -1 : (a) > (b))
#define ktime_after(a, b) ((a) > (b))
#define ktime_before(a, b) ((a) < (b))
static inline struct timespec64 ns_to_timespec64(s64 ns) {
  return (struct timespec64){ ns / NSEC_PER_SEC, ns % NSEC_PER_SEC };
}
#define ktime_to_timespec64(time) ns_to_timespec64(time)
#define timespec64_to_ns(time) ((time)->tv_sec * NSEC_PER_SEC + (time)->tv_nsec)
#define timespec64_to_ktime(time) timespec64_to_ns(&(time))
static inline void ktime_get_ts64(struct timespec64 *time) {
  *time = ns_to_timespec64(ktime_get());
}
// Gone since 5.6.
static inline void ktime_get_ts(struct timespec *time) {
  s64 ns = ktime_get();
  *time = (struct timespec){ ns / NSEC_PER_SEC, ns % NSEC_PER_SEC };
}
static inline void ktime_get_real_ts64(struct timespec64 *time) {
  *time = ns_to_timespec64(ktime_get_real());
}
static inline struct timespec64 timespec64_sub(struct timespec64 a, struct timespec64 b) {
  return ns_to_timespec64(timespec64_to_ns(&a) - timespec64_to_ns(&b));
}
#define getnstimeofday64 ktime_get_real_ts64
#define ktime_get_boottime_ts64 ktime_get_ts64
static inline void do_gettimeofday(struct timeval *time) {
  ktime_t now = ktime_get_real();
  time->tv_sec = now / NSEC_PER_SEC;
  time->tv_usec = now % NSEC_PER_SEC / NSEC_PER_USEC;
}
#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_BOOTTIME 7

typedef unsigned long long cycles_t;
u64 vmem_cycles(void) VK(get_cycles);
#define get_cycles() ((cycles_t)vmem_cycles())
#define rdtsc() ((unsigned long long)vmem_cycles())
#define rdtsc_ordered rdtsc
#define native_read_tsc rdtsc
#define rdtscll(value) ((value) = rdtsc())
#define rdtscl(value) ((value) = (u32)rdtsc())
#define get_random_entropy() ((unsigned long)vmem_cycles())
#define tsc_khz 1000000u
#define cpu_khz 1000000u

// MARK: Delays

void msleep(unsigned int ms) VK(msleep);
void usleep_range(unsigned long at_least, unsigned long at_most) VK(usleep_range);
unsigned long msleep_interruptible(unsigned int ms) VK(msleep_interruptible);
#define ssleep(seconds) msleep((seconds) * 1000)
#define fsleep(us) usleep_range(us, 2 * (us))
void vmem_delay(u64 ns) VK(delay);
#define ndelay(ns) vmem_delay(ns)
#define udelay(us) vmem_delay((us) * 1000ULL)
#define __udelay udelay
#define mdelay(ms) vmem_delay((ms) * 1000000ULL)

// MARK: Timers

// The emulator keeps a pending timer under `vmem_number`; 0 if it is not pending.
struct timer_list {
  struct hlist_node entry;
  unsigned long expires;
  void (*function)(struct timer_list *timer);
  u32 flags;
  unsigned long vmem_number;
};
#define TIMER_DEFERRABLE 0x80000
#define TIMER_PINNED 0x100000
#define TIMER_IRQSAFE 0x200000
#define __TIMER_INITIALIZER(function_, flags_) { .function = (function_), .flags = (flags_) }
#define DEFINE_TIMER(name, function) struct timer_list name = __TIMER_INITIALIZER(function, 0)
#define timer_setup(timer, function_, flags_) \
  ((void)(*(timer) = (struct timer_list)__TIMER_INITIALIZER(function_, flags_)))
#define timer_setup_on_stack timer_setup
#define destroy_timer_on_stack(timer) do { } while (0)
#define init_timer(timer) timer_setup(timer, (timer)->function, 0)
int mod_timer(struct timer_list *timer, unsigned long expires) VK(mod_timer);
// Whether it was pending.
int timer_delete(struct timer_list *timer) VK(timer_delete);
int timer_delete_sync(struct timer_list *timer) VK(timer_delete_sync);
#define timer_shutdown timer_delete
#define timer_shutdown_sync timer_delete_sync
// One that is pending stays as it is.
void add_timer(struct timer_list *timer) VK(add_timer);
#define add_timer_on(timer, cpu) add_timer(timer)
#define timer_reduce mod_timer
static inline bool timer_pending(const struct timer_list *timer) {
  return READ_ONCE(timer->vmem_number) != 0;
}

enum hrtimer_restart { HRTIMER_NORESTART, HRTIMER_RESTART };
enum hrtimer_mode {
  HRTIMER_MODE_ABS = 0, HRTIMER_MODE_REL = 1, HRTIMER_MODE_PINNED = 2, HRTIMER_MODE_SOFT = 4,
  HRTIMER_MODE_HARD = 8, HRTIMER_MODE_ABS_SOFT = 4, HRTIMER_MODE_REL_SOFT = 5,
  HRTIMER_MODE_REL_PINNED = 3,
};
struct hrtimer_clock_base { ktime_t (*get_time)(void); };
struct hrtimer {
  ktime_t expires;
  enum hrtimer_restart (*function)(struct hrtimer *timer);
  unsigned long vmem_number;
  int clock;
  const struct hrtimer_clock_base *base;
};
static const struct hrtimer_clock_base vmem_clock_base __maybe_unused = { ktime_get };
#define hrtimer_init(timer, clock_, mode) \
  ((void)(mode), (timer)->clock = (clock_), (timer)->base = &vmem_clock_base, \
      (void)((timer)->vmem_number = 0))
#define hrtimer_setup(timer, function_, clock_, mode) \
  (hrtimer_init(timer, clock_, mode), (void)((timer)->function = (function_)))
void hrtimer_start(struct hrtimer *timer, ktime_t time, enum hrtimer_mode mode) VK(hrtimer_start);
int hrtimer_cancel(struct hrtimer *timer) VK(hrtimer_cancel);
#define hrtimer_start_range_ns(timer, time, delta, mode) hrtimer_start(timer, time, mode)
#define hrtimer_try_to_cancel hrtimer_cancel
#define hrtimer_restart(timer) hrtimer_start(timer, (timer)->expires, HRTIMER_MODE_ABS)
#define hrtimer_active(timer) (READ_ONCE((timer)->vmem_number) != 0)
#define hrtimer_is_queued hrtimer_active
#define hrtimer_cb_get_time(timer) ktime_get()
#define hrtimer_get_expires(timer) ((timer)->expires)
#define hrtimer_set_expires(timer, time) ((timer)->expires = (time))
// How many intervals had passed; the timer expires after `now` then.
static inline u64 hrtimer_forward(struct hrtimer *timer, ktime_t now, ktime_t interval) {
  if (now < timer->expires || interval <= 0) return 0;
  u64 passed = (now - timer->expires) / interval + 1;
  timer->expires += passed * interval;
  return passed;
}
#define hrtimer_forward_now(timer, interval) hrtimer_forward(timer, ktime_get(), interval)

#endif
