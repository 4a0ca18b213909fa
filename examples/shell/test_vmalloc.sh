#!/usr/bin/env bash
# The kernel's own tests of vmalloc, as a measure of what a policy costs.
# These are the tests of lib/test_vmalloc.c. Times are calls and cycles are steps of work (`vmemctl help
# test_vmalloc`), so they are the same everywhere.
# VMEMCTL names the program (default: vmemctl).
set -euo pipefail
vmemctl() { command "${VMEMCTL:-vmemctl}" "$@"; }

# run BOOT-OPTIONS PARAMETERS: runs the tests on a fresh machine.
run() { printf 'boot %s\ntest_vmalloc %s\n' "$1" "$2" | vmemctl run -; }
# cycles BOOT-OPTIONS PARAMETERS: the cycles of the first worker.
cycles() { run "$1" "$2" | sed -n 's/^All test took worker0=//p'; }

echo "# Two tests, two workers on two CPUs:"
run "--cpus 2" "run_test_mask=9 nr_threads=2 test_loop_count=100"

# full_fit_alloc_test cuts the free addresses into thousands of holes, and allocates what fits them.
# 6.1 looks each time through one tree of holes; 6.12 has a node with pools of freed sizes for each
# CPU, where there are two or more.
echo "# One tree against pools:"
for cpus in 1 2; do
  for kernel in 6.1 6.12; do
    echo "cpus $cpus, kernel $kernel: $(cycles "--cpus $cpus --kernel $kernel" "run_test_mask=2 test_loop_count=10000")"
  done
done

# The same 2 MiB as 512 entries, and as one.
echo "# Small leaves against large ones:"
for huge in 0 1; do
  echo "use_huge=$huge: $(cycles "" "run_test_mask=1 nr_pages=512 use_huge=$huge test_loop_count=100")"
done
