#!/usr/bin/env bash
# A kcore, read with readelf and gdb.
# The machine is small and its contents are known. Nothing needs root or a kernel.
#
#   examples/shell/dump.sh            uses the vmemctl in PATH, or $VMEMCTL
set -euo pipefail
vmemctl=${VMEMCTL:-vmemctl}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# A vmalloc area with a text in its second page, and a sparse area over the same kind of page: the
# first can be read in the dump, the second reads as zeroes, as in every kernel.
"$vmemctl" run --quiet - <<SCRIPT
boot --memory 64M
v = vmalloc 16K
write v+4K text:hello
s = get_vm_area 64K --flags sparse
P = alloc_pages 1
write P text:hidden
vm_area_map_pages s s..+4K P
assert v.start eq 0xffffc90000000000
assert s.start eq 0xffffc90000005000
kcore $folder/kcore
SCRIPT

echo "the dump takes $(du -k "$folder/kcore" | cut -f1) KiB on disk; its segments:"
if command -v readelf >/dev/null; then
  readelf -lW "$folder/kcore" | awk '/LOAD|NOTE/ { print "  " $1, $3, $6 }'
else
  echo '  skipped: readelf not installed'
fi

echo 'what gdb reads:'
if command -v gdb >/dev/null; then
  gdb -q -batch -nx -ex "core-file $folder/kcore" \
    -ex 'printf "  vmalloc area, second page: %s\n", (char *)0xffffc90000001000' \
    -ex 'printf "  sparse area, first byte:   %d\n", *(char *)0xffffc90000005000' 2>/dev/null |
    grep '^  '
else
  echo '  skipped: gdb not installed'
fi
