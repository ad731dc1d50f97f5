#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of BoringSSL's runner that passed once pass for good: no name gets lost.

    runner_names.py                        checks the files of this folder with each other, with
                                           docs/conformance.md, and with what git has of passing.txt
    runner_names.py RESULTS.json           compares what the runner's -json-output says with
                                           passing.txt, and fails naming each test that is lost
    runner_names.py RESULTS.json --update  and writes passing.txt anew, and the numbers in the
                                           document: only if none is lost
    ... --causes=LINES                     and sorts what is not implemented by cause: LINES is what
                                           the shim wrote in that run, causes.json has the causes

The runner itself is fetched and never committed, so CI cannot run it; the first form is what CI
does. A name may leave passing.txt only with a line `NAME  # reason` in withdrawn.txt.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys

FOLDER = 'tls/bogo'
DOCUMENT = 'docs/conformance.md'
AREAS = ['TLS over streams', 'DTLS', 'QUIC', 'Total']
COLUMNS = ['passed', 'failed', 'disabled', 'not implemented', 'all']
ROW = re.compile(r'^\| (%s) \|((?: [\d,]+ \|){5})$' % '|'.join(AREAS), re.M)
CAUSE = re.compile(r'^\| ([^|]+) \| ([\d,]+) \|$', re.M)
CAUSES_BEGIN, CAUSES_END = '<!-- causes -->\n', '<!-- end of causes -->\n'
TLS12 = re.compile(r'([\d,]+)\s+of\s+them\s+name\s+TLS\s+1\.2\s+or\s+DTLS\s+1\.2')


def area_of(name):
    return 'DTLS' if 'DTLS' in name else 'QUIC' if 'QUIC' in name else 'TLS over streams'


def pattern(text):
    """A pattern of the runner's configuration, as Go's filepath.Match reads it."""
    if set(text) & set('[]\\'):
        raise ValueError(f'{text}: only * and ? are understood in patterns')
    parts = {'*': '[^/]*', '?': '[^/]'}
    return re.compile(''.join(parts.get(c) or re.escape(c) for c in text))


def disabled_by(names, patterns):
    """Each of `names` that a pattern disables, with the first that does."""
    compiled = [(text, pattern(text)) for text in patterns]
    for name in names:
        for text, regex in compiled:
            if regex.fullmatch(name):
                yield name, text
                break


def read_lines(path):
    return path.read_text(encoding='utf-8').splitlines()


def read_withdrawn(path):
    """Names and reasons; a line that is neither empty, nor a comment, nor both is an error."""
    withdrawn = {}
    for line in read_lines(path):
        if not line or line.startswith('#'):
            continue
        name, _, reason = (part.strip() for part in line.partition('#'))
        if not reason or not name or ' ' in name or name in withdrawn:
            raise ValueError(f'withdrawn.txt: not `NAME  # reason`, once: {line}')
        withdrawn[name] = reason
    return withdrawn


def counts_of(areas):
    """Names of areas in a Counter or list, with their sum under Total."""
    counts = collections.Counter(areas)
    counts['Total'] = sum(counts.values())
    return counts


def read_row(cells):
    return [int(cell.replace(',', '')) for cell in re.findall(r'[\d,]+', cells)]


def check_document(text, passing):
    """The numbers of the document: with passing.txt, and with each other."""
    rows = {area: read_row(cells) for area, cells in ROW.findall(text)}
    if sorted(rows) != sorted(AREAS):
        yield f'{DOCUMENT}: no table with rows {", ".join(AREAS)}'
        return
    counted = counts_of(area_of(name) for name in passing)
    for area, row in rows.items():
        if row[0] != counted[area]:
            yield f'{DOCUMENT}: {area}: {row[0]} passed, but passing.txt has {counted[area]}'
        if sum(row[:-1]) != row[-1]:
            yield f'{DOCUMENT}: {area}: {" + ".join(map(str, row[:-1]))} is not {row[-1]}'
    for index, column in enumerate(COLUMNS):
        total = sum(rows[area][index] for area in AREAS[:-1])
        if rows['Total'][index] != total:
            yield f'{DOCUMENT}: {column}: the total is {total}, not {rows["Total"][index]}'
    all_tests = f'{rows["Total"][-1]:,} tests'
    if all_tests not in text:
        yield f'{DOCUMENT}: does not say "{all_tests}", as its table does'
    named = sum('TLS12' in name for name in passing)
    said = TLS12.search(text)
    if not said or int(said[1].replace(',', '')) != named:
        yield f'{DOCUMENT}: {named} names of passing.txt have TLS12 in them, it says otherwise'


