#!/usr/bin/env bash
# A script, stepped with gdb.
# A breakpoint on a kernel function, arguments in registers, memory before and after the call.
# Nothing needs root or a kernel.
#
#   examples/shell/gdb-live.sh            uses the vmemctl in PATH, or $VMEMCTL
set -euo pipefail
vmemctl=${VMEMCTL:-vmemctl}
if ! command -v gdb >/dev/null; then
  echo 'skipped: gdb not installed'
  exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat >"$folder/sparse.vmem" <<SCRIPT
boot --memory 64M --cpus 2 --kernel 7.2
s = get_vm_area 64K --flags sparse
P = alloc_pages 2
vm_area_map_pages s s..s+4K P[0]
write s text:first
vm_area_map_pages s s+4K..s+8K P[1]
vm_area_unmap_pages s s..s+8K
SCRIPT
# Symbols of one machine fit every machine of its kernel.
printf '%s\n' 'boot --memory 64M --kernel 7.2' "vmlinux $folder/vmlinux" | "$vmemctl" run --quiet -

"$vmemctl" run "$folder/sparse.vmem" --serve --gdb "$folder/gdb" >"$folder/results" 2>&1 &
server=$!
until [ -S "$folder/gdb" ]; do sleep 0.05; done
gdb -nx -q -batch -ex 'set confirm off' -ex "file $folder/vmlinux" -ex "target remote $folder/gdb" \
  -ex 'break vm_area_map_pages' -ex continue \
  -ex 'echo of the second call the range is\n' -ex continue -ex 'info registers rsi rdx' \
  -ex 'echo and before it there is\n' -ex 'x/s $rsi - 4096' -ex 'monitor page_tables --range s..s+64K' \
  -ex 'echo behind it\n' -ex finish -ex 'monitor page_tables --range s..s+64K' \
  -ex 'info threads' -ex backtrace -ex continue
wait "$server"
echo 'results of the script:'
grep -v target "$folder/results"
