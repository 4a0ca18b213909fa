// The headers that modules are built with, as bytes of the program.
#include "CModule.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char abi_header[] = {
#embed "include/vmem/abi.h"
};
static const unsigned char all_header[] = {
#embed "include/vmem/all.h"
};
static const unsigned char atomic_header[] = {
#embed "include/vmem/atomic.h"
};
static const unsigned char atomic_orders_header[] = {
#embed "include/vmem/atomic_orders.h"
};
static const unsigned char bitmap_header[] = {
#embed "include/vmem/bitmap.h"
};
static const unsigned char bits_header[] = {
#embed "include/vmem/bits.h"
};
static const unsigned char calendar_header[] = {
#embed "include/vmem/calendar.h"
};
static const unsigned char compiler_header[] = {
#embed "include/vmem/compiler.h"
};
static const unsigned char containers_header[] = {
#embed "include/vmem/containers.h"
};
static const unsigned char cpu_header[] = {
#embed "include/vmem/cpu.h"
};
static const unsigned char crc_header[] = {
#embed "include/vmem/crc.h"
};
static const unsigned char errno_header[] = {
#embed "include/vmem/errno.h"
};
static const unsigned char gfp_header[] = {
#embed "include/vmem/gfp.h"
};
static const unsigned char glob_header[] = {
#embed "include/vmem/glob.h"
};
static const unsigned char highmem_header[] = {
#embed "include/vmem/highmem.h"
};
static const unsigned char idr_header[] = {
#embed "include/vmem/idr.h"
};
static const unsigned char interval_tree_header[] = {
#embed "include/vmem/interval_tree.h"
};
static const unsigned char io_header[] = {
#embed "include/vmem/io.h"
};
static const unsigned char kernel_header[] = {
#embed "include/vmem/kernel.h"
};
static const unsigned char kfifo_header[] = {
#embed "include/vmem/kfifo.h"
};
static const unsigned char list_header[] = {
#embed "include/vmem/list.h"
};
static const unsigned char locks_header[] = {
#embed "include/vmem/locks.h"
};
static const unsigned char memory_types_header[] = {
#embed "include/vmem/memory_types.h"
};
static const unsigned char min_heap_header[] = {
#embed "include/vmem/min_heap.h"
};
static const unsigned char misc_header[] = {
#embed "include/vmem/misc.h"
};
static const unsigned char module_header[] = {
#embed "include/vmem/module.h"
};
static const unsigned char nodemask_header[] = {
#embed "include/vmem/nodemask.h"
};
static const unsigned char notifier_header[] = {
#embed "include/vmem/notifier.h"
};
static const unsigned char page_header[] = {
#embed "include/vmem/page.h"
};
static const unsigned char pagewalk_header[] = {
#embed "include/vmem/pagewalk.h"
};
static const unsigned char percpu_header[] = {
#embed "include/vmem/percpu.h"
};
static const unsigned char percpu_counter_header[] = {
#embed "include/vmem/percpu_counter.h"
};
static const unsigned char pgtable_header[] = {
#embed "include/vmem/pgtable.h"
};
static const unsigned char printk_header[] = {
#embed "include/vmem/printk.h"
};
static const unsigned char radix_tree_header[] = {
#embed "include/vmem/radix_tree.h"
};
static const unsigned char random_header[] = {
#embed "include/vmem/random.h"
};
static const unsigned char rbtree_header[] = {
#embed "include/vmem/rbtree.h"
};
static const unsigned char rbtree_augmented_header[] = {
#embed "include/vmem/rbtree_augmented.h"
};
static const unsigned char rcu_header[] = {
#embed "include/vmem/rcu.h"
};
static const unsigned char sched_header[] = {
#embed "include/vmem/sched.h"
};
static const unsigned char slab_header[] = {
#embed "include/vmem/slab.h"
};
static const unsigned char stacktrace_header[] = {
#embed "include/vmem/stacktrace.h"
};
static const unsigned char string_header[] = {
#embed "include/vmem/string.h"
};
static const unsigned char string_helpers_header[] = {
#embed "include/vmem/string_helpers.h"
};
static const unsigned char stringhash_header[] = {
#embed "include/vmem/stringhash.h"
};
static const unsigned char text_header[] = {
#embed "include/vmem/text.h"
};
static const unsigned char time_header[] = {
#embed "include/vmem/time.h"
};
static const unsigned char types_header[] = {
#embed "include/vmem/types.h"
};
static const unsigned char uuid_header[] = {
#embed "include/vmem/uuid.h"
};
static const unsigned char version_header[] = {
#embed "include/vmem/version.h"
};
static const unsigned char versions_header[] = {
#embed "include/vmem/versions.h"
};
static const unsigned char vmalloc_header[] = {
#embed "include/vmem/vmalloc.h"
};
static const unsigned char wait_header[] = {
#embed "include/vmem/wait.h"
};
static const unsigned char workqueue_header[] = {
#embed "include/vmem/workqueue.h"
};
static const unsigned char xarray_header[] = {
#embed "include/vmem/xarray.h"
};
static const unsigned char names_list[] = {
#embed "include/names"
};
static const unsigned char families_list[] = {
#embed "include/families"
};

