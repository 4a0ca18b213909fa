// Races of tasks on two CPUs where one side holds a spinlock, or is in the read side of RCU.
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

static int way;
module_param(way, int, 0);
static DEFINE_SPINLOCK(first);
static DEFINE_SPINLOCK(second);
static struct page *page;
static int *table;
static long sum;

static void both(spinlock_t *outer, spinlock_t *inner) {
  spin_lock(outer);
  spin_lock(inner);
  sum++;
  spin_unlock(inner);
  spin_unlock(outer);
}
static void replace_page(void) {
  spin_lock(&first);
  __free_page(page);
  page = alloc_page(GFP_ATOMIC);
  spin_unlock(&first);
}
static void read_page(bool locked) {
  if (locked) spin_lock(&first);
  sum += *(volatile long *)page_address(page);
  if (locked) spin_unlock(&first);
  cpu_relax();
}
static void replace_table(bool waits) {
  int *old = table, *new = vzalloc(PAGE_SIZE);
  rcu_assign_pointer(table, new);
  if (waits) synchronize_rcu();
  vfree(old);
}
static void read_table(void) {
  int *now;
  rcu_read_lock();
  now = rcu_dereference(table);
  sum += jiffies & 1;
  sum += now[1];
  rcu_read_unlock();
}

static int writes(void *data) {
  int i;
  for (i = 0; i < 50; i++) {
    if (way == 0) both(&first, &second);
    if (way == 1 || way == 2) replace_page();
    if (way == 3 || way == 4) replace_table(way == 4);
  }
  while (!kthread_should_stop()) msleep(1);
  return 0;
}
static int reads(void *data) {
  int i;
  for (i = 0; i < 50; i++) {
    if (way == 0) both(&second, &first);
    if (way == 1 || way == 2) read_page(way == 2);
    if (way == 3 || way == 4) read_table();
  }
  while (!kthread_should_stop()) msleep(1);
  return 0;
}
// Keeps its CPU until it is told to stop, which a task of another CPU does.
static int keeps(void *data) {
  spin_lock(&first);
  while (!kthread_should_stop()) { }
  spin_unlock(&first);
  return 0;
}

static int __init start(void) {
  struct task_struct *writer, *reader;
  if (way == 5) {
    writer = kthread_run(keeps, NULL, "keeper");
    msleep(5);
    kthread_stop(writer);
    pr_info("stopped\n");
    return 0;
  }
  page = alloc_page(GFP_KERNEL);
  table = vzalloc(PAGE_SIZE);
  writer = kthread_create(writes, NULL, "writer");
  reader = kthread_create(reads, NULL, "reader");
  kthread_bind(writer, 0);
  kthread_bind(reader, 1);
  wake_up_process(writer);
  wake_up_process(reader);
  msleep(20);
  kthread_stop(writer);
  kthread_stop(reader);
  __free_page(page);
  vfree(table);
  return 0;
}
static void __exit end(void) { }
module_init(start);
module_exit(end);
MODULE_LICENSE("GPL");
