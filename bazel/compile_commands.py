#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes compile_commands.json for editors and checkers from what Bazel would run.

    bazel/compile_commands.py [--output=FILE] [TARGETS...]      default: //...

Compiles nothing; generated headers are there only after a build of the same targets with
--config=clang, whose flags the commands have.
"""

import argparse
import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent


def compile_arguments(targets):
    """The argument list of each C++ compilation in `targets`."""
    query = f'mnemonic("CppCompile", set({" ".join(targets)}))'
    graph = subprocess.run(
        ['./bazelw', 'aquery', '--noshow_progress', '--config=clang', '--output=jsonproto', query],
        cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    return [action['arguments'] for action in json.loads(graph).get('actions', [])]


def entry(arguments):
    """One entry of the database; None for what is not a source of this workspace."""
    source = arguments[arguments.index('-c') + 1]
    if source.startswith(('external/', 'bazel-out/')) or not source.endswith('.cc'):
        return None
    # Tests start with precompiled headers (bazel/gtest), which they include themselves as well.
    if '-include' in arguments:
        at = arguments.index('-include')
        arguments = arguments[:at] + arguments[at + 2:]
    return {'directory': str(ROOT), 'file': source, 'arguments': arguments}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--output', default=str(ROOT / 'compile_commands.json'))
    parser.add_argument('targets', nargs='*', default=['//...'])
    options = parser.parse_args()
    # A source that two targets compile appears once.
    entries = {}
    for arguments in compile_arguments(options.targets):
        command = entry(arguments)
        if command:
            entries[command['file']] = command
    with open(options.output, 'w', encoding='utf-8') as out:
        json.dump([entries[file] for file in sorted(entries)], out, indent=1)


if __name__ == '__main__':
    main()
