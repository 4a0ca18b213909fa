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
