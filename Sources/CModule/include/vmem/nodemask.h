// Sets of NUMA nodes.
#ifndef VMEM_NODEMASK_H
#define VMEM_NODEMASK_H

#include <vmem/bits.h>
#include <vmem/page.h>

typedef struct { unsigned long bits[1]; } nodemask_t;
#define NODE_MASK_NONE { { 0 } }
#define NODE_MASK_ALL { { ~0UL } }
#define node_set(node, mask) set_bit(node, (mask).bits)
#define node_clear(node, mask) clear_bit(node, (mask).bits)
#define node_isset(node, mask) test_bit(node, (mask).bits)
#define node_test_and_set(node, mask) test_and_set_bit(node, (mask).bits)
#define nodes_clear(mask) ((mask).bits[0] = 0)
#define nodes_setall(mask) ((mask).bits[0] = ~0UL)
#define nodes_and(to, a, b) ((to).bits[0] = (a).bits[0] & (b).bits[0])
#define nodes_or(to, a, b) ((to).bits[0] = (a).bits[0] | (b).bits[0])
#define nodes_xor(to, a, b) ((to).bits[0] = (a).bits[0] ^ (b).bits[0])
#define nodes_andnot(to, a, b) ((to).bits[0] = (a).bits[0] & ~(b).bits[0])
#define nodes_complement(to, a) ((to).bits[0] = ~(a).bits[0])
#define nodes_equal(a, b) ((a).bits[0] == (b).bits[0])
#define nodes_intersects(a, b) (((a).bits[0] & (b).bits[0]) != 0)
#define nodes_subset(a, b) (!((a).bits[0] & ~(b).bits[0]))
#define nodes_empty(mask) (!(mask).bits[0])
#define nodes_full(mask) (!~(mask).bits[0])
#define nodes_weight(mask) ((int)hweight64((mask).bits[0]))
#define first_node(mask) ((int)find_first_bit((mask).bits, MAX_NUMNODES))
#define next_node(node, mask) ((int)find_next_bit((mask).bits, MAX_NUMNODES, (node) + 1))
#define first_unset_node(mask) ((int)find_first_zero_bit((mask).bits, MAX_NUMNODES))
#define next_node_in(node, mask) \
  ({ \
    int __next = next_node(node, mask); \
    __next < MAX_NUMNODES ? __next : first_node(mask); \
  })
#define nodes_shift_right(to, from, n) ((to).bits[0] = (from).bits[0] >> (n))
#define nodes_shift_left(to, from, n) ((to).bits[0] = (from).bits[0] << (n))
#define init_nodemask_of_node(mask, node) ((mask)->bits[0] = 1UL << (node))
#define nodes_addr(mask) ((mask).bits)
#define next_online_node(node) next_node(node, node_online_map)
#define next_memory_node(node) next_online_node(node)
#define first_memory_node first_node(node_online_map)
#define for_each_node_mask(node, mask) \
  for ((node) = first_node(mask); (node) < MAX_NUMNODES; (node) = next_node(node, mask))
#define nodemask_of_node(node) ((nodemask_t){ { 1UL << (node) } })

// Every node has memory and CPUs, and is online until this module says otherwise.
enum node_states { N_POSSIBLE, N_ONLINE, N_NORMAL_MEMORY, N_MEMORY, N_CPU, NR_NODE_STATES };
#define N_HIGH_MEMORY N_NORMAL_MEMORY
static nodemask_t vmem_nodes_without[NR_NODE_STATES] __maybe_unused;
#define node_state(node, state) \
  (node_online(node) && !node_isset(node, vmem_nodes_without[state]))
#define node_set_state(node, state) node_clear(node, vmem_nodes_without[state])
#define node_clear_state(node, state) node_set(node, vmem_nodes_without[state])
#define node_set_online(node) node_set_state(node, N_ONLINE)
#define node_set_offline(node) node_clear_state(node, N_ONLINE)
#define num_node_state(state) num_online_nodes()
#define for_each_node_state(node, state) for_each_online_node(node)
#define num_possible_nodes num_online_nodes
#define node_possible node_online
#define node_online_map ((nodemask_t){ { (1UL << num_online_nodes()) - 1 } })

#endif
