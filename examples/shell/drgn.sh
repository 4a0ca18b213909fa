#!/usr/bin/env bash
# A vmcore, read with drgn.
# Areas and the pages behind them, tasks, memory of a program, the log.
# Nothing needs root or a kernel; drgn comes with `pip install drgn`.
#
#   examples/shell/drgn.sh            uses the vmemctl in PATH, or $VMEMCTL, and python3, or $PYTHON
set -euo pipefail
vmemctl=${VMEMCTL:-vmemctl}
python=${PYTHON:-python3}
if ! "$python" -c 'import drgn' 2>/dev/null; then
  echo 'skipped: drgn not installed'
  exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$vmemctl" run --quiet - <<SCRIPT
boot --memory 64M --kernel 7.2 --cpus 2
v = vmalloc 16K
write v+4K text:hello
s = get_vm_area 64K --flags sparse
P = alloc_pages 1
vm_area_map_pages s s..+4K P
mm = mm_create
task worker --mm mm
heap = mmap mm 16K --at 0x555555560000
write heap text:from-a-program
vmcore $folder/vmcore --vmlinux $folder/vmlinux
SCRIPT

"$python" - "$folder/vmcore" "$folder/vmlinux" <<'PYTHON'
import sys
import drgn
from drgn.helpers.linux import (
    access_remote_vm, find_task, for_each_task, for_each_vma, for_each_vmap_area, get_dmesg,
    vmalloc_to_pfn)

prog = drgn.Program()
prog.set_core_dump(sys.argv[1])
prog.load_debug_info([sys.argv[2]])
for area in sorted(for_each_vmap_area(prog), key=lambda area: area.va_start.value_()):
    start, end = area.va_start.value_(), area.va_end.value_()
    print(f"{start:#x}-{end:#x} pages={area.vm.nr_pages.value_()} flags={area.vm.flags.value_():#x}")
first = min(area.va_start.value_() for area in for_each_vmap_area(prog))
print("frame behind", hex(first), "is", vmalloc_to_pfn(prog, first).value_())
print("its second page begins with", prog.read(first + 4096, 5))
print("tasks:", [(task.pid.value_(), task.comm.string_()) for task in for_each_task(prog)])
worker = find_task(prog, 2)
for vma in for_each_vma(worker.mm):
    print(f"worker has {vma.vm_start.value_():#x}-{vma.vm_end.value_():#x}:",
          access_remote_vm(worker.mm, vma.vm_start, 14))
print(get_dmesg(prog).decode(), end="")
PYTHON
