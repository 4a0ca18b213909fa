#!/usr/bin/env bash
# A vmcore, read with crash.
# Areas, a walk through the page tables, tasks, free blocks.
# Nothing needs root or a kernel.
#
#   examples/shell/crash.sh            uses the vmemctl in PATH, or $VMEMCTL
set -euo pipefail
vmemctl=${VMEMCTL:-vmemctl}
if ! command -v crash >/dev/null; then
  echo 'skipped: crash not installed'
  exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# One CPU: kernels from 6.9 on have as many trees of areas as CPUs, and crash before 8.0.5 knows one.
"$vmemctl" run --quiet - <<SCRIPT
boot --memory 64M --kernel 6.12
v = vmalloc 16K
write v+4K text:hello
i = ioremap 0xfed00000 8K
task worker
assert v eq 0xffffc90000000000
vmcore $folder/vmcore --vmlinux $folder/vmlinux
SCRIPT

printf '%s\n' 'kmem -v' 'vtop ffffc90000001000' 'rd -a ffffc90000001000' 'ps' 'kmem -f' 'log' 'quit' |
  crash --no_panic --no_scroll -s "$folder/vmlinux" "$folder/vmcore"
