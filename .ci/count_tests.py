#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts the single test cases of one `bazel test` from its build events and each test.xml.

Failed: a failed case, a target without result, a target that failed though all its cases passed (a
leak found at exit, a crash), a result from Bazel's cache, a skipped case that is not expected to be.
"""

import argparse
import fnmatch
import json
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree


class Count:
    """What was found, and a sentence for each thing that a person wants to see."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.notes = []

    def fail(self, text):
        self.failed += 1
        self.notes.append('failed: ' + text)


class Skips:
    """Which skipped cases are fine: lines `JOB TARGET SUITE.TEST`, each field a pattern."""

    def __init__(self, path, job, tests_of_absent_vectors):
        self.job = job
        self.tests_of_absent_vectors = tests_of_absent_vectors
        with open(path, encoding='utf-8') as lines:
            self.patterns = [line.split('#')[0].split() for line in lines]
        self.patterns = [pattern for pattern in self.patterns if pattern]
        for pattern in self.patterns:
            if len(pattern) != 3:
                sys.exit(f'{path}: not `JOB TARGET SUITE.TEST`: {" ".join(pattern)}')

    def expected(self, target, case):
        if target in self.tests_of_absent_vectors:
            return True
        fields = (self.job, target, case)
        return any(all(map(fnmatch.fnmatchcase, fields, pattern)) for pattern in self.patterns)


def count_case(case, target, skips, count):
    name = f'{case.get("classname", "")}.{case.get("name", "")}'.strip('.')
    if case.find('failure') is not None or case.find('error') is not None:
        count.fail(f'{target} {name}')
        return
    skipped = case.find('skipped')
    # gtest says `notrun` of a disabled test.
    if skipped is None and case.get('result') != 'skipped' and case.get('status') != 'notrun':
        count.passed += 1
    elif skips.expected(target, name):
        count.skipped += 1
    else:
        why = (skipped.get('message') or skipped.text or '') if skipped is not None else 'disabled'
        count.fail(f'{target} {name} was skipped and is not in expected_skips.txt: {" ".join(why.split())}')


def count_result(target, result, skips, count):
    """One run of one target (of one shard)."""
    before = count.failed
    if result.get('cachedLocally') or result.get('executionInfo', {}).get('cachedRemotely'):
        count.fail(f'{target}: a cached result, not a run')
    for output in result.get('testActionOutput', []):
        if output['name'] != 'test.xml':
            continue
        path = urllib.parse.unquote(urllib.parse.urlparse(output['uri']).path)
        try:
            for case in ElementTree.parse(path).iter('testcase'):
                count_case(case, target, skips, count)
        except (OSError, ElementTree.ParseError) as error:
            count.fail(f'{target}: {error}')
    if result['status'] != 'PASSED' and count.failed == before:
        count.fail(f'{target}: {result["status"]}')


def count_events(events, skips):
    count = Count()
    expected, seen = set(), set()
    for line in events:
        event = json.loads(line)
        identity = event.get('id', {})
        if 'testSize' in event.get('configured', {}):
            expected.add(identity['targetConfigured']['label'])
        if 'testResult' in event:
            target = identity['testResult']['label']
            seen.add(target)
            count_result(target, event['testResult'], skips, count)
    for target in sorted(expected - seen):
        count.fail(f'{target} has no result: it did not build, or did not run')
    return count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--job', required=True)
    parser.add_argument('--may-skip', help='file: targets whose published vectors are absent')
    parser.add_argument('--expected-skips', required=True)
    parser.add_argument('--counts', required=True, help='file to write: passed failed skipped')
    parser.add_argument('--notes', required=True, help='file to write: sentences')
    parser.add_argument('events', help='what bazel wrote to --build_event_json_file')
    arguments = parser.parse_args()
    absent = []
    if arguments.may_skip:
        with open(arguments.may_skip, encoding='utf-8') as lines:
            absent = lines.read().split()
    skips = Skips(arguments.expected_skips, arguments.job, absent)
    with open(arguments.events, encoding='utf-8') as events:
        count = count_events(events, skips)
    with open(arguments.counts, 'w', encoding='utf-8') as out:
        print(count.passed, count.failed, count.skipped, file=out)
    with open(arguments.notes, 'w', encoding='utf-8') as out:
        out.writelines(note + '\n' for note in count.notes)
    return 1 if count.failed else 0


if __name__ == '__main__':
    sys.exit(main())
