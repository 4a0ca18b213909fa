// Queues of elements, of bytes and of records.
#include <linux/kfifo.h>
#include "library.h"

static DEFINE_KFIFO(numbers, int, 8);
static struct kfifo bytes;
static STRUCT_KFIFO_REC_1(64) records;
static DEFINE_SPINLOCK(lock);

static void all(void) {
  char text[16] = "";
  int n = 0;
  for (int i = 0; i < 8; i++) CHECK(kfifo_put(&numbers, i * i) == 1);
  CHECK(kfifo_put(&numbers, 9) == 0 && kfifo_is_full(&numbers) && kfifo_len(&numbers) == 8);
  CHECK(kfifo_peek(&numbers, &n) && n == 0 && kfifo_get(&numbers, &n) && n == 0);
  kfifo_skip(&numbers);
  CHECK(kfifo_get(&numbers, &n) && n == 4 && kfifo_avail(&numbers) == 3);
  for (int i = 0; i < 3; i++) kfifo_put(&numbers, 100 + i);
  for (int i = 3; i < 8; i++) CHECK(kfifo_get(&numbers, &n) && n == i * i);
  for (int i = 0; i < 3; i++) CHECK(kfifo_get(&numbers, &n) && n == 100 + i);
  CHECK(!kfifo_get(&numbers, &n) && kfifo_is_empty(&numbers));

  CHECK(kfifo_alloc(&bytes, 10, GFP_KERNEL) == 0 && kfifo_size(&bytes) == 16);
  CHECK(kfifo_in(&bytes, "hello", 5) == 5 && kfifo_in_spinlocked(&bytes, " world", 6, &lock) == 6);
  CHECK(kfifo_out_peek(&bytes, text, 5) == 5 && kfifo_len(&bytes) == 11);
  CHECK(kfifo_out(&bytes, text, sizeof(text)) == 11 && !strcmp(text, "hello world"));
  CHECK(kfifo_in(&bytes, "more than there is room for", 27) == 16);
  kfifo_reset(&bytes);
  CHECK(kfifo_is_empty(&bytes));
  kfifo_free(&bytes);

  INIT_KFIFO(records);
  CHECK(kfifo_in(&records, "first", 6) == 6 && kfifo_in(&records, "second", 7) == 7);
  CHECK(kfifo_len(&records) == 15 && kfifo_peek_len(&records) == 6);
  CHECK(kfifo_out(&records, text, 3) == 3 && kfifo_peek_len(&records) == 7);
  CHECK(kfifo_out(&records, text, sizeof(text)) == 7 && !strcmp(text, "second"));
  CHECK(kfifo_is_empty(&records) && kfifo_in(&records, bytes.buf, 64) == 0);
}
LIBRARY_FIXTURE(all);
