#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What holds for each source by itself: layers, pure folders, licence line, no paths of a machine.

    check_sources.py FILE      checks the workspace in which FILE is (a link is followed)

As a test it is given the runfile of WORKSPACE, which is a link into the real workspace: so it sees
files that no target names, which a filegroup for each package would not.
"""

import pathlib
import re
import sys

# Whom each folder may include: itself and what is below. `record` and `x509` do not know each other,
# and nothing sees fuzz and bench.
MAY_INCLUDE = {
    'crypto': {'crypto'},
    'x509': {'x509', 'crypto'},
    'record': {'record', 'crypto'},
    'tls': {'tls', 'record', 'x509', 'crypto'},
    'io_adapters': {'io_adapters', 'tls', 'record', 'x509', 'crypto'},
}
LAYERS = set(MAY_INCLUDE) | {'fuzz', 'bench'}

# The engine, which does no I/O. Tests, testing/ and the shim of BoringSSL's runner are programs.
PURE = {'x509', 'record', 'tls'}
IMPURE_HEADER = re.compile(
    r'''sys/.* | netinet/.* | arpa/.* | net/.* | linux/.* | netdb\.h | poll\.h | ifaddrs\.h   # sockets
      | unistd\.h | fcntl\.h | dirent\.h | termios\.h | pty\.h | filesystem               # files
      | c?stdio(\.h)? | iostream | [iof]stream | sstream | iomanip | streambuf | strstream # streams
      | iosfwd | ios | istream | ostream | syncstream | spanstream | print | locale
      | c?time(\.h)? | chrono | absl/time/.*                                            # clocks
      | thread | (shared_)?mutex | condition_variable | future | semaphore | latch | barrier
      | stop_token | pthread\.h | threads\.h | absl/synchronization/.*                  # threads
      | c?signal(\.h)? | c?setjmp(\.h)? | random | absl/random/.* | absl/log/.*         # the rest''',
    re.X)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
CONDITION = re.compile(r'^\s*#\s*(?:if|ifdef|ifndef|elif)\b(.*)$', re.M)
IDENTIFIER = re.compile(r'\b[A-Za-z_]\w*')
CPU = re.compile(r'__(x86_64|amd64|i386|aarch64|arm|thumb|ARM|AES|SSE|AVX|BMI|ADX|SHA|PCLMUL|V?AES|GFNI)')
# Spans that throw where the range is wrong: on a device nothing is linked that throws.
THROWING_SPAN = re.compile(r'\.(subspan|first|last)\(\s*[^)\s]')
# Folders of one machine do not belong into a source.
MACHINE_PATH = re.compile(r'(?<![\w./])/(?:work|tmp|root|home)(?:/|\b(?!-))')

CPP = {'.cc', '.h', '.c', '.S'}
SCRIPT = {'.bzl', '.py', '.sh'}


def is_program(path):
    """Tests and programs inside of the engine's folders."""
    return path.endswith('_test.cc') or '/testing/' in path or path.startswith('tls/bogo/')


def check_includes(path, text):
    folder = path.split('/')[0]
    for match in INCLUDE.finditer(text):
        header = match[2]
        top = header.split('/')[0]
        if header.startswith('.'):
            yield f'{header}: an include is written from the root of the workspace'
        if folder in MAY_INCLUDE and top in LAYERS and top not in MAY_INCLUDE[folder]:
            if not path.startswith('tls/bogo/') or top in ('fuzz', 'bench'):
                yield f'{header}: {folder} may not see {top}'
        if folder in PURE and not is_program(path) and IMPURE_HEADER.fullmatch(header):
            yield f'<{header}>: the engine has no sockets, files, clocks, threads, streams'


def check_conditions(path, text):
    """A condition may ask the compiler for what it is; features are targets, drivers, values."""
    for match in CONDITION.finditer(text):
        names = set(IDENTIFIER.findall(match[1].split('//')[0])) - {'defined'}
        for name in sorted(names):
            # LEGAL: the twin that compiles, of a source that must not (bazel/must_not_compile.bzl).
            if name != 'LEGAL' and not name.startswith('__') and not names & {'__has_feature'}:
                yield f'#if on {name}: a feature is a target, a driver or a value of configuration'
            if CPU.match(name) and not path.startswith('crypto/drivers/'):
                yield f'#if on {name}: conditions on the CPU are in crypto/drivers alone'


def check_source(path, text):
    """Sentences about the file `path` (from the root of the workspace) with the contents `text`."""
    suffix = pathlib.PurePosixPath(path).suffix
    if suffix != '.md' and 'SPDX-License-Identifier: Apache-2.0' not in ''.join(text.splitlines(keepends=True)[:3]):
        yield 'no SPDX line at its head'
    for match in MACHINE_PATH.finditer(text):
        yield f'{match[0]}: a path of one machine'
    if suffix in CPP:
        yield from check_includes(path, text)
        yield from check_conditions(path, text)
        if path.split('/')[0] in PURE | {'crypto'} and not is_program(path):
            for match in THROWING_SPAN.finditer(text):
                yield f'{match[1]}: the engine takes Slice, which traps'
        if re.search(r'\b__int128\b', text) and not path.startswith('crypto/base/wide_multiply'):
            yield '__int128: only crypto/base/wide_multiply.h knows it'


def is_source(path):
    if 'testdata' in path.parts or 'corpora' in path.parts:
        return False
    return (path.suffix in CPP | SCRIPT | {'.md'} or path.name in ('BUILD', 'WORKSPACE', 'MODULE.bazel', 'bazelw')
            or path.parts[0] == '.ci' and path.suffix == '')


def sources(root):
    """All sources below `root`; links, which Bazel makes, are not followed."""
    top_level = LAYERS | {'bazel', 'docs', '.ci'}
    for entry in sorted(root.iterdir()):
        found = [entry] if entry.is_file() else []
        if entry.name in top_level:
            found = sorted(entry.rglob('*'))
        for path in found:
            if not path.is_symlink() and path.is_file() and is_source(path.relative_to(root)):
                yield path


def main():
    root = pathlib.Path(sys.argv[1]).resolve().parent
    count = violations = 0
    for path in sources(root):
        count += 1
        name = path.relative_to(root).as_posix()
        for violation in check_source(name, path.read_text(encoding='utf-8')):
            violations += 1
            print(f'{name}: {violation}')
    print(f'{count} sources, {violations} violations')
    # Whoever runs this on an empty folder looks at the wrong one.
    return 1 if violations or count == 0 else 0


if __name__ == '__main__':
    sys.exit(main())
