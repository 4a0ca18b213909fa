#!/usr/bin/env bash
# A session in bash, to be pasted line by line: a machine in a file, worked on by commands that come and go.
# The file is in a folder of its own, which goes at the end. VMEMCTL names the program (default: vmemctl).
set -euo pipefail
vmemctl() { command "${VMEMCTL:-vmemctl}" "$@"; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export VMEMCTL_IMAGE=$folder/vmem.img

# The first line that changes something boots a machine with default settings; `boot` chooses them.
vmemctl boot --memory 64M --cpus 2

# Names live in the machine: later commands find what earlier ones made.
vmemctl s = get_vm_area 64K --flags sparse
vmemctl P = alloc_pages 4
vmemctl vm_area_map_pages s s..s+16K 'P[0..4]'
vmemctl fill s+4K 16 0x61

# Answers are plain text, and a failure is an exit code.
address=$(vmemctl vmalloc 40K)
echo "vmalloc gave $address"
vmemctl vmallocinfo
vmemctl read s+64K 1 2>/dev/null || echo "the guard page is not mapped: exit code $?"

# What was answered stays, even when the next command is killed.
vmemctl vfree "$address" & kill -9 $! 2>/dev/null || true
wait $! 2>/dev/null || true
vmemctl check

# A copy to come back to, and what has changed since.
vmemctl snapshot "$folder/before.img"
vmemctl vm_area_unmap_pages s s+8K..s+16K
vmemctl diff "$folder/before.img" "$folder/vmem.img" | sed "s|$folder/||"

# The way back, and the way here.
vmemctl undo
vmemctl log | head -5
