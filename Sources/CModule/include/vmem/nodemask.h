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
#define for_each_node_mask(node, mask) \
  for ((node) = first_node(mask); (node) < MAX_NUMNODES; (node) = next_node(node, mask))
#define nodemask_of_node(node) ((nodemask_t){ { 1UL << (node) } })

// Every node has memory and CPUs, and is online for ever.
enum node_states { N_POSSIBLE, N_ONLINE, N_NORMAL_MEMORY, N_MEMORY, N_CPU, NR_NODE_STATES };
#define N_HIGH_MEMORY N_NORMAL_MEMORY
#define node_state(node, state) ((void)(state), node_online(node))
#define num_node_state(state) num_online_nodes()
#define for_each_node_state(node, state) for_each_online_node(node)
#define num_possible_nodes num_online_nodes
#define node_possible node_online
#define node_online_map ((nodemask_t){ { (1UL << num_online_nodes()) - 1 } })

#endif
