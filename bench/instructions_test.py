#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Instructions that the engine executes, counted by callgrind, stay below ceilings.

    instructions_test.py PROGRAM CEILINGS            compares, fails above
    instructions_test.py PROGRAM CEILINGS --measure  prints ceilings anew: what was measured and 5 %

Counts what PROGRAM (bench/instructions.cc) does inside of Counted(), in its own code alone: what the
C library's copying takes depends on the CPU.
"""

import os
import re
import subprocess
import sys
import tempfile

MARGIN = 1.05


def own_instructions(lines, program):
    """The self cost of all functions of `program` in a file of callgrind."""
    names = {}
    objects = total = 0
    own = after_call = False
    for line in lines:
        if match := re.match(r'ob=\((\d+)\)(?: (.*))?$', line):
            if match[2]:
                names[match[1]] = match[2]
            own = os.path.realpath(names[match[1]]) == program
            objects += own
        elif match := re.match(r'cob=\((\d+)\) (.*)$', line):
            names[match[1]] = match[2]
        elif line.startswith('calls='):
            after_call = True  # the next line is what the callee took
        elif match := re.match(r'(?:[+-]?\d+|0x[0-9a-f]+|\*) (\d+)$', line):
            if own and not after_call:
                total += int(match[1])
            after_call = False
    if not objects:
        raise SystemExit(f'callgrind names no {program}')
    return total


def measure(program, name):
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, 'out')
        done = subprocess.run(
            ['valgrind', '--tool=callgrind', f'--callgrind-out-file={out}',
             '--toggle-collect=*merlon::bench::Counted*', program, name],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise SystemExit(f'{name}: valgrind failed\n{done.stdout}')
        with open(out, encoding='utf-8') as file:
            return own_instructions(file.read().splitlines(), program)


def main():
    program = os.path.realpath(sys.argv[1])
    ceilings = {}
    with open(sys.argv[2], encoding='utf-8') as file:
        comments = []
        for line in file:
            if line.startswith('#'):
                comments.append(line.rstrip())
            elif line.strip():
                name, ceiling = line.split()
                ceilings[name] = int(ceiling)
    names = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    counts = {name: measure(program, name) for name in names}
    if '--measure' in sys.argv:
        print('\n'.join(comments))
        for name, count in counts.items():
            print(f'{name} {int(count * MARGIN)}')
        return 0
    failures = []
    if set(ceilings) != set(names):
        failures.append(f'ceilings without a measurement, or the other way round: '
                        f'{sorted(set(ceilings) ^ set(names))}')
    print(f'{"":26}{"counted":>9}{"ceiling":>9}')
    for name, count in counts.items():
        ceiling = ceilings.get(name, 0)
        print(f'{name:26}{count:9}{ceiling:9}')
        if count > ceiling:
            failures.append(f'{name}: {count} instructions, above {ceiling}')
        if count < ceiling / MARGIN / MARGIN:
            print(f'{name}: far below; lower its ceiling')
    for failure in failures:
        print(failure)
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
