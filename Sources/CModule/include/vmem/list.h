// Doubly linked lists, lists without locks, and tables of hash chains.
#ifndef VMEM_LIST_H
#define VMEM_LIST_H

#include <vmem/atomic.h>
#include <vmem/bits.h>

// What deleted entries point to: a use is a fault at an address that tells of it.
#define POISON_POINTER_DELTA 0xdead000000000000UL
#define LIST_POISON1 ((void *)(0x100 + POISON_POINTER_DELTA))
#define LIST_POISON2 ((void *)(0x122 + POISON_POINTER_DELTA))

// MARK: Lists

#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)
static inline void INIT_LIST_HEAD(struct list_head *list) { list->next = list->prev = list; }
static inline void __list_add(
    struct list_head *new, struct list_head *previous, struct list_head *next) {
  next->prev = new;
  new->next = next;
  new->prev = previous;
  WRITE_ONCE(previous->next, new);
}
static inline void list_add(struct list_head *new, struct list_head *head) {
  __list_add(new, head, head->next);
}
static inline void list_add_tail(struct list_head *new, struct list_head *head) {
  __list_add(new, head->prev, head);
}
static inline void __list_del(struct list_head *previous, struct list_head *next) {
  next->prev = previous;
  WRITE_ONCE(previous->next, next);
}
static inline void __list_del_entry(struct list_head *entry) {
  __list_del(entry->prev, entry->next);
}
// Before 6.6 without CONFIG_DEBUG_LIST: nothing is looked at.
#define __list_add_valid(new, previous, next) true
#define __list_del_entry_valid(entry) true
static inline void list_del(struct list_head *entry) {
  __list_del_entry(entry);
  entry->next = LIST_POISON1;
  entry->prev = LIST_POISON2;
}
static inline void list_del_init(struct list_head *entry) {
  __list_del_entry(entry);
  INIT_LIST_HEAD(entry);
}
static inline void list_replace(struct list_head *old, struct list_head *new) {
  new->next = old->next;
  new->next->prev = new;
  new->prev = old->prev;
  new->prev->next = new;
}
static inline void list_replace_init(struct list_head *old, struct list_head *new) {
  list_replace(old, new);
  INIT_LIST_HEAD(old);
}
static inline void list_move(struct list_head *entry, struct list_head *head) {
  __list_del_entry(entry);
  list_add(entry, head);
}
static inline void list_swap(struct list_head *a, struct list_head *b) {
  struct list_head *at = b->prev;
  __list_del_entry(b);
  list_replace(a, b);
  if (at == a) at = b;
  __list_add(a, at, at->next);
}
static inline void list_move_tail(struct list_head *entry, struct list_head *head) {
  __list_del_entry(entry);
  list_add_tail(entry, head);
}
static inline bool list_empty(const struct list_head *head) {
  return READ_ONCE(head->next) == head;
}
static inline bool list_empty_careful(const struct list_head *head) {
  struct list_head *next = smp_load_acquire(&head->next);
  return next == head && next == READ_ONCE(head->prev);
}
static inline void list_del_init_careful(struct list_head *entry) {
  __list_del_entry(entry);
  WRITE_ONCE(entry->prev, entry);
  smp_store_release(&entry->next, entry);
}
static inline bool list_is_first(const struct list_head *entry, const struct list_head *head) {
  return entry->prev == head;
}
static inline bool list_is_last(const struct list_head *entry, const struct list_head *head) {
  return entry->next == head;
}
static inline bool list_is_head(const struct list_head *entry, const struct list_head *head) {
  return entry == head;
}
static inline bool list_is_singular(const struct list_head *head) {
  return !list_empty(head) && head->next == head->prev;
}
static inline void list_rotate_left(struct list_head *head) {
  if (!list_empty(head)) list_move_tail(head->next, head);
}
static inline void __list_splice(
    const struct list_head *list, struct list_head *previous, struct list_head *next) {
  if (list_empty(list)) return;
  list->next->prev = previous;
  previous->next = list->next;
  list->prev->next = next;
  next->prev = list->prev;
}
static inline void list_splice(const struct list_head *list, struct list_head *head) {
  __list_splice(list, head, head->next);
}
static inline void list_splice_tail(const struct list_head *list, struct list_head *head) {
  __list_splice(list, head->prev, head);
}
static inline void list_splice_init(struct list_head *list, struct list_head *head) {
  list_splice(list, head);
  INIT_LIST_HEAD(list);
}
static inline void list_splice_tail_init(struct list_head *list, struct list_head *head) {
  list_splice_tail(list, head);
  INIT_LIST_HEAD(list);
}
static inline void list_rotate_to_front(struct list_head *list, struct list_head *head) {
  list_move_tail(head, list);
}
// The entries from `first` to `last` go to the end of another list, or their own.
static inline void list_bulk_move_tail(
    struct list_head *head, struct list_head *first, struct list_head *last) {
  __list_del(first->prev, last->next);
  head->prev->next = first;
  first->prev = head->prev;
  last->next = head;
  head->prev = last;
}
// `list` becomes what stands before `entry`, or with it.
static inline void list_cut_before(
    struct list_head *list, struct list_head *head, struct list_head *entry) {
  INIT_LIST_HEAD(list);
  if (head->next == entry) return;
  list_bulk_move_tail(list, head->next, entry->prev);
}
static inline void list_cut_position(
    struct list_head *list, struct list_head *head, struct list_head *entry) {
  if (list_empty(head)) return;
  if (entry == head) INIT_LIST_HEAD(list);
  else list_cut_before(list, head, entry->next);
}
#define __list_cut_position list_cut_position
static inline size_t list_count_nodes(struct list_head *head) {
  size_t count = 0;
  for (struct list_head *at = head->next; at != head; at = at->next) count++;
  return count;
}

