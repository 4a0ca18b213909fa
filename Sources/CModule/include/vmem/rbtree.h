// Red-black trees: the module finds the place, these keep the balance. They run natively.
#ifndef VMEM_RBTREE_H
#define VMEM_RBTREE_H

#include <vmem/kernel.h>

struct rb_node {
  // With the colour in bit 0: 1 is black.
  unsigned long __rb_parent_color;
  struct rb_node *rb_right;
  struct rb_node *rb_left;
} __aligned(sizeof(long));
struct rb_root { struct rb_node *rb_node; };
struct rb_root_cached { struct rb_root rb_root; struct rb_node *rb_leftmost; };
#define RB_ROOT (struct rb_root){ NULL }
#define RB_ROOT_CACHED (struct rb_root_cached){ { NULL }, NULL }
#define rb_parent(node) ((struct rb_node *)((node)->__rb_parent_color & ~3UL))
#define rb_entry(pointer, type, member) container_of(pointer, type, member)
#define rb_entry_safe(pointer, type, member) \
  ({ __typeof__(pointer) __node = (pointer); __node ? rb_entry(__node, type, member) : NULL; })
#define RB_EMPTY_ROOT(root) (READ_ONCE((root)->rb_node) == NULL)
#define RB_EMPTY_NODE(node) ((node)->__rb_parent_color == (unsigned long)(node))
#define RB_CLEAR_NODE(node) ((node)->__rb_parent_color = (unsigned long)(node))

void rb_insert_color(struct rb_node *node, struct rb_root *root) VK(rb_insert_color);
void rb_erase(struct rb_node *node, struct rb_root *root) VK(rb_erase);
void rb_replace_node(struct rb_node *old, struct rb_node *new, struct rb_root *root)
    VK(rb_replace_node);
struct rb_node *rb_first(const struct rb_root *root) VK(rb_first);
struct rb_node *rb_last(const struct rb_root *root) VK(rb_last);
struct rb_node *rb_next(const struct rb_node *node) VK(rb_next);
struct rb_node *rb_prev(const struct rb_node *node) VK(rb_prev);
struct rb_node *rb_first_postorder(const struct rb_root *root) VK(rb_first_postorder);
struct rb_node *rb_next_postorder(const struct rb_node *node) VK(rb_next_postorder);

static inline void rb_link_node(
    struct rb_node *node, struct rb_node *parent, struct rb_node **link) {
  node->__rb_parent_color = (unsigned long)parent;
  node->rb_left = node->rb_right = NULL;
  *link = node;
}
#define rb_first_cached(root) ((root)->rb_leftmost)
static inline void rb_insert_color_cached(
    struct rb_node *node, struct rb_root_cached *root, bool leftmost) {
  if (leftmost) root->rb_leftmost = node;
  rb_insert_color(node, &root->rb_root);
}
static inline void rb_erase_cached(struct rb_node *node, struct rb_root_cached *root) {
  if (root->rb_leftmost == node) root->rb_leftmost = rb_next(node);
  rb_erase(node, &root->rb_root);
}
#define rbtree_postorder_for_each_entry_safe(at, after, root, member) \
  for ((at) = rb_entry_safe(rb_first_postorder(root), __typeof__(*(at)), member); \
       (at) && ((after) = rb_entry_safe(rb_next_postorder(&(at)->member), \
                    __typeof__(*(at)), member), 1); \
       (at) = (after))
static inline void rb_replace_node_cached(
    struct rb_node *old, struct rb_node *new, struct rb_root_cached *root) {
  if (root->rb_leftmost == old) root->rb_leftmost = new;
  rb_replace_node(old, new, &root->rb_root);
}
#define rb_replace_node_rcu rb_replace_node
#define rb_link_node_rcu rb_link_node
// The node if it became the first.
static inline struct rb_node *rb_add_cached(struct rb_node *node, struct rb_root_cached *root,
    bool (*less)(struct rb_node *a, const struct rb_node *b)) {
  struct rb_node **link = &root->rb_root.rb_node, *parent = NULL;
  bool leftmost = true;
  while (*link) {
    bool left = less(node, parent = *link);
    link = left ? &parent->rb_left : &parent->rb_right;
    leftmost &= left;
  }
  rb_link_node(node, parent, link);
  rb_insert_color_cached(node, root, leftmost);
  return leftmost ? node : NULL;
}
// The node that is there with the same key; otherwise adds this one.
static inline struct rb_node *rb_find_add(struct rb_node *node, struct rb_root *root,
    int (*compare)(struct rb_node *a, const struct rb_node *b)) {
  struct rb_node **link = &root->rb_node, *parent = NULL;
  while (*link) {
    int order = compare(node, parent = *link);
    if (!order) return parent;
    link = order < 0 ? &parent->rb_left : &parent->rb_right;
  }
  rb_link_node(node, parent, link);
  rb_insert_color(node, root);
  return NULL;
}
// A node with the key, or with `first` the first of them.
static inline struct rb_node *vmem_rb_find(const void *key, const struct rb_root *root,
    int (*compare)(const void *key, const struct rb_node *node), bool first) {
  struct rb_node *node = root->rb_node, *found = NULL;
  while (node) {
    int order = compare(key, node);
    if (!order && !first) return node;
    if (!order) found = node;
    node = order <= 0 ? node->rb_left : node->rb_right;
  }
  return found;
}
#define rb_find(key, root, compare) vmem_rb_find(key, root, compare, false)
#define rb_find_first(key, root, compare) vmem_rb_find(key, root, compare, true)
static inline struct rb_node *rb_next_match(const void *key, struct rb_node *node,
    int (*compare)(const void *key, const struct rb_node *node)) {
  node = rb_next(node);
  return node && !compare(key, node) ? node : NULL;
}
#define rb_for_each(node, key, root, compare) \
  for ((node) = rb_find_first(key, root, compare); (node); \
       (node) = rb_next_match(key, node, compare))
static inline void rb_add(struct rb_node *node, struct rb_root *root,
    bool (*less)(struct rb_node *a, const struct rb_node *b)) {
  struct rb_node **link = &root->rb_node, *parent = NULL;
  while (*link) {
    parent = *link;
    link = less(node, parent) ? &parent->rb_left : &parent->rb_right;
  }
  rb_link_node(node, parent, link);
  rb_insert_color(node, root);
}

#endif
