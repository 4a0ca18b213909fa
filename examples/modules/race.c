// A race between a reader and vfree that a kernel shows once a month.
//
// The reader takes the pointer, looks at the clock, and writes. If the table is replaced between,
// it writes to freed memory. Switches at blocking calls alone never show that; switches at any
// call, chosen by a seed, do, and the same seed shows it again:
//
//   vmemctl insmod examples/modules/race.c
//   vmemctl insmod --preempt 11 examples/modules/race.c
//   vmemctl insmod --preempt 11 examples/modules/race.c fixed=1

#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/vmalloc.h>

static bool fixed;
module_param(fixed, bool, 0444);
MODULE_PARM_DESC(fixed, "Wait for readers before the old table is freed");

static int updates = 10;
module_param(updates, int, 0444);
MODULE_PARM_DESC(updates, "How often the table is replaced");

struct table {
	int version;
	u64 read_at;
};

static struct table __rcu *current_table;
static struct task_struct *task;
static ulong reads;

static noinline void read_table(void)
{
	struct table *table;
	u64 now;

	if (fixed)
		rcu_read_lock();
	table = rcu_dereference(current_table);
	now = ktime_get_ns();
	// Here `table` may be gone.
	table->read_at = now;
	reads++;
	if (fixed)
		rcu_read_unlock();
}

static int reader(void *unused)
{
	while (!kthread_should_stop()) {
		read_table();
		usleep_range(100, 200);
	}
	return 0;
}

static int replace_table(int version)
{
	struct table *old, *new = vzalloc(sizeof(*new));

	if (!new)
		return -ENOMEM;
	new->version = version;
	old = rcu_dereference_protected(current_table, true);
	rcu_assign_pointer(current_table, new);
	if (fixed)
		synchronize_rcu();
	vfree(old);
	return 0;
}

static int __init race_init(void)
{
	int error = replace_table(0);
	int i;

	if (error)
		return error;
	task = kthread_run(reader, NULL, "race_reader");
	if (IS_ERR(task)) {
		vfree(current_table);
		return PTR_ERR(task);
	}
	for (i = 1; i <= updates && !error; i++) {
		error = replace_table(i);
		msleep(1);
	}
	pr_info("%d updates, %lu reads\n", updates, reads);
	return 0;
}

static void __exit race_exit(void)
{
	kthread_stop(task);
	vfree(current_table);
}

module_init(race_init);
module_exit(race_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A reader that vfree does not wait for");
