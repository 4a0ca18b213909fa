// Atomic calls of every order, and counters of each CPU.
#include <linux/atomic.h>
#include <linux/percpu_counter.h>
#include "library.h"

static DEFINE_PER_CPU_FIRST(int, first);
DEFINE_PER_CPU_SHARED_ALIGNED(long, apart);

static void orders(void) {
  atomic_t v = ATOMIC_INIT(6);
  atomic64_t w = ATOMIC64_INIT(1LL << 40);
  int old = 7;
  CHECK(atomic_fetch_xor(3, &v) == 6 && atomic_fetch_andnot_relaxed(4, &v) == 5);
  CHECK(atomic_fetch_or_acquire(8, &v) == 1 && atomic_sub_return_release(2, &v) == 7);
  CHECK(atomic_try_cmpxchg_acquire(&v, &old, -1) && atomic_read_acquire(&v) == -1);
  CHECK(!atomic_inc_unless_negative(&v) && atomic_dec_unless_positive(&v));
  CHECK(atomic_read(&v) == -2 && atomic_xchg_relaxed(&v, 4) == -2);
  CHECK(!atomic_dec_unless_positive(&v) && atomic_inc_unless_negative(&v));
  CHECK(atomic64_fetch_add_relaxed(5, &w) == 1LL << 40);
  CHECK(atomic64_cmpxchg_release(&w, (1LL << 40) + 5, 9) == (1LL << 40) + 5);
  CHECK(atomic64_dec_return_acquire(&w) == 8 && atomic64_add_negative(-9, &w));
}

static void counters(void) {
  struct percpu_counter counter;
  CHECK(percpu_counter_init(&counter, 100, GFP_KERNEL) == 0);
  percpu_counter_inc(&counter);
  percpu_counter_sub(&counter, 11);
  CHECK(percpu_counter_read(&counter) == 100 && percpu_counter_sum(&counter) == 90);
  percpu_counter_add(&counter, 1000);
  CHECK(percpu_counter_read(&counter) == 1090);
  percpu_counter_set(&counter, 5);
  percpu_counter_dec(&counter);
  CHECK(percpu_counter_sum(&counter) == 4 && percpu_counter_compare(&counter, 5) == -1);
  percpu_counter_destroy(&counter);
}

static void all(void) {
  orders();
  counters();
  this_cpu_write(first, 4);
  this_cpu_write(apart, 9);
  CHECK(__this_cpu_sub_return(first, 1) == 3 && __this_cpu_xchg(apart, 2) == 9);
}
LIBRARY_FIXTURE(all);
