#!/usr/bin/env bash
# A machine in a file, worked on by commands that come and go. Paste it line by line.
cd "$(mktemp -d)"

# The first line that changes something boots a machine; `boot` chooses what it is like.
vmemctl boot --memory 64M --cpus 2

# Names live in the machine: later commands find what earlier ones made.
vmemctl s = get_vm_area 64K --flags sparse
vmemctl P = alloc_pages 4
vmemctl vm_area_map_pages s s..s+16K 'P[0..4]'
vmemctl fill s+4K 4 0x61
vmemctl read s+4K 8

# A failure names its rule, and is an exit code. What was answered stays, whatever is killed.
vmemctl read s+64K 1
vmemctl vmallocinfo

# A copy to come back to, and what has changed since.
vmemctl snapshot before.img
vmemctl vm_area_unmap_pages s s+8K..s+16K
vmemctl diff before.img vmem.img

# The way back, and the way here.
vmemctl undo
vmemctl log
