// Red-black trees in the nodes of the module.
//
// Every path from the root to an empty link has the same number of black nodes, and no red node has
// a red child. See Cormen et al., Introduction to Algorithms, chapter 13.
#include "natives.h"

// No loop may become a call of the C library.
#pragma clang attribute push(__attribute__((no_builtin)), apply_to = function)

enum { RED = 0, BLACK = 1 };

static NATIVE struct rb_node *parent(const struct rb_node *node) {
  return (struct rb_node *)(node->parent_color & ~3UL);
}
static NATIVE bool is_red(const struct rb_node *node) {
  return node && (node->parent_color & 1) == RED;
}
static NATIVE void set_parent(struct rb_node *node, struct rb_node *up) {
  node->parent_color = (unsigned long)up | (node->parent_color & 1);
}
static NATIVE void set_color(struct rb_node *node, int color) {
  node->parent_color = (node->parent_color & ~1UL) | color;
}

// Puts `with`, which may be 0, where `node` hangs.
static NATIVE void replace(struct rb_node *node, struct rb_node *with, struct rb_root *root) {
  struct rb_node *up = parent(node);
  if (!up) root->node = with;
  else if (up->left == node) up->left = with;
  else up->right = with;
  if (with) set_parent(with, up);
}

// The child on the other side rises, `node` sinks to `left` or to the right.
static NATIVE void rotate(
    struct rb_node *node, bool left, struct rb_root *root, const struct rb_augment *augment) {
  struct rb_node *child = left ? node->right : node->left;
  struct rb_node *middle = left ? child->left : child->right;
  replace(node, child, root);
  if (left) {
    node->right = middle;
    child->left = node;
  } else {
    node->left = middle;
    child->right = node;
  }
  if (middle) set_parent(middle, node);
  set_parent(node, child);
  if (augment) augment->rotate(node, child);
}

void vk_rb_insert_augmented(
    struct rb_node *node, struct rb_root *root, const struct rb_augment *augment) {
  set_color(node, RED);
  struct rb_node *up;
  while ((up = parent(node)) && is_red(up)) {
    struct rb_node *top = parent(up);
    bool left = up == top->left;
    struct rb_node *uncle = left ? top->right : top->left;
    if (is_red(uncle)) {
      set_color(up, BLACK);
      set_color(uncle, BLACK);
      set_color(top, RED);
      node = top;
      continue;
    }
    if (node == (left ? up->right : up->left)) {
      rotate(up, left, root, augment);
      up = node;
    }
    set_color(up, BLACK);
    set_color(top, RED);
    rotate(top, !left, root, augment);
    break;
  }
  set_color(root->node, BLACK);
}

void vk_rb_insert_color(struct rb_node *node, struct rb_root *root) {
  vk_rb_insert_augmented(node, root, NULL);
}

// `node`, which may be 0, hangs below `up` on a path that lacks one black node.
static NATIVE void restore(struct rb_node *node, struct rb_node *up, struct rb_root *root,
    const struct rb_augment *augment) {
  while (up && !is_red(node)) {
    bool left = node == up->left;
    struct rb_node *sibling = left ? up->right : up->left;
    if (is_red(sibling)) {
      set_color(sibling, BLACK);
      set_color(up, RED);
      rotate(up, left, root, augment);
      sibling = left ? up->right : up->left;
    }
    struct rb_node *far = left ? sibling->right : sibling->left;
    struct rb_node *near = left ? sibling->left : sibling->right;
    if (!is_red(far) && !is_red(near)) {
      set_color(sibling, RED);
      node = up;
      up = parent(node);
      continue;
    }
    if (!is_red(far)) {
      set_color(near, BLACK);
      set_color(sibling, RED);
      rotate(sibling, !left, root, augment);
      far = sibling;
      sibling = near;
    }
    set_color(sibling, is_red(up) ? RED : BLACK);
    set_color(up, BLACK);
    set_color(far, BLACK);
    rotate(up, left, root, augment);
    return;
  }
  if (node) set_color(node, BLACK);
}

void vk_rb_erase_augmented(
    struct rb_node *node, struct rb_root *root, const struct rb_augment *augment) {
  struct rb_node *child, *up;
  bool black = !is_red(node);
  if (node->left && node->right) {
    struct rb_node *next = node->right;
    while (next->left) next = next->left;
    black = !is_red(next);
    child = next->right;
    up = next;
    if (parent(next) != node) {
      up = parent(next);
      replace(next, child, root);
      next->right = node->right;
      set_parent(next->right, next);
    }
    replace(node, next, root);
    next->left = node->left;
    set_parent(next->left, next);
    set_color(next, is_red(node) ? RED : BLACK);
    if (augment) augment->copy(node, next);
    if (augment && up != next) augment->propagate(up, next);
    if (augment) augment->propagate(next, NULL);
  } else {
    child = node->left ? node->left : node->right;
    up = parent(node);
    replace(node, child, root);
    if (augment && up) augment->propagate(up, NULL);
  }
  if (black) restore(child, up, root, augment);
}

void vk_rb_erase(struct rb_node *node, struct rb_root *root) {
  vk_rb_erase_augmented(node, root, NULL);
}

void vk_rb_replace_node(struct rb_node *old, struct rb_node *node, struct rb_root *root) {
  *node = *old;
  replace(old, node, root);
  if (node->left) set_parent(node->left, node);
  if (node->right) set_parent(node->right, node);
}

// MARK: Order

struct rb_node *vk_rb_first(const struct rb_root *root) {
  struct rb_node *node = root->node;
  while (node && node->left) node = node->left;
  return node;
}

struct rb_node *vk_rb_last(const struct rb_root *root) {
  struct rb_node *node = root->node;
  while (node && node->right) node = node->right;
  return node;
}

struct rb_node *vk_rb_next(const struct rb_node *node) {
  if (node->right) return vk_rb_first(&(struct rb_root){ node->right });
  struct rb_node *up;
  while ((up = parent(node)) && node == up->right) node = up;
  return up;
}

struct rb_node *vk_rb_prev(const struct rb_node *node) {
  if (node->left) return vk_rb_last(&(struct rb_root){ node->left });
  struct rb_node *up;
  while ((up = parent(node)) && node == up->left) node = up;
  return up;
}

// Children before their parent.
static NATIVE struct rb_node *deepest(struct rb_node *node) {
  while (node && (node->left || node->right)) node = node->left ? node->left : node->right;
  return node;
}

struct rb_node *vk_rb_first_postorder(const struct rb_root *root) { return deepest(root->node); }

struct rb_node *vk_rb_next_postorder(const struct rb_node *node) {
  struct rb_node *up = parent(node);
  return up && node == up->left && up->right ? deepest(up->right) : up;
}

#pragma clang attribute pop
