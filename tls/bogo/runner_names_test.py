#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plants each loss that runner_names.py looks for, and what stands next to it and is fine."""

import contextlib
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import runner_names  # pylint: disable=wrong-import-position

PASSING = ['A-TLS12', 'B-DTLS-TLS12', 'C-QUIC-TLS13', 'D-TLS13']
DOCUMENT = '''A snapshot, 10 tests.

| Area | Passed | Failed | Disabled | Not implemented | All |
|------|-------:|-------:|---------:|----------------:|----:|
| TLS over streams | 2 | 0 | 1 | 1 | 4 |
| DTLS | 1 | 0 | 0 | 3 | 4 |
| QUIC | 1 | 0 | 0 | 1 | 2 |
| Total | 4 | 0 | 1 | 5 | 10 |

The names; 2 of
them name TLS 1.2 or DTLS 1.2.

<!-- causes -->
| Cause | Tests |
|-------|------:|
| too new | 4 |
| odd | 1 |
<!-- end of causes -->
'''
CAUSES = {'too new': ['-new-*', 'new'], 'odd': ['-odd'], 'unheard of': ['-unheard']}
# What such a run wrote: nothing of Off-1, which is disabled.
OUTCOMES = dict.fromkeys(PASSING, 'PASS') | dict.fromkeys(
    ['No', 'No-DTLS-1', 'No-DTLS-2', 'No-DTLS-3', 'No-QUIC'], 'SKIP')


class Tree:
    """A checkout with these files, in a repository of its own."""

    def __init__(self, root, history=True):
        self.root = pathlib.Path(root)
        self.history = history
        (self.root / 'tls/bogo').mkdir(parents=True)
        (self.root / 'docs').mkdir()
        if history:
            self.git('init', '--quiet', '--initial-branch=main')
        self.write('tls/bogo/withdrawn.txt', '# none\n')
        self.write('tls/bogo/config.json', json.dumps({'DisabledTests': {'Off-*': 'not built'}}))
        self.write('tls/bogo/causes.json', json.dumps(CAUSES))
        self.write('docs/conformance.md', DOCUMENT)
        self.pass_names(PASSING)

    def git(self, *arguments):
        identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false']
        subprocess.run(['git', '-C', self.root, *identity, *arguments], check=True, stdout=subprocess.DEVNULL)

    def write(self, path, text):
        (self.root / path).write_text(text, encoding='utf-8')

    def read(self, path):
        return (self.root / path).read_text(encoding='utf-8')

    def pass_names(self, names):
        self.write('tls/bogo/passing.txt', ''.join(f'{name}\n' for name in names))

    def commit(self):
        self.git('add', '.')
        self.git('commit', '--quiet', '--message', 'x')

    def problems(self):
        problems, history = runner_names.check_tree(self.root)
        assert history == self.history
        return problems


class RunnerNamesTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()  # pylint: disable=consider-using-with
        self.addCleanup(folder.cleanup)
        self.tree = Tree(folder.name)
        self.tree.commit()

    def run_with(self, outcomes, update=False, lines=None):
        results = {'interrupted': False, 'tests': {name: {'actual': how} for name, how in outcomes.items()}}
        with contextlib.redirect_stdout(io.StringIO()) as said:
            problems = runner_names.check_run(self.tree.root, results, update, lines)
        return problems, said.getvalue()

    def assert_one(self, *words):
        problems = self.tree.problems()
        self.assertEqual(len(problems), 1, problems)
        for word in words:
            self.assertIn(word, problems[0])

    # ---- The tree

    def test_a_tree_that_agrees_with_itself_is_fine(self):
        self.assertEqual(self.tree.problems(), [])

    def test_a_pattern_that_disables_what_passes_is_named(self):
        for text, name in [('B-*', 'B-DTLS-TLS12'), ('?-TLS13', 'D-TLS13'), ('A-TLS12', 'A-TLS12')]:
            self.tree.write('tls/bogo/config.json', json.dumps({'DisabledTests': {'Off-*': '', text: ''}}))
            self.assert_one(text, name)
        self.tree.write('tls/bogo/config.json', json.dumps({'DisabledTests': {'A-TLS1': '', 'a*': '', '*+': ''}}))
        self.assertEqual(self.tree.problems(), [])

    def test_patterns_that_are_not_understood_are_refused(self):
        self.tree.write('tls/bogo/config.json', json.dumps({'DisabledTests': {'[A]*': ''}}))
        self.assertRaises(ValueError, self.tree.problems)

    def test_order_and_repetition(self):
        self.tree.pass_names([PASSING[1], PASSING[0], *PASSING[2:]])
        self.assert_one('not sorted', 'A-TLS12')
        self.tree.pass_names([*PASSING, PASSING[-1]])
        self.assertTrue(any('twice' in problem for problem in self.tree.problems()))

    def test_numbers_of_the_document(self):
        for before, after, what in [
                ('| QUIC | 1 | 0 | 0 | 1 | 2 |', '| QUIC | 1 | 0 | 0 | 1 | 3 |', '1 + 0 + 0 + 1 is not 3'),
                ('| QUIC | 1 | 0 | 0 | 1 | 2 |', '| QUIC | 0 | 1 | 0 | 1 | 2 |', '0 passed, but'),
                ('| Total | 4 | 0 | 1 | 5 | 10 |', '| Total | 5 | 0 | 1 | 4 | 10 |', '5 passed, but'),
                ('| Total | 4 |', '| Sum | 4 |', 'no table'), ('10 tests', '11 tests', '10 tests'),
                ('2 of', '3 of', '2 names'), ('| odd | 1 |', '| odd | 2 |', 'causes of 6 tests, but 5'),
                ('| odd | 1 |', '| even | 1 |', 'not in causes.json: even'),
                ('<!-- causes', '<!-- c', 'no table of causes')]:
            self.tree.write('docs/conformance.md', DOCUMENT.replace(before, after))
            self.assertTrue(any(what in problem for problem in self.tree.problems()), what)

    def test_a_name_that_is_gone_is_missed(self):
        self.tree.pass_names(PASSING[:-1])
        self.tree.write('docs/conformance.md', DOCUMENT.replace('streams | 2 | 0 | 1 |', 'streams | 1 | 0 | 2 |')
                        .replace('Total | 4 | 0 | 1 |', 'Total | 3 | 0 | 2 |'))
        self.assert_one('D-TLS13', 'passed once')
        self.tree.commit()  # and after its commit
        self.assert_one('D-TLS13', 'passed once')
        self.tree.write('tls/bogo/withdrawn.txt', '# why\nD-TLS13  # the RFC changed\n')
        self.assertEqual(self.tree.problems(), [])

    def test_a_name_that_a_merge_loses_is_missed(self):
        self.tree.git('checkout', '--quiet', '-b', 'branch')
        self.tree.pass_names([*PASSING, 'E-TLS13'])
        self.tree.commit()
        self.tree.git('checkout', '--quiet', 'main')
        self.tree.git('merge', '--quiet', '--strategy=ours', '-m', 'x', 'branch')
        self.assert_one('E-TLS13', 'passed once')

    def test_without_history_the_rest_is_checked(self):
        with tempfile.TemporaryDirectory() as folder:
            tree = Tree(folder, history=False)
            self.assertEqual(tree.problems(), [])
            tree.pass_names(PASSING[:-1])
            self.assertEqual(len(tree.problems()), 2)  # the document's numbers

    def test_a_withdrawal_has_a_reason_and_does_not_pass(self):
        for line in ['D-TLS13', 'D-TLS13  #', '  # because', 'D TLS13  # because', 'F  # a\nF  # b']:
            self.tree.write('tls/bogo/withdrawn.txt', line + '\n')
            self.assertRaises(ValueError, self.tree.problems)
        self.tree.write('tls/bogo/withdrawn.txt', 'D-TLS13  # because\n')
        self.assert_one('withdrawn.txt', 'D-TLS13')

    # ---- Results of a run

    def test_a_run_like_the_one_before_loses_nothing(self):
        problems, said = self.run_with(OUTCOMES)
        self.assertEqual(problems, [])
        self.assertIn('4 passed, 0 failed, 5 not implemented', said)
        self.assertNotIn('gained', said)

    def test_names_each_lost_test(self):
        for how, said in [('FAIL', 'failed: A-TLS12'), ('CRASH', 'failed: A-TLS12'),
                          ('SKIP', 'lost (not implemented): A-TLS12')]:
            self.assertEqual(self.run_with(OUTCOMES | {'A-TLS12': how})[0], [said])
        less = {name: how for name, how in OUTCOMES.items() if name != 'A-TLS12'}
        self.assertEqual(self.run_with(less)[0], ['lost (not run): A-TLS12'])
        self.tree.write('tls/bogo/config.json', json.dumps({'DisabledTests': {'A-*': ''}}))
        self.assertEqual(self.run_with(less)[0], ['lost (disabled by A-*): A-TLS12'])

    def test_causes_of_what_is_not_implemented(self):
        lines = ['-odd', 'new', '-new-1', '-new-2', '-unheard']
        problems, said = self.run_with(OUTCOMES, update=True, lines=lines)
        self.assertEqual(problems, [])
        self.assertIn('| too new | 3 |\n| odd | 1 |\n| unheard of | 1 |\n', said)
        self.assertEqual(self.tree.problems(), [])
        self.assertIn('| unheard of | 1 |', self.tree.read('docs/conformance.md'))
        self.assertIn('causes of 4 tests', self.run_with(OUTCOMES, lines=lines[1:])[0][0])
        self.assertRaises(ValueError, self.run_with, OUTCOMES, lines=['-newer'] + lines[1:])
        self.tree.write('tls/bogo/causes.json', json.dumps(CAUSES | {'strange': ['-o*']}))
        self.assertRaises(ValueError, self.run_with, OUTCOMES, lines=lines)

    def test_a_new_test_that_fails_is_named(self):
        self.assertEqual(self.run_with(OUTCOMES | {'E': 'FAIL'})[0], ['failed: E'])

    def test_a_run_that_was_not_finished_says_nothing(self):
        self.assertRaises(ValueError, runner_names.sort_results, {'interrupted': True, 'tests': {'A': {}}})
        self.assertRaises(ValueError, runner_names.sort_results, {'tests': {}})

    def test_updates_names_and_numbers(self):
        problems, said = self.run_with(OUTCOMES | {'No-DTLS-1': 'PASS', 'Off-TLS12': 'PASS'}, update=True,
                                       lines=['new'] * 3 + ['-odd'])
        self.assertEqual(problems, [])
        self.assertIn('gained: No-DTLS-1\ngained: Off-TLS12\n', said)
        self.assertEqual(self.tree.read('tls/bogo/passing.txt').split(),
                         [*PASSING, 'No-DTLS-1', 'Off-TLS12'])
        document = self.tree.read('docs/conformance.md')
        for line in ['10 tests', '| DTLS | 2 | 0 | 0 | 2 | 4 |', '| Total | 6 | 0 | 0 | 4 | 10 |', '3 of\nthem']:
            self.assertIn(line, document)
        self.tree.write('tls/bogo/config.json', json.dumps({'DisabledTests': {}}))
        self.assertEqual(self.tree.problems(), [])

    def test_does_not_update_for_a_snapshot_that_the_document_does_not_know(self):
        more = OUTCOMES | dict.fromkeys(['E-QUIC', 'F-QUIC'], 'PASS')
        self.assertRaises(ValueError, self.run_with, more, True)

    def test_does_not_update_what_lost_something(self):
        self.assertEqual(len(self.run_with(OUTCOMES | {'A-TLS12': 'SKIP', 'No': 'PASS'}, update=True)[0]), 1)
        self.assertEqual(self.tree.read('tls/bogo/passing.txt').split(), PASSING)
        self.tree.write('tls/bogo/withdrawn.txt', 'A-TLS12  # because\n')
        self.assertEqual(self.run_with(OUTCOMES | {'A-TLS12': 'SKIP'}, update=True)[0], [])
        self.assert_one('causes of 5 tests, but 6')  # whoever updates says the causes too
        self.run_with(OUTCOMES | {'A-TLS12': 'SKIP'}, update=True, lines=['new'] * 6)
        self.assertEqual(self.tree.problems(), [])


if __name__ == '__main__':
    unittest.main()