#define list_entry(pointer, type, member) container_of(pointer, type, member)
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) list_entry((head)->prev, type, member)
#define list_first_entry_or_null(head, type, member) \
  (list_empty(head) ? NULL : list_first_entry(head, type, member))
#define list_next_entry(entry, member) \
  list_entry((entry)->member.next, __typeof__(*(entry)), member)
#define list_prev_entry(entry, member) \
  list_entry((entry)->member.prev, __typeof__(*(entry)), member)
#define list_entry_is_head(entry, head, member) (&(entry)->member == (head))
#define list_for_each(at, head) for ((at) = (head)->next; (at) != (head); (at) = (at)->next)
#define list_for_each_prev(at, head) for ((at) = (head)->prev; (at) != (head); (at) = (at)->prev)
#define list_for_each_safe(at, after, head) \
  for ((at) = (head)->next, (after) = (at)->next; (at) != (head); \
       (at) = (after), (after) = (at)->next)
#define list_for_each_prev_safe(at, after, head) \
  for ((at) = (head)->prev, (after) = (at)->prev; (at) != (head); \
       (at) = (after), (after) = (at)->prev)
#define list_for_each_continue(at, head) \
  for ((at) = (at)->next; (at) != (head); (at) = (at)->next)
#define list_for_each_entry_from(at, head, member) \
  for (; !list_entry_is_head(at, head, member); (at) = list_next_entry(at, member))
#define list_for_each_entry(at, head, member, ...) \
  for ((at) = list_first_entry(head, __typeof__(*(at)), member); \
       !list_entry_is_head(at, head, member); (at) = list_next_entry(at, member))
#define list_for_each_entry_reverse(at, head, member) \
  for ((at) = list_last_entry(head, __typeof__(*(at)), member); \
       !list_entry_is_head(at, head, member); (at) = list_prev_entry(at, member))
// Where list_for_each_entry_continue begins: at an entry, or at the head.
#define list_prepare_entry(entry, head, member) \
  ((entry) ? (entry) : list_entry(head, __typeof__(*(entry)), member))
#define list_for_each_entry_continue(at, head, member) \
  for ((at) = list_next_entry(at, member); \
       !list_entry_is_head(at, head, member); (at) = list_next_entry(at, member))
#define list_for_each_entry_safe(at, after, head, member) \
  for ((at) = list_first_entry(head, __typeof__(*(at)), member), \
      (after) = list_next_entry(at, member); \
       !list_entry_is_head(at, head, member); \
       (at) = (after), (after) = list_next_entry(after, member))
#define list_for_each_entry_continue_reverse(at, head, member) \
  for ((at) = list_prev_entry(at, member); \
       !list_entry_is_head(at, head, member); (at) = list_prev_entry(at, member))
#define list_for_each_entry_from_reverse(at, head, member) \
  for (; !list_entry_is_head(at, head, member); (at) = list_prev_entry(at, member))
#define list_for_each_entry_safe_from(at, after, head, member) \
  for ((after) = list_next_entry(at, member); \
       !list_entry_is_head(at, head, member); \
       (at) = (after), (after) = list_next_entry(after, member))
#define list_for_each_entry_safe_continue(at, after, head, member) \
  for ((at) = list_next_entry(at, member), (after) = list_next_entry(at, member); \
       !list_entry_is_head(at, head, member); \
       (at) = (after), (after) = list_next_entry(after, member))
#define list_safe_reset_next(at, after, member) ((after) = list_next_entry(at, member))
#define list_next_entry_circular(entry, head, member) \
  (list_is_last(&(entry)->member, head) ? list_first_entry(head, __typeof__(*(entry)), member) \
                                        : list_next_entry(entry, member))
