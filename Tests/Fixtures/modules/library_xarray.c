// Arrays by sparse indices.
#include <linux/xarray.h>
#include "library.h"

static DEFINE_XARRAY(array);
static DEFINE_XARRAY_ALLOC1(numbers);
static int object;

static void entries(void) {
  unsigned long index = 5;
  void *entry;
  int count = 0;
  CHECK(!xa_store(&array, 5, &object, GFP_KERNEL) && xa_load(&array, 5) == &object);
  CHECK(xa_store(&array, 5, xa_mk_value(9), GFP_KERNEL) == &object);
  CHECK(xa_is_value(xa_load(&array, 5)) && xa_to_value(xa_load(&array, 5)) == 9);
  CHECK(xa_insert(&array, 5, &object, GFP_KERNEL) == -EBUSY);
  CHECK(xa_insert(&array, ULONG_MAX, &object, GFP_KERNEL) == 0);
  CHECK(!xa_store(&array, 1UL << 40, &object, GFP_KERNEL));
  CHECK(xa_cmpxchg(&array, 5, xa_mk_value(9), &object, GFP_KERNEL) == xa_mk_value(9));
  CHECK(xa_cmpxchg(&array, 5, NULL, NULL, GFP_KERNEL) == &object);
  xa_for_each(&array, index, entry) count += entry == &object;
  CHECK(count == 3);
  index = 6;
  CHECK(xa_find(&array, &index, ULONG_MAX, XA_PRESENT) == &object && index == 1UL << 40);
  CHECK(!xa_find_after(&array, &index, 1UL << 41, XA_PRESENT) && index == 1UL << 40);
  CHECK(xa_err(xa_store(&array, 1, xa_mk_value(1), GFP_KERNEL)) == 0);
  CHECK(xa_reserve(&array, 7, GFP_KERNEL) == 0 && !xa_load(&array, 7));
  CHECK(xa_insert(&array, 7, &object, GFP_KERNEL) == -EBUSY);
  xa_release(&array, 7);
  CHECK(xa_insert(&array, 7, &object, GFP_KERNEL) == 0 && xa_erase(&array, 7) == &object);
}

static void marks(void) {
  unsigned long index;
  void *entry;
  int count = 0;
  xa_set_mark(&array, 5, XA_MARK_1);
  xa_set_mark(&array, 6, XA_MARK_1);
  CHECK(xa_get_mark(&array, 5, XA_MARK_1) && !xa_get_mark(&array, 6, XA_MARK_1));
  CHECK(xa_marked(&array, XA_MARK_1) && !xa_marked(&array, XA_MARK_0));
  xa_for_each_marked(&array, index, entry, XA_MARK_1) count += index;
  CHECK(count == 5);
  xa_erase(&array, 5);
  CHECK(!xa_marked(&array, XA_MARK_1));
  xa_destroy(&array);
  CHECK(xa_empty(&array));
}

static void allocated(void) {
  u32 id, next = 0;
  CHECK(xa_alloc(&numbers, &id, &object, xa_limit_32b, GFP_KERNEL) == 0 && id == 1);
  CHECK(xa_alloc(&numbers, &id, NULL, XA_LIMIT(0, 2), GFP_KERNEL) == 0 && id == 2);
  CHECK(xa_alloc(&numbers, &id, &object, XA_LIMIT(0, 2), GFP_KERNEL) == -EBUSY);
  CHECK(xa_alloc_cyclic(&numbers, &id, &object, XA_LIMIT(1, 4), &next, GFP_KERNEL) == 0);
  CHECK(id == 3 && next == 4);
  CHECK(xa_alloc_cyclic(&numbers, &id, &object, XA_LIMIT(1, 4), &next, GFP_KERNEL) == 0);
  xa_erase(&numbers, 1);
  CHECK(xa_alloc_cyclic(&numbers, &id, &object, XA_LIMIT(1, 4), &next, GFP_KERNEL) == 1);
  CHECK(id == 1);
  xa_destroy(&numbers);
}

static void states(void) {
  XA_STATE(xas, &array, 3);
  void *entry;
  int count = 0;
  xas_lock(&xas);
  do xas_store(&xas, &object); while (0);
  xas_set(&xas, 200);
  xas_store(&xas, &object);
  xas_set(&xas, 0);
  xas_for_each(&xas, entry, ULONG_MAX) count += xas.xa_index;
  xas_unlock(&xas);
  CHECK(count == 203 && !xas_error(&xas));
  for (unsigned long i = 0; i < 10000; i++) xa_store(&array, i * 7, xa_mk_value(i), GFP_KERNEL);
  for (unsigned long i = 0; i < 10000; i++) CHECK(xa_to_value(xa_load(&array, i * 7)) == i);
  xa_destroy(&array);
}

static void all(void) {
  entries();
  marks();
  allocated();
  states();
}
LIBRARY_FIXTURE(all);
