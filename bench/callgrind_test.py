#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""instructions_test.py counts the program's own instructions and nothing else."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from instructions_test import own_instructions  # noqa: E402  pylint: disable=wrong-import-position

CALLGRIND = '''
positions: line
events: Ir
summary: 1000

ob=(1) /lib/libc.so.6
fl=(1) memset.S
fn=(1) memset
10 100
+5 20

ob=(2) /nowhere/engine
fl=(2) ???
fn=(2) Seal
cob=(1)
cfn=(1)
calls=3 10
0 120
0 7
* 5
-3 2
cob=(3) /lib/libm.so.6
cfn=(3) sin
calls=1 1
+1 400

ob=(3)
fn=(3)
1 400

ob=(2)
fn=(4) Open
0x1f 30
'''


class OwnInstructions(unittest.TestCase):
    def test_counts_self_cost_of_one_object(self):
        self.assertEqual(own_instructions(CALLGRIND.splitlines(), '/nowhere/engine'), 7 + 5 + 2 + 30)

    def test_refuses_a_file_without_the_program(self):
        with self.assertRaises(SystemExit):
            own_instructions(CALLGRIND.splitlines(), '/nowhere/other')


if __name__ == '__main__':
    unittest.main()
