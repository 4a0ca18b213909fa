// Red-black trees whose nodes keep something of all nodes below them, and the colours of nodes.
#ifndef VMEM_RBTREE_AUGMENTED_H
#define VMEM_RBTREE_AUGMENTED_H

#include <vmem/rbtree.h>

#define RB_RED 0
#define RB_BLACK 1
#define __rb_parent(word) ((struct rb_node *)((word) & ~3UL))
#define __rb_color(word) ((word) & 1)
#define __rb_is_black(word) __rb_color(word)
#define __rb_is_red(word) (!__rb_color(word))
#define rb_color(node) __rb_color((node)->__rb_parent_color)
#define rb_is_red(node) __rb_is_red((node)->__rb_parent_color)
#define rb_is_black(node) __rb_is_black((node)->__rb_parent_color)
static inline void rb_set_parent_color(struct rb_node *node, struct rb_node *parent, int color) {
  node->__rb_parent_color = (unsigned long)parent + color;
}
static inline void rb_set_parent(struct rb_node *node, struct rb_node *parent) {
  rb_set_parent_color(node, parent, rb_color(node));
}
static inline void __rb_change_child(struct rb_node *old, struct rb_node *new,
    struct rb_node *parent, struct rb_root *root) {
  if (!parent) WRITE_ONCE(root->rb_node, new);
  else if (parent->rb_left == old) WRITE_ONCE(parent->rb_left, new);
  else WRITE_ONCE(parent->rb_right, new);
}

// How what is kept follows the tree: from a node up to below `stop`; from one node to another that
// takes its place; and when `new` rises above its parent `old`.
struct rb_augment_callbacks {
  void (*propagate)(struct rb_node *node, struct rb_node *stop);
  void (*copy)(struct rb_node *old, struct rb_node *new);
  void (*rotate)(struct rb_node *old, struct rb_node *new);
};
void vmem_rb_insert_augmented(struct rb_node *node, struct rb_root *root,
    const struct rb_augment_callbacks *augment) VK(rb_insert_augmented);
void vmem_rb_erase_augmented(struct rb_node *node, struct rb_root *root,
    const struct rb_augment_callbacks *augment) VK(rb_erase_augmented);
#define rb_insert_augmented(node, root, augment) vmem_rb_insert_augmented(node, root, augment)
#define rb_erase_augmented(node, root, augment) vmem_rb_erase_augmented(node, root, augment)
static inline void rb_insert_augmented_cached(struct rb_node *node, struct rb_root_cached *root,
    bool leftmost, const struct rb_augment_callbacks *augment) {
  if (leftmost) root->rb_leftmost = node;
  rb_insert_augmented(node, &root->rb_root, augment);
}
static inline void rb_erase_augmented_cached(struct rb_node *node, struct rb_root_cached *root,
    const struct rb_augment_callbacks *augment) {
  if (root->rb_leftmost == node) root->rb_leftmost = rb_next(node);
  rb_erase_augmented(node, &root->rb_root, augment);
}

// The three of a structure, by a function that computes what a node keeps: with `exit` it is asked
// whether that is what it keeps already.
#define RB_DECLARE_CALLBACKS(storage, name, type, member, augmented, compute) \
  static inline void name##_propagate(struct rb_node *node, struct rb_node *stop) { \
    for (; node != stop; node = rb_parent(node)) { \
      if (compute(rb_entry(node, type, member), true)) break; \
    } \
  } \
  static inline void name##_copy(struct rb_node *old, struct rb_node *new) { \
    rb_entry(new, type, member)->augmented = rb_entry(old, type, member)->augmented; \
  } \
  static void name##_rotate(struct rb_node *old, struct rb_node *new) { \
    name##_copy(old, new); \
    compute(rb_entry(old, type, member), false); \
  } \
  storage const struct rb_augment_callbacks name = { \
    .propagate = name##_propagate, .copy = name##_copy, .rotate = name##_rotate, \
  };
// The largest value of a node and all below it.
#define RB_DECLARE_CALLBACKS_MAX(storage, name, type, member, value_type, augmented, value) \
  static inline bool name##_compute_max(type *node, bool exit) { \
    value_type most = value(node); \
    struct rb_node *children[] = { node->member.rb_left, node->member.rb_right }; \
    for (int i = 0; i < 2; i++) { \
      type *child = rb_entry_safe(children[i], type, member); \
      if (child && child->augmented > most) most = child->augmented; \
    } \
    if (exit && node->augmented == most) return true; \
    node->augmented = most; \
    return false; \
  } \
  RB_DECLARE_CALLBACKS(storage, name, type, member, augmented, name##_compute_max)

#endif
