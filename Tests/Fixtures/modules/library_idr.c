// Numbers for objects, and numbers alone.
#include <linux/idr.h>
#include "library.h"

static DEFINE_IDR(idr);
static DEFINE_IDA(ida);
static int objects[4], visited;

static int visit(int id, void *object, void *data) {
  visited += id;
  return id == *(int *)data ? 7 : 0;
}

static void of_objects(void) {
  struct idr based;
  int id, *object, last = 300, count = 0;
  u32 number = 1;
  CHECK(idr_is_empty(&idr) && idr_alloc(&idr, &objects[0], 0, 0, GFP_KERNEL) == 0);
  CHECK(idr_alloc(&idr, &objects[1], 5, 7, GFP_KERNEL) == 5);
  CHECK(idr_alloc(&idr, &objects[2], 5, 7, GFP_KERNEL) == 6);
  CHECK(idr_alloc(&idr, &objects[3], 5, 7, GFP_KERNEL) == -ENOSPC);
  CHECK(idr_alloc(&idr, &objects[3], 300, 0, GFP_KERNEL) == 300);
  CHECK(idr_find(&idr, 6) == &objects[2] && !idr_find(&idr, 7));
  idr_for_each_entry(&idr, object, id) count += id;
  CHECK(count == 311 && idr_for_each(&idr, visit, &last) == 7 && visited == 311);
  CHECK(idr_replace(&idr, &objects[0], 300) == &objects[3]);
  CHECK(idr_replace(&idr, &objects[0], 8) == ERR_PTR(-ENOENT));
  id = 7;
  CHECK(idr_get_next(&idr, &id) == &objects[0] && id == 300);
  CHECK(idr_remove(&idr, 5) == &objects[1] && !idr_remove(&idr, 5));
  CHECK(idr_alloc_cyclic(&idr, objects, 0, 3, GFP_KERNEL) == 1);
  CHECK(idr_alloc_cyclic(&idr, objects, 0, 3, GFP_KERNEL) == 2 && idr_get_cursor(&idr) == 3);
  idr_remove(&idr, 1);
  CHECK(idr_alloc_cyclic(&idr, objects, 0, 3, GFP_KERNEL) == 1);
  idr_preload(GFP_KERNEL);
  CHECK(in_atomic() && idr_alloc(&idr, NULL, 20, 30, GFP_NOWAIT) == 20 && !idr_find(&idr, 20));
  idr_preload_end();
  CHECK(idr_alloc_u32(&idr, objects, &number, UINT_MAX, GFP_KERNEL) == 0 && number == 3);
  idr_destroy(&idr);
  CHECK(idr_is_empty(&idr));
  idr_init_base(&based, 10);
  CHECK(idr_alloc(&based, objects, 3, 0, GFP_KERNEL) == 10 && idr_find(&based, 10) == objects);
  for (int i = 0; i < 5000; i++) CHECK(idr_alloc(&based, objects, 0, 0, GFP_KERNEL) == 11 + i);
  for (int i = 0; i <= 5000; i++) CHECK(idr_remove(&based, 10 + i) == objects);
  CHECK(idr_is_empty(&based));
}

static void alone(void) {
  CHECK(ida_is_empty(&ida) && ida_alloc(&ida, GFP_KERNEL) == 0);
  CHECK(ida_alloc_min(&ida, 70, GFP_KERNEL) == 70 && ida_alloc_max(&ida, 1, GFP_KERNEL) == 1);
  CHECK(ida_alloc_range(&ida, 70, 70, GFP_KERNEL) == -ENOSPC);
  CHECK(ida_simple_get(&ida, 2, 0, GFP_KERNEL) == 2);
  CHECK(ida_alloc_range(&ida, -1, 5, GFP_KERNEL) == -ENOSPC);
  ida_free(&ida, 1);
  CHECK(ida_alloc(&ida, GFP_KERNEL) == 1);
  for (int i = 0; i < 3; i++) ida_free(&ida, i);
  ida_free(&ida, 70);
  CHECK(ida_is_empty(&ida));
  ida_alloc_min(&ida, 1000000, GFP_KERNEL);
  ida_destroy(&ida);
}

static void all(void) {
  of_objects();
  alone();
}
LIBRARY_FIXTURE(all);
