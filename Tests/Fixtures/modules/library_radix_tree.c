// Radix trees, by their old names.
#include <linux/radix-tree.h>
#include "library.h"

static RADIX_TREE(tree, GFP_ATOMIC);
static int objects[3];

static void all(void) {
  struct radix_tree_iter iter;
  void **slot, *found[4];
  unsigned long sum = 0;
  CHECK(radix_tree_empty(&tree) && radix_tree_insert(&tree, 0x20000, &objects[0]) == 0);
  CHECK(radix_tree_insert(&tree, 0x20000, &objects[1]) == -EEXIST);
  radix_tree_preload(GFP_KERNEL);
  CHECK(radix_tree_insert(&tree, 4, &objects[1]) == 0);
  radix_tree_preload_end();
  CHECK(radix_tree_insert(&tree, 5, &objects[2]) == 0);
  CHECK(radix_tree_lookup(&tree, 4) == &objects[1] && !radix_tree_lookup(&tree, 6));
  radix_tree_for_each_slot(slot, &tree, &iter, 0) {
    sum += iter.index;
    CHECK(radix_tree_deref_slot(slot) == radix_tree_lookup(&tree, iter.index));
  }
  CHECK(sum == 0x20009);
  CHECK(radix_tree_gang_lookup(&tree, found, 5, 4) == 2 && found[1] == &objects[0]);
  radix_tree_tag_set(&tree, 5, 1);
  CHECK(radix_tree_tag_get(&tree, 5, 1) && !radix_tree_tag_get(&tree, 4, 1));
  CHECK(radix_tree_gang_lookup_tag(&tree, found, 0, 4, 1) == 1 && found[0] == &objects[2]);
  radix_tree_replace_slot(&tree, radix_tree_lookup_slot(&tree, 5), &objects[0]);
  CHECK(radix_tree_lookup(&tree, 5) == &objects[0]);
  CHECK(!radix_tree_delete_item(&tree, 5, &objects[2]));
  CHECK(radix_tree_delete(&tree, 5) == &objects[0] && !radix_tree_tagged(&tree, 1));
  CHECK(radix_tree_delete(&tree, 4) == &objects[1] && !radix_tree_delete(&tree, 4));
  CHECK(radix_tree_delete(&tree, 0x20000) == &objects[0] && radix_tree_empty(&tree));
}
LIBRARY_FIXTURE(all);
