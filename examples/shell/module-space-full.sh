#!/usr/bin/env bash
# Who has eaten the module space, and what keeps a module out of it when it is free again.
# After reports of `vmap allocation for size 2498560 failed` at boot. The file is made up here.
# VMEMCTL names the program (default: vmemctl).
set -euo pipefail
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
cd "$temporary"
vmemctl() { command "${VMEMCTL:-vmemctl}" "$@"; }

# Every copy has 609 pages and a guard page; behind every fifth lies a BPF program of one page.
rows() {
  local at=$((0xffffffffc0000000)) end=$((0xffffffffff000000)) number=0 size
  row() { # SIZE TEXT
    printf '0x%x-0x%x %7d %s\n' "$at" $((at + $1)) "$1" "$2"
    at=$((at + $1))
  }
  for size in 20480 139264 8192; do
    row "$size" "move_module+0x23/0x180 pages=$((size / 4096 - 1)) vmalloc N0=$((size / 4096 - 1))"
  done
  while ((at + 2498560 <= end)); do
    row 2498560 "load_module+0x5d2/0x2080 pages=609 vmalloc N0=609"
    ((number++ % 5 != 4)) || ((at + 8192 > end)) ||
      row 8192 "bpf_jit_alloc_exec+0xe/0x10 pages=1 vmalloc N0=1"
  done
}
rows >vmallocinfo.txt

echo "# Who has how much of it:"
vmemctl totals --by caller --range modules --file vmallocinfo.txt
echo "# What is left, and why the next copy does not fit:"
vmemctl holes --range modules --file vmallocinfo.txt
vmemctl fit 2494464 --range modules --file vmallocinfo.txt 2>&1 || true

# A what-if: all copies but the first are refused and go, as they do when a module is there already.
echo "# The machine of the file has so many areas:"
export VMEMCTL_IMAGE=$PWD/vmem.img
vmemctl import_vmallocinfo vmallocinfo.txt 2>import.log
awk '/load_module/ && n++ { sub(/-.*/, ""); print "@vfree", $1 }' vmallocinfo.txt >free.vmem
vmemctl run --image vmem.img free.vmem
vmemctl vm_unmap_aliases
echo "# Then BPF programs cut the module space into pieces:"
vmemctl holes --top 2 --range modules
echo "# A module of 16 MiB does not fit, with almost all of the module space free:"
vmemctl fit 16M --range modules 2>&1 || true
