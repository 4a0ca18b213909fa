#!/usr/bin/env python3
"""Run recorded arena operations through vmemctl and compare every answer with the kernel's.

usage: arena_truth.py VMEMCTL FOLDER [NAME...]     FOLDER holds NAME.ops and NAME.expected
       arena_truth.py --script FILE.ops            only print the vmemctl script
Exit 0 when all files agree.
"""
import os, re, subprocess, sys, tempfile

PLAIN = {'purge': 'vm_unmap_aliases', 'sum': 'vmap_state --sum', 'free': 'free_vm_area {1}',
         'alloc': '{1} = get_vm_area {2}', 'adestroy': 'arena_free {1}',
         'areserve': 'arena_reserve_pages {1} {2} {3}', 'afault': 'arena_fault {1} {2} --as user',
         'aunmapped': 'arena_unmapped_area {1} {2} {3} {4}'}


def convert(line):
    """The lines for an operation; one of them prints its answer, `end` ends that of a dump."""
    w = line.split()
    op, options = w[0], dict(x.split('=', 1) for x in w[1:] if '=' in x)
    if op == 'arena':
        s = f'{w[1]} = arena_create {w[2]}'
        if 'map_extra' in options: s += f" --map-extra {options['map_extra']}"
        if 'segv' in w: s += ' --flags segv_on_fault'
    elif op == 'ammap':
        # An address space maps it, which decides where the arena is, and leaves it again.
        return [f'arena_mmap {w[1]} {w[3]} --at {w[2]} --mm m', f'@arena_munmap {w[1]} --mm m']
    elif op == 'aalloc':
        s = f'arena_alloc_pages {w[1]} {w[2]}' + (f" --at {options['addr']}" if 'addr' in options else '')
    elif op == 'afree':
        s = f'arena_free_pages {w[1]} {w[2]} {w[3]}'
    elif op == 'adump':
        return [f'arena_info {w[1]}', 'echo end']
    else:
        s = PLAIN[op].format(*w)
    return ['@context atomic', s, '@context process'] if 'nosleep' in w else [s]


def script(lines):
    cpus, out = 1, []
    for line in lines:
        if line.startswith('#'):
            m = re.search(r'\bcpus=(\d+)', line)
            if m: cpus = int(m[1])
        elif line.strip():
            out += convert(line)
    return [f'boot --kernel 7.0 --cpus {cpus} --memory 2G', '@m = mm_create'] + out


def answers(lines, output):
    """What vmemctl printed, in the form of the recording."""
    output, result = iter(output), []
    for line in lines:
        if line.startswith('#') or not line.strip():
            continue
        answer = next(output, '(nothing)')
        if line.startswith('ammap') and answer.startswith('0x'):
            answer = '0'
        if not line.startswith('adump'):
            result.append(answer)
            continue
        f = dict(x.split('=') for x in (answer + ' ' + next(output, '')).split() if '=' in x)
        while (answer := next(output, 'end')) != 'end':
            result.append(answer)
        keys = ('slots', 'ranges', 'user_vm_start', 'user_vm_end', 'kern_vm')
        result += [' '.join(f'{k}={f.get(k)}' for k in keys), 'end']
    return result + list(output)


def same(a, b):
    if a.startswith('0x') and b.startswith('0x'):
        return int(a, 16) == int(b, 16)
    return a == b


def compare(vmemctl, stem):
    ops, want = open(stem + '.ops').read().splitlines(), open(stem + '.expected').read().splitlines()
    with tempfile.NamedTemporaryFile('w', suffix='.vmem') as f:
        f.write('\n'.join(script(ops)) + '\n'); f.flush()
        p = subprocess.run([vmemctl, 'run', '--keep-going', f.name], capture_output=True, text=True, timeout=600)
    got = answers(ops, p.stdout.splitlines())
    for i in range(max(len(got), len(want))):
        a, b = got[i] if i < len(got) else '(nothing)', want[i] if i < len(want) else '(nothing)'
        if not same(a, b):
            return f'answer {i + 1}: {a!r}, kernel {b!r}'
    return ''


def main(argv):
    if argv[:1] == ['--script']:
        print('\n'.join(script(open(argv[1]).read().splitlines()))); return 0
    if len(argv) < 2:
        print(__doc__.strip(), file=sys.stderr); return 64
    vmemctl, folder = argv[:2]
    names = argv[2:] or sorted(f[:-4] for f in os.listdir(folder) if f.endswith('.ops'))
    bad = 0
    for n in names:
        try: why = compare(vmemctl, os.path.join(folder, n))
        except subprocess.TimeoutExpired: why = 'no answer in 600 s'
        if why: bad += 1; print(f'{n}: {why}')
    print(f'{len(names) - bad} of {len(names)} operation files equal to the kernel')
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