def causes_of(lines, causes):
    """How many lines of the shim each cause has, most first. A line of none or of two is an error."""
    compiled = [(cause, pattern(text)) for cause, texts in causes.items() for text in texts]
    counts = collections.Counter()
    for line in lines:
        found = {cause for cause, regex in compiled if regex.fullmatch(line)}
        if len(found) != 1:
            raise ValueError(f'causes.json: {len(found)} causes for: {line}')
        counts.update(found)
    return counts


def table_of_causes(counts):
    rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return '| Cause | Tests |\n|-------|------:|\n' + ''.join(f'| {cause} | {n:,} |\n' for cause, n in rows)


def section_of_causes(text):
    """What stands in the document between the two marks: begin and end of it; None: no marks."""
    begin, end = text.find(CAUSES_BEGIN), text.find(CAUSES_END)
    return (begin + len(CAUSES_BEGIN), end) if 0 <= begin < end else None


def check_causes(text, causes, not_implemented):
    """The document's table of causes: with causes.json, and with the number of such tests."""
    section = section_of_causes(text)
    if section is None:
        yield f'{DOCUMENT}: no table of causes'
        return
    total = 0
    for cause, cell in CAUSE.findall(text[section[0]:section[1]]):
        if cause in causes:
            total += int(cell.replace(',', ''))
        elif cause != 'Cause':
            yield f'{DOCUMENT}: not in causes.json: {cause}'
    if total != not_implemented:
        yield f'{DOCUMENT}: causes of {total} tests, but {not_implemented} are not implemented'


def check_files(passing, withdrawn, patterns, document):
    if not passing:
        yield 'passing.txt: empty'
    for before, after in zip(passing, passing[1:]):
        if before == after:
            yield f'passing.txt: twice: {after}'
        elif before > after:
            yield f'passing.txt: not sorted: {after} behind {before}'
    for name in passing:
        if not re.fullmatch(r'[\w+.-]+', name):
            yield f'passing.txt: not a name: {name!r}'
        if name in withdrawn:
            yield f'withdrawn.txt: passes: {name}'
    for name, text in disabled_by(passing, patterns):
        yield f'config.json: {text} disables what passes: {name}'
    yield from check_document(document, passing)


def git(root, *arguments):
    # Whoever owns the checkout: only reads.
    return subprocess.run(['git', '-c', 'safe.directory=*', '-C', root, *arguments], check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding='utf-8').stdout


def earlier_names(root):
    """Names in any version of passing.txt that git has, merged branches included; None: no git."""
    path = f'{FOLDER}/passing.txt'
    try:
        git(root, 'rev-parse', '--verify', 'HEAD')
    except (OSError, subprocess.CalledProcessError):
        return None
    names = set()
    for commit in git(root, 'rev-list', '--full-history', 'HEAD', '--', path).split():
        # Without it: a commit that removed the file.
        if git(root, 'ls-tree', commit, '--', path):
            names.update(git(root, 'show', f'{commit}:{path}').split())
    return names


def check_tree(root):
    """What is wrong in the tree at `root`, and whether there was history to compare with."""
    folder = root / FOLDER
    passing = read_lines(folder / 'passing.txt')
    withdrawn = read_withdrawn(folder / 'withdrawn.txt')
    config = json.loads((folder / 'config.json').read_text(encoding='utf-8'))
    document = (root / DOCUMENT).read_text(encoding='utf-8')
    problems = list(check_files(passing, withdrawn, config['DisabledTests'], document))
    rows = dict(ROW.findall(document))
    if 'Total' in rows:
        causes = json.loads((folder / 'causes.json').read_text(encoding='utf-8'))
        problems += check_causes(document, causes, read_row(rows['Total'])[3])
    earlier = earlier_names(root)
    for name in sorted((earlier or set()) - set(passing) - set(withdrawn)):
        problems.append(f'passing.txt: passed once, is gone, and withdrawn.txt does not say why: {name}')
    return problems, earlier is not None