#define FILE(path, bytes) {path, bytes, sizeof bytes}
const struct vmem_file vmem_files[] = {
    FILE("vmem/abi.h", abi_header),
    FILE("vmem/all.h", all_header),
    FILE("vmem/atomic.h", atomic_header),
    FILE("vmem/atomic_orders.h", atomic_orders_header),
    FILE("vmem/bitmap.h", bitmap_header),
    FILE("vmem/bits.h", bits_header),
    FILE("vmem/calendar.h", calendar_header),
    FILE("vmem/compiler.h", compiler_header),
    FILE("vmem/containers.h", containers_header),
    FILE("vmem/cpu.h", cpu_header),
    FILE("vmem/crc.h", crc_header),
    FILE("vmem/errno.h", errno_header),
    FILE("vmem/gfp.h", gfp_header),
    FILE("vmem/glob.h", glob_header),
    FILE("vmem/highmem.h", highmem_header),
    FILE("vmem/idr.h", idr_header),
    FILE("vmem/interval_tree.h", interval_tree_header),
    FILE("vmem/io.h", io_header),
    FILE("vmem/kernel.h", kernel_header),
    FILE("vmem/kfifo.h", kfifo_header),
    FILE("vmem/list.h", list_header),
    FILE("vmem/locks.h", locks_header),
    FILE("vmem/memory_types.h", memory_types_header),
    FILE("vmem/min_heap.h", min_heap_header),
    FILE("vmem/misc.h", misc_header),
    FILE("vmem/module.h", module_header),
    FILE("vmem/nodemask.h", nodemask_header),
    FILE("vmem/notifier.h", notifier_header),
    FILE("vmem/page.h", page_header),
    FILE("vmem/pagewalk.h", pagewalk_header),
    FILE("vmem/percpu.h", percpu_header),
    FILE("vmem/percpu_counter.h", percpu_counter_header),
    FILE("vmem/pgtable.h", pgtable_header),
    FILE("vmem/printk.h", printk_header),
    FILE("vmem/radix_tree.h", radix_tree_header),
    FILE("vmem/random.h", random_header),
    FILE("vmem/rbtree.h", rbtree_header),
    FILE("vmem/rbtree_augmented.h", rbtree_augmented_header),
    FILE("vmem/rcu.h", rcu_header),
    FILE("vmem/sched.h", sched_header),
    FILE("vmem/slab.h", slab_header),
    FILE("vmem/stacktrace.h", stacktrace_header),
    FILE("vmem/string.h", string_header),
    FILE("vmem/string_helpers.h", string_helpers_header),
    FILE("vmem/stringhash.h", stringhash_header),
    FILE("vmem/text.h", text_header),
    FILE("vmem/time.h", time_header),
    FILE("vmem/types.h", types_header),
    FILE("vmem/uuid.h", uuid_header),
    FILE("vmem/version.h", version_header),
    FILE("vmem/versions.h", versions_header),
    FILE("vmem/vmalloc.h", vmalloc_header),
    FILE("vmem/wait.h", wait_header),
    FILE("vmem/workqueue.h", workqueue_header),
    FILE("vmem/xarray.h", xarray_header),
    FILE("names", names_list),
    FILE("families", families_list),
};
const unsigned long vmem_file_count = sizeof vmem_files / sizeof *vmem_files;
