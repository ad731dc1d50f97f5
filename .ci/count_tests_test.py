#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""count_tests.py takes nothing for passed that was not seen to pass."""

import json
import pathlib
import tempfile
import unittest

import count_tests

TARGET = '//tls:config_test'
PASSED = '<testcase name="A" classname="S" status="run" result="completed"/>'
FAILED = '<testcase name="B" classname="S" status="run" result="completed"><failure/></testcase>'
SKIPPED = '<testcase name="C" classname="S" result="skipped"><skipped message="no peer"/></testcase>'
DISABLED = '<testcase name="DISABLED_D" classname="S" status="notrun" result="suppressed"/>'


class CountTest(unittest.TestCase):

    def count(self, cases, status='PASSED', expected_skips='', absent=(), **result):
        with tempfile.TemporaryDirectory() as folder:
            skips = pathlib.Path(folder, 'skips')
            skips.write_text(expected_skips, encoding='utf-8')
            events = [{'id': {'targetConfigured': {'label': TARGET}}, 'configured': {'testSize': 'SMALL'}}]
            if cases is not None:
                xml = pathlib.Path(folder, 'test.xml')
                xml.write_text(f'<testsuites><testsuite>{cases}</testsuite></testsuites>', encoding='utf-8')
                output = [{'name': 'test.xml', 'uri': xml.as_uri()}]
                events.append({'id': {'testResult': {'label': TARGET}},
                               'testResult': {'status': status, 'testActionOutput': output, **result}})
            found = count_tests.count_events(map(json.dumps, events),
                                             count_tests.Skips(skips, 'asan', absent))
            return found.passed, found.failed, found.skipped

    def test_counts_single_cases(self):
        self.assertEqual(self.count(PASSED + PASSED), (2, 0, 0))
        self.assertEqual(self.count(PASSED + FAILED, status='FAILED'), (1, 1, 0))

    def test_target_that_fails_though_its_cases_pass_is_failed(self):
        self.assertEqual(self.count(PASSED, status='FAILED'), (1, 1, 0))
        self.assertEqual(self.count(PASSED, status='TIMEOUT'), (1, 1, 0))

    def test_target_without_result_is_failed(self):
        self.assertEqual(self.count(None), (0, 1, 0))

    def test_cached_result_is_failed(self):
        self.assertEqual(self.count(PASSED, cachedLocally=True), (1, 1, 0))

    def test_skip_that_nobody_expects_is_failed(self):
        self.assertEqual(self.count(PASSED + SKIPPED), (1, 1, 0))
        self.assertEqual(self.count(PASSED + DISABLED), (1, 1, 0))

    def test_expected_skip_is_neither(self):
        for line in [f'asan {TARGET} S.C  # why', '* //tls:* S.*']:
            self.assertEqual(self.count(PASSED + SKIPPED, expected_skips=line), (1, 0, 1))
        for line in [f'tsan {TARGET} S.C', f'asan {TARGET} S.D', 'asan //tls:other S.C']:
            self.assertEqual(self.count(PASSED + SKIPPED, expected_skips=line), (1, 1, 0))

    def test_without_vectors_their_tests_may_skip(self):
        self.assertEqual(self.count(PASSED + SKIPPED, absent=[TARGET]), (1, 0, 1))
        self.assertEqual(self.count(PASSED + SKIPPED, absent=['//tls:other']), (1, 1, 0))


if __name__ == '__main__':
    unittest.main()