def sort_results(results):
    """Columns with the names of each, of what the runner wrote: nothing of what is disabled."""
    if results.get('interrupted') or not results.get('tests'):
        raise ValueError('the run was interrupted, or of no test')
    columns = {column: set() for column in ['passed', 'failed', 'not implemented']}
    for name, test in results['tests'].items():
        column = {'PASS': 'passed', 'SKIP': 'not implemented'}.get(test['actual'], 'failed')
        columns[column].add(name)
    return columns


def compare(columns, passing, withdrawn, patterns):
    for name in sorted(columns['failed']):
        yield f'failed: {name}'
    lost = sorted(set(passing) - columns['passed'] - set(withdrawn) - columns['failed'])
    disabled = dict(disabled_by(lost, patterns))
    for name in lost:
        how = 'not implemented' if name in columns['not implemented'] else 'not run'
        how = f'disabled by {disabled[name]}' if name in disabled else how
        yield f'lost ({how}): {name}'


def written(document, columns, causes):
    """The document with the numbers of a run, and with its table of causes if there is one. How many
    tests there are at all it knows itself: what did not run is disabled."""
    counts = {column: counts_of(map(area_of, names)) for column, names in columns.items()}

    def row(match):
        area, size = match[1], read_row(match[2])[-1]
        ran = [counts[column][area] for column in ['passed', 'failed', 'not implemented']]
        if sum(ran) > size:
            raise ValueError(f'{DOCUMENT}: {area}: of {size} tests {sum(ran)} ran: another snapshot?')
        cells = ran[:2] + [size - sum(ran)] + [ran[2], size]
        return f'| {area} |' + ''.join(f' {cell:,} |' for cell in cells)

    named = sum('TLS12' in name for name in columns['passed'])
    document = ROW.sub(row, document)
    section = section_of_causes(document)
    if causes and section:
        document = document[:section[0]] + table_of_causes(causes) + document[section[1]:]
    return TLS12.sub(lambda match: match[0].replace(match[1], f'{named:,}', 1), document)


def check_run(root, results, update, lines):
    """What a run lost. `lines` is what the shim said of tests that are not implemented; None: unknown.
    With `update`, and nothing lost, the tree has it all afterwards."""
    folder = root / FOLDER
    passing = read_lines(folder / 'passing.txt')
    config = json.loads((folder / 'config.json').read_text(encoding='utf-8'))
    columns = sort_results(results)
    withdrawn = read_withdrawn(folder / 'withdrawn.txt')
    problems = list(compare(columns, passing, withdrawn, config['DisabledTests']))
    print(', '.join(f'{len(names)} {column}' for column, names in columns.items()))
    causes = None
    if lines is not None:
        causes = causes_of(lines, json.loads((folder / 'causes.json').read_text(encoding='utf-8')))
        if sum(causes.values()) != len(columns['not implemented']):
            problems.append(f'causes of {sum(causes.values())} tests: lines of another run?')
        print(table_of_causes(causes))
    for name in sorted(columns['passed'] - set(passing)):
        print(f'gained: {name}')
    if update and not problems:
        names = ''.join(f'{name}\n' for name in sorted(columns['passed']))
        (folder / 'passing.txt').write_text(names, encoding='utf-8')
        document = root / DOCUMENT
        document.write_text(written(document.read_text(encoding='utf-8'), columns, causes), encoding='utf-8')
    return problems


def main():
    arguments = sys.argv[1:]
    update = '--update' in arguments
    files = [argument for argument in arguments if not argument.startswith('--')]
    lines = [argument.partition('=')[2] for argument in arguments if argument.startswith('--causes=')]
    # Bazel runs a link to this file, which leads to the workspace that it stands in.
    root = pathlib.Path(__file__).resolve().parents[2]
    if files:
        results = json.loads(pathlib.Path(files[0]).read_text(encoding='utf-8'))
        problems = check_run(root, results, update, read_lines(pathlib.Path(lines[0])) if lines else None)
    else:
        problems, history = check_tree(root)
        if not history:
            print('no history here: names of earlier versions are not compared')
    for problem in problems:
        print(problem)
    print(f'{len(problems)} problems')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
