#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the largest stack frame among the functions that a program for the device holds.

    largest_frame.py PROGRAM FOLDER      FOLDER: where the .su files of -fstack-usage are

Functions are matched by name without arguments and template arguments, so a template counts with its
largest instance.
"""

import pathlib
import re
import subprocess
import sys


def base_name(signature):
    """`T<X> ns::f<Y>(args) const [with ...]` -> `ns::f`."""
    signature = signature.split(' [with ')[0].replace('(anonymous namespace)', '{anonymous}')
    while True:
        shorter = re.sub(r'<[^<>]*>', '', signature)
        if shorter == signature:
            break
        signature = shorter
    return signature.split('(')[0].split(' ')[-1]


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    symbols = subprocess.run(['arm-none-eabi-nm', '-C', program], check=True, text=True,
                             stdout=subprocess.PIPE).stdout.splitlines()
    linked = {base_name(line.split(' ', 2)[2]) for line in symbols if line[9:10] in 'tTwW'}
    frames = []
    for file in folder.rglob('*.su'):
        for line in file.read_text(encoding='utf-8').splitlines():
            place, size, _ = line.split('\t')
            name = base_name(place.split(':', 3)[3])
            if name in linked:
                frames.append((int(size), name))
    size, name = max(frames)
    print(f'largest stack frame: {size} bytes, {name}')


if __name__ == '__main__':
    main()