#define list_prev_entry_circular(entry, head, member) \
  (list_is_first(&(entry)->member, head) ? list_last_entry(head, __typeof__(*(entry)), member) \
                                         : list_prev_entry(entry, member))
#define list_for_each_entry_safe_reverse(at, after, head, member) \
  for ((at) = list_last_entry(head, __typeof__(*(at)), member), \
      (after) = list_prev_entry(at, member); \
       !list_entry_is_head(at, head, member); \
       (at) = (after), (after) = list_prev_entry(after, member))

// MARK: Lists with a single pointer as head

#define HLIST_HEAD_INIT { NULL }
#define HLIST_HEAD(name) struct hlist_head name = HLIST_HEAD_INIT
#define INIT_HLIST_HEAD(head) ((head)->first = NULL)
static inline void INIT_HLIST_NODE(struct hlist_node *node) {
  node->next = NULL;
  node->pprev = NULL;
}
static inline bool hlist_unhashed(const struct hlist_node *node) { return !node->pprev; }
static inline bool hlist_empty(const struct hlist_head *head) { return !READ_ONCE(head->first); }
static inline void hlist_add_head(struct hlist_node *node, struct hlist_head *head) {
  node->next = head->first;
  if (head->first) head->first->pprev = &node->next;
  node->pprev = &head->first;
  WRITE_ONCE(head->first, node);
}
static inline void hlist_add_before(struct hlist_node *node, struct hlist_node *next) {
  node->pprev = next->pprev;
  node->next = next;
  next->pprev = &node->next;
  *node->pprev = node;
}
static inline void hlist_add_behind(struct hlist_node *node, struct hlist_node *previous) {
  node->next = previous->next;
  previous->next = node;
  node->pprev = &previous->next;
  if (node->next) node->next->pprev = &node->next;
}
static inline void __hlist_del(struct hlist_node *node) {
  WRITE_ONCE(*node->pprev, node->next);
  if (node->next) node->next->pprev = node->pprev;
}
static inline void hlist_del(struct hlist_node *node) {
  __hlist_del(node);
  node->next = LIST_POISON1;
  node->pprev = LIST_POISON2;
}
static inline void hlist_del_init(struct hlist_node *node) {
  if (hlist_unhashed(node)) return;
  __hlist_del(node);
  INIT_HLIST_NODE(node);
}
static inline void hlist_add_fake(struct hlist_node *node) { node->pprev = &node->next; }
static inline bool hlist_fake(struct hlist_node *node) { return node->pprev == &node->next; }
static inline bool hlist_unhashed_lockless(const struct hlist_node *node) {
  return !READ_ONCE(node->pprev);
}
static inline bool hlist_is_singular_node(struct hlist_node *node, struct hlist_head *head) {
  return !node->next && node->pprev == &head->first;
}
static inline void hlist_move_list(struct hlist_head *old, struct hlist_head *new) {
  new->first = old->first;
  if (new->first) new->first->pprev = &new->first;
  old->first = NULL;
}
static inline size_t hlist_count_nodes(struct hlist_head *head) {
  size_t count = 0;
  for (struct hlist_node *at = head->first; at; at = at->next) count++;
  return count;
}
#define hlist_entry(pointer, type, member) container_of(pointer, type, member)
#define hlist_entry_safe(pointer, type, member) \
  ({ __typeof__(pointer) __node = (pointer); __node ? hlist_entry(__node, type, member) : NULL; })
#define hlist_for_each(at, head) for ((at) = (head)->first; (at); (at) = (at)->next)
#define hlist_for_each_safe(at, after, head) \
  for ((at) = (head)->first; (at) && ((after) = (at)->next, 1); (at) = (after))
#define hlist_for_each_entry(at, head, member, ...) \
  for ((at) = hlist_entry_safe((head)->first, __typeof__(*(at)), member); (at); \
       (at) = hlist_entry_safe((at)->member.next, __typeof__(*(at)), member))
#define hlist_for_each_entry_continue(at, member) \
  for ((at) = hlist_entry_safe((at)->member.next, __typeof__(*(at)), member); (at); \
       (at) = hlist_entry_safe((at)->member.next, __typeof__(*(at)), member))
#define hlist_for_each_entry_from(at, member) \
  for (; (at); (at) = hlist_entry_safe((at)->member.next, __typeof__(*(at)), member))
#define hlist_for_each_entry_safe(at, after, head, member) \
  for ((at) = hlist_entry_safe((head)->first, __typeof__(*(at)), member); \
       (at) && ((after) = (at)->member.next, 1); \
       (at) = hlist_entry_safe(after, __typeof__(*(at)), member))

