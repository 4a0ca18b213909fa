#!/usr/bin/env bash
# Why an ioremap leaves a hole of its own size behind.
# After the report that made Linux 4.13 show unpurged areas in /proc/vmallocinfo. The file is made up.
# VMEMCTL names the program (default: vmemctl).
set -euo pipefail
file=$(cd "$(dirname "$0")" && pwd)/why-not-there.txt
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
cd "$temporary"
vmemctl() { command "${VMEMCTL:-vmemctl}" "$@"; }

echo "# The largest holes. The second and third are large, and something stands between them:"
vmemctl holes --top 3 --file "$file"

echo "# With everything purged they are one, of more than 64 MiB:"
vmemctl holes --top 2 --purged --file "$file"

echo "# Another one comes behind the first: 64 MiB, aligned, and a guard page do not fit before it."
vmemctl fit 64M --flags ioremap --file "$file"
vmemctl fit 64M --flags ioremap --range 0xffffa28040000000..0xffffa28048000000 --file "$file" 2>&1 || true
echo "# An ioremap that is one page smaller would, but a kernel asks for a hole with room to align:"
vmemctl fit 67104768 --flags ioremap --range 0xffffa28040000000..0xffffa28048000000 --file "$file" 2>&1 || true

# A what-if: the machine of that file, on which every verb works.
echo "# The machine of the file has so many areas:"
export VMEMCTL_IMAGE=$PWD/vmem.img
vmemctl import_vmallocinfo "$file" 2>import.log
echo "# After a purge the next ioremap of 64 MiB still comes behind the first:"
vmemctl vm_unmap_aliases
vmemctl fit 64M --flags ioremap
echo "# Where the first would be if nothing had waited when it was made:"
vmemctl iounmap 0xffffa28048000000
vmemctl vm_unmap_aliases
vmemctl fit 64M --flags ioremap
