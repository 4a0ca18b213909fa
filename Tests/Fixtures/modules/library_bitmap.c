// Bitmaps, searches in them and sets of nodes.
#include <linux/bitmap.h>
#include <linux/nodemask.h>
#include "library.h"

#define BITS 100
static DECLARE_BITMAP(a, BITS);
static DECLARE_BITMAP(b, BITS);
static DECLARE_BITMAP(c, BITS);

static void sets(void) {
  bitmap_set(a, 10, 5);
  bitmap_set(b, 12, 80);
  CHECK(bitmap_weight(a, BITS) == 5 && bitmap_intersects(a, b, BITS) && !bitmap_subset(a, b, BITS));
  CHECK(bitmap_and(c, a, b, BITS) && bitmap_weight(c, BITS) == 3 && bitmap_subset(c, b, BITS));
  bitmap_or(c, a, b, BITS);
  CHECK(bitmap_weight(c, BITS) == 82);
  CHECK(bitmap_andnot(c, a, b, BITS) && find_last_bit(c, BITS) == 11);
  bitmap_complement(c, a, BITS);
  CHECK(bitmap_weight(c, BITS) == 95 && !bitmap_equal(a, c, BITS));
  bitmap_shift_left(c, a, 85, BITS);
  CHECK(find_first_bit(c, BITS) == 95 && bitmap_weight(c, BITS) == 5);
  bitmap_shift_right(c, c, 91, BITS);
  CHECK(find_first_bit(c, BITS) == 4 && bitmap_weight(c, BITS) == 5);
  CHECK(find_next_and_bit(a, b, BITS, 0) == 12 && find_next_zero_bit(b, BITS, 12) == 92);
  CHECK(bitmap_find_next_zero_area_off(b, BITS, 0, 4, 3, 1) == 3);
  CHECK(bitmap_find_free_region(b, BITS, 3) == 0 && test_bit(7, b));
  CHECK(BITMAP_FIRST_WORD_MASK(62) == 3UL << 62 && BITMAP_LAST_WORD_MASK(2) == 3);
  CHECK(get_count_order(5) == 3 && get_count_order_long(0) == -1);
}

static void forms(void) {
  u32 words[4];
  char text[40];
  unsigned long bit, sum = 0;
  CHECK(bitmap_parselist("1-3,7,20-29:2/5", a, BITS) == 0 && bitmap_weight(a, BITS) == 8);
  CHECK(bitmap_parselist("0-N", a, BITS) == 0 && bitmap_full(a, BITS));
  CHECK(bitmap_parselist("5-3", a, BITS) == -EINVAL);
  CHECK(bitmap_parselist("100", a, BITS) == -ERANGE);
  CHECK(bitmap_parse("f,00000003", 10, a, BITS) == 0 && a[0] == 0xf00000003);
  CHECK(bitmap_parse("xyz", 3, a, BITS) == -EINVAL);
  CHECK(bitmap_parse("1f,0,0,0", 8, a, BITS) == -EOVERFLOW);
  bitmap_from_u64(a, 0x1234);
  a[1] = ~0UL;
  bitmap_to_arr32(words, a, BITS);
  CHECK(words[0] == 0x1234 && words[3] == 0xf);
  bitmap_from_arr32(b, words, BITS);
  CHECK(bitmap_equal(a, b, BITS));
  snprintf(text, sizeof(text), "%*pbl", 16, a);
  CHECK(!strcmp(text, "2,4-5,9,12"));
  bit = 5;
  for_each_set_bit_from(bit, a, 64) sum += bit;
  CHECK(sum == 26);
  for_each_set_bit_wrap(bit, a, 64, 5) sum += bit;
  CHECK(sum == 58);
}

static void nodes(void) {
  nodemask_t mask = NODE_MASK_NONE;
  init_nodemask_of_node(&mask, 3);
  nodes_shift_left(mask, mask, 2);
  CHECK(node_isset(5, mask) && first_unset_node(mask) == 0);
  CHECK(node_state(0, N_CPU));
  node_clear_state(0, N_CPU);
  CHECK(!node_state(0, N_CPU) && node_state(0, N_ONLINE));
  node_set_state(0, N_CPU);
  CHECK(node_state(0, N_CPU));
}

static void all(void) {
  sets();
  forms();
  nodes();
}
LIBRARY_FIXTURE(all);
