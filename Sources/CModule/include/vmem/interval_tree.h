// Trees of intervals, from a first to a last value, that are found by what they overlap.
#ifndef VMEM_INTERVAL_TREE_H
#define VMEM_INTERVAL_TREE_H

#include <vmem/rbtree_augmented.h>

#define INTERVAL_TREE_DEFINE(type, member, value, subtree, START, LAST, storage, prefix) \
  RB_DECLARE_CALLBACKS_MAX(static, prefix##_augment, type, member, value, subtree, LAST) \
  storage void prefix##_insert(type *node, struct rb_root_cached *root) { \
    struct rb_node **link = &root->rb_root.rb_node, *parent = NULL; \
    bool leftmost = true; \
    while (*link) { \
      type *above = rb_entry(parent = *link, type, member); \
      if (above->subtree < LAST(node)) above->subtree = LAST(node); \
      bool left = START(node) < START(above); \
      link = left ? &parent->rb_left : &parent->rb_right; \
      leftmost &= left; \
    } \
    node->subtree = LAST(node); \
    rb_link_node(&node->member, parent, link); \
    rb_insert_augmented_cached(&node->member, root, leftmost, &prefix##_augment); \
  } \
  storage void prefix##_remove(type *node, struct rb_root_cached *root) { \
    rb_erase_augmented_cached(&node->member, root, &prefix##_augment); \
  } \
  /* The first in order below a node that overlaps, if its subtree reaches that far. */ \
  static inline type *prefix##_below(struct rb_node *at, value start, value last) { \
    while (at && rb_entry(at, type, member)->subtree >= start) { \
      type *node = rb_entry(at, type, member); \
      struct rb_node *left = at->rb_left; \
      if (left && rb_entry(left, type, member)->subtree >= start) { \
        at = left; \
        continue; \
      } \
      if (START(node) > last) break; \
      if (LAST(node) >= start) return node; \
      at = at->rb_right; \
    } \
    return NULL; \
  } \
  storage type *prefix##_iter_first(struct rb_root_cached *root, value start, value last) { \
    return prefix##_below(root->rb_root.rb_node, start, last); \
  } \
  storage type *prefix##_iter_next(type *node, value start, value last) { \
    for (struct rb_node *at = &node->member, *from; at;) { \
      type *found = prefix##_below(at->rb_right, start, last); \
      if (found) return found; \
      do { \
        from = at; \
        at = rb_parent(at); \
      } while (at && from == at->rb_right); \
      if (!at || START(rb_entry(at, type, member)) > last) return NULL; \
      if (LAST(rb_entry(at, type, member)) >= start) return rb_entry(at, type, member); \
    } \
    return NULL; \
  }

struct interval_tree_node {
  struct rb_node rb;
  unsigned long start, last, __subtree_last;
};
#define __vmem_interval_start(node) ((node)->start)
#define __vmem_interval_last(node) ((node)->last)
INTERVAL_TREE_DEFINE(struct interval_tree_node, rb, unsigned long, __subtree_last,
    __vmem_interval_start, __vmem_interval_last, static inline, interval_tree)

#endif
