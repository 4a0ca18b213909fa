// Red-black trees that keep something of all below, and intervals.
#include <linux/interval_tree.h>
#include <linux/rbtree_augmented.h>
#include "library.h"

#define COUNT 200
struct node { struct rb_node rb; int key, most; };
#define KEY(node) ((node)->key)
RB_DECLARE_CALLBACKS_MAX(static, callbacks, struct node, rb, int, most, KEY)
static struct node nodes[COUNT];
static struct rb_root root = RB_ROOT;

// The largest key below, or -1 where a node says something else.
static int look(struct rb_node *at) {
  if (!at) return 0;
  struct node *node = rb_entry(at, struct node, rb);
  int left = look(at->rb_left), right = look(at->rb_right);
  int most = max3(node->key, left, right);
  bool red_pair = rb_is_red(at) && at->rb_left && rb_is_red(at->rb_left);
  return left < 0 || right < 0 || node->most != most || red_pair ? -1 : most;
}

static void insert(struct node *node) {
  struct rb_node **link = &root.rb_node, *parent = NULL;
  while (*link) {
    struct node *above = rb_entry(parent = *link, struct node, rb);
    above->most = max(above->most, node->key);
    link = node->key < above->key ? &parent->rb_left : &parent->rb_right;
  }
  node->most = node->key;
  rb_link_node(&node->rb, parent, link);
  rb_insert_augmented(&node->rb, &root, &callbacks);
}

static void augmented(void) {
  int bad = 0;
  for (int i = 0; i < COUNT; i++) {
    nodes[i].key = 1 + i * 89 % COUNT;
    insert(&nodes[i]);
    bad += look(root.rb_node) < 0;
  }
  CHECK(look(root.rb_node) == COUNT);
  for (int i = 0; i < COUNT; i++) {
    rb_erase_augmented(&nodes[i].rb, &root, &callbacks);
    bad += look(root.rb_node) < 0;
  }
  CHECK(!bad && RB_EMPTY_ROOT(&root));
}

static void intervals(void) {
  static struct interval_tree_node at[COUNT];
  struct rb_root_cached tree = RB_ROOT_CACHED;
  struct interval_tree_node *found;
  int count = 0, expected = 0;
  for (int i = 0; i < COUNT; i++) {
    at[i].start = i * 37 % COUNT * 10;
    at[i].last = at[i].start + i % 50;
    interval_tree_insert(&at[i], &tree);
    expected += at[i].start <= 300 && at[i].last >= 250;
  }
  for (found = interval_tree_iter_first(&tree, 250, 300); found;
       found = interval_tree_iter_next(found, 250, 300)) {
    CHECK(found->start <= 300 && found->last >= 250);
    count++;
  }
  CHECK(count == expected && count > 4);
  for (int i = 0; i < COUNT; i++) interval_tree_remove(&at[i], &tree);
  CHECK(!interval_tree_iter_first(&tree, 0, ULONG_MAX));
}

static bool less(struct rb_node *a, const struct rb_node *b) {
  return rb_entry(a, struct node, rb)->key < rb_entry(b, struct node, rb)->key;
}
static int compare(const void *key, const struct rb_node *b) {
  return *(const int *)key - rb_entry(b, struct node, rb)->key;
}

static void found(void) {
  struct rb_root_cached tree = RB_ROOT_CACHED;
  int key = 7;
  for (int i = 0; i < COUNT; i++) rb_add_cached(&nodes[i].rb, &tree, less);
  CHECK(rb_entry(rb_first_cached(&tree), struct node, rb)->key == 1);
  CHECK(rb_entry(rb_find(&key, &tree.rb_root, compare), struct node, rb)->key == 7);
  key = 700;
  CHECK(!rb_find_first(&key, &tree.rb_root, compare));
}

static void all(void) {
  augmented();
  intervals();
  found();
}
LIBRARY_FIXTURE(all);
