// Lists that are cut, moved and walked from the middle, and chains of notifiers.
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/notifier.h>
#include "library.h"

struct item { int n; struct list_head list; struct llist_node lone; };
static struct item items[6];
static LIST_HEAD(head);
static LIST_HEAD(part);

// The numbers of a list, as digits.
static int digits(struct list_head *list) {
  struct item *item;
  int result = 0;
  list_for_each_entry(item, list, list) result = result * 10 + item->n;
  return result;
}

static void lists(void) {
  struct item *item = &items[2], *next;
  struct list_head *at, *before;
  int seen = 0;
  for (int i = 0; i < 6; i++) {
    items[i].n = i + 1;
    list_add_tail(&items[i].list, &head);
  }
  list_for_each_entry_continue_reverse(item, &head, list) seen = seen * 10 + item->n;
  CHECK(seen == 21);
  item = &items[3];
  list_for_each_entry_safe_from(item, next, &head, list) seen = seen * 10 + item->n;
  CHECK(seen == 21456);
  list_for_each_prev_safe(at, before, &head) seen = list_entry(at, struct item, list)->n;
  CHECK(seen == 1);
  list_cut_position(&part, &head, &items[1].list);
  CHECK(digits(&part) == 12 && digits(&head) == 3456);
  list_bulk_move_tail(&part, &items[3].list, &items[4].list);
  CHECK(digits(&part) == 1245 && digits(&head) == 36);
  list_cut_before(&head, &part, &items[3].list);
  CHECK(digits(&head) == 12 && digits(&part) == 45);
  list_swap(&items[3].list, &items[4].list);
  CHECK(digits(&part) == 54 && !list_empty_careful(&part));
}

static void lone(void) {
  LLIST_HEAD(stack);
  struct item *item;
  int seen = 0;
  for (int i = 0; i < 3; i++) CHECK(llist_add(&items[i].lone, &stack) == (i == 0));
  CHECK(llist_del_first(&stack) == &items[2].lone);
  llist_for_each_entry(item, llist_reverse_order(llist_del_all(&stack)), lone) {
    seen = seen * 10 + item->n;
  }
  CHECK(seen == 12 && llist_empty(&stack));
}

static int called;
static int first(struct notifier_block *block, unsigned long action, void *data) {
  called = called * 10 + 1;
  return action == 2 ? NOTIFY_BAD : NOTIFY_OK;
}
static int second(struct notifier_block *block, unsigned long action, void *data) {
  called = called * 10 + 2;
  return NOTIFY_DONE;
}
static struct notifier_block one = { .notifier_call = first, .priority = 5 };
static struct notifier_block two = { .notifier_call = second };
static BLOCKING_NOTIFIER_HEAD(blocking);
static RAW_NOTIFIER_HEAD(raw);

static void chains(void) {
  CHECK(blocking_notifier_chain_register(&blocking, &two) == 0);
  CHECK(blocking_notifier_chain_register(&blocking, &one) == 0);
  CHECK(blocking_notifier_call_chain(&blocking, 1, NULL) == NOTIFY_DONE && called == 12);
  CHECK(blocking_notifier_call_chain(&blocking, 2, NULL) == NOTIFY_BAD && called == 121);
  CHECK(blocking_notifier_chain_unregister(&blocking, &one) == 0);
  CHECK(blocking_notifier_chain_unregister(&blocking, &one) == -ENOENT);
  CHECK(raw_notifier_chain_register(&raw, &one) == 0);
  CHECK(notifier_to_errno(raw_notifier_call_chain(&raw, 2, NULL)) == -EPERM);
}

static void all(void) {
  lists();
  lone();
  chains();
}
LIBRARY_FIXTURE(all);
