#!/usr/bin/env bash
# Five pictures: two maps, a walk, tables, and a difference between moments.
#
#   examples/shell/pictures.sh FOLDER     writes map.svg, file.svg, walk.svg, diff.svg and tables.svg
#
# The articles and README show these. VMEMCTL names the program (default: vmemctl).
set -euo pipefail
examples=$(cd "$(dirname "$0")/.." && pwd)
folder=$(cd "${1:-.}" && pwd)
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
cd "$temporary"
vmemctl() { command "${VMEMCTL:-vmemctl}" "$@"; }

# A fragmented space: the holes of an example, and areas of other kinds that went into them.
vmemctl run --quiet --image map.img "$examples/07-fragmentation.vmem" >work.log
vmemctl run --quiet --image map.img - >work.log <<SCRIPT
P = alloc_pages 4
s = get_vm_area 64K --flags sparse
v = vmalloc 40K --caller load_module+0x2b4/0x860
m = vmap P --caller kvm_vcpu_map+0x51/0x120
d = ioremap 0xfeb00000 16K --caller pci_iomap_range+0x4d/0x80
r = vm_map_ram P
old = vmalloc 100K
vfree old
SCRIPT
vmemctl --image map.img map --format svg >"$folder/map.svg"

# The address space that a file of /proc/vmallocinfo tells of.
(cd "$examples/shell" && vmemctl map --file why-not-there.txt --format svg) >"$folder/file.svg"

# A page in a sparse area, and how the processor gets to it.
vmemctl run --quiet --image walk.img - >work.log <<SCRIPT
boot --memory 64M
s = get_vm_area 4G --flags sparse
P = alloc_pages 4
vm_area_map_pages s s+2G..s+2G+16K P
read s+2G+4K 1
SCRIPT
vmemctl --image walk.img walk s+2G+5K --format svg >"$folder/walk.svg"

# The same machine a few lines later.
vmemctl --image walk.img snapshot before.img >work.log
vmemctl run --quiet --image walk.img - >work.log <<SCRIPT
vm_area_unmap_pages s s+2G+8K..s+2G+16K
t = vmalloc 64K
u = ioremap 0xfed00000 4K
SCRIPT
vmemctl diff before.img walk.img --format svg >"$folder/diff.svg"

# The tables of the machine in the article "Ten minutes".
vmemctl run --quiet - >"$folder/tables.svg" <<SCRIPT
s = get_vm_area 4M --flags sparse
P = alloc_pages 2
vm_area_map_pages s s+2M..+4K P[1]
write s+2M+0x123 text:here
page_tables --range s..s+4M --format svg
SCRIPT
echo "map.svg file.svg walk.svg diff.svg tables.svg"