// MARK: Hash tables

#define DECLARE_HASHTABLE(name, bits) struct hlist_head name[1 << (bits)]
#define DEFINE_HASHTABLE(name, bits) struct hlist_head name[1 << (bits)] = { }
#define HASH_SIZE(table) ARRAY_SIZE(table)
#define HASH_BITS(table) ilog2(HASH_SIZE(table))
#define hash_init(table) vmem_hash_init(table, HASH_SIZE(table))
static inline void vmem_hash_init(struct hlist_head *table, size_t count) {
  for (size_t i = 0; i < count; i++) INIT_HLIST_HEAD(&table[i]);
}
#define __vmem_chain(table, key) (&(table)[hash_min(key, HASH_BITS(table))])
#define hash_add(table, node, key) hlist_add_head(node, __vmem_chain(table, key))
#define hash_del(node) hlist_del_init(node)
#define hash_hashed(node) (!hlist_unhashed(node))
static inline bool vmem_hash_empty(const struct hlist_head *table, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (!hlist_empty(&table[i])) return false;
  }
  return true;
}
#define hash_empty(table) vmem_hash_empty(table, HASH_SIZE(table))
#define hash_for_each(table, bucket, at, member) \
  for ((bucket) = 0, (at) = NULL; !(at) && (bucket) < HASH_SIZE(table); (bucket)++) \
    hlist_for_each_entry(at, &(table)[bucket], member)
#define hash_for_each_safe(table, bucket, after, at, member) \
  for ((bucket) = 0, (at) = NULL; !(at) && (bucket) < HASH_SIZE(table); (bucket)++) \
    hlist_for_each_entry_safe(at, after, &(table)[bucket], member)
#define hash_for_each_possible(table, at, member, key) \
  hlist_for_each_entry(at, __vmem_chain(table, key), member)
#define hash_for_each_possible_safe(table, at, after, member, key) \
  hlist_for_each_entry_safe(at, after, __vmem_chain(table, key), member)

// MARK: Lists that are added to without a lock

struct llist_node { struct llist_node *next; };
struct llist_head { struct llist_node *first; };
#define LLIST_HEAD_INIT(name) { NULL }
#define LLIST_HEAD(name) struct llist_head name = LLIST_HEAD_INIT(name)
static inline void init_llist_head(struct llist_head *head) { head->first = NULL; }
static inline bool llist_empty(const struct llist_head *head) { return !READ_ONCE(head->first); }
// Adds the chain from `first` to `last`; whether the list was empty.
static inline bool llist_add_batch(
    struct llist_node *first, struct llist_node *last, struct llist_head *head) {
  struct llist_node *old = READ_ONCE(head->first);
  do last->next = old; while (!try_cmpxchg(&head->first, &old, first));
  return !old;
}
static inline bool llist_add(struct llist_node *node, struct llist_head *head) {
  return llist_add_batch(node, node, head);
}
#define __llist_add llist_add
static inline struct llist_node *llist_next(struct llist_node *node) { return node->next; }
static inline struct llist_node *llist_del_first(struct llist_head *head) {
  struct llist_node *first = READ_ONCE(head->first);
  while (first && !try_cmpxchg(&head->first, &first, first->next)) { }
  return first;
}
static inline struct llist_node *llist_reverse_order(struct llist_node *first) {
  struct llist_node *done = NULL;
  while (first) {
    struct llist_node *next = first->next;
    first->next = done;
    done = first;
    first = next;
  }
  return done;
}
static inline struct llist_node *llist_del_all(struct llist_head *head) {
  return xchg(&head->first, NULL);
}
#define llist_entry(pointer, type, member) container_of(pointer, type, member)
#define llist_for_each(at, first) for ((at) = (first); (at); (at) = (at)->next)
#define __vmem_llist_entry(node, type, member) \
  ({ struct llist_node *__node = (node); __node ? llist_entry(__node, type, member) : NULL; })
#define llist_for_each_entry(at, first, member) \
  for ((at) = __vmem_llist_entry(first, __typeof__(*(at)), member); (at); \
       (at) = __vmem_llist_entry((at)->member.next, __typeof__(*(at)), member))
#define llist_for_each_entry_safe(at, after, first, member) \
  for ((at) = __vmem_llist_entry(first, __typeof__(*(at)), member); \
       (at) && ((after) = __vmem_llist_entry((at)->member.next, __typeof__(*(at)), member), 1); \
       (at) = (after))
#define llist_for_each_safe(at, after, first) \
  for ((at) = (first); (at) && ((after) = (at)->next, 1); (at) = (after))

#endif
