#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plants each violation that check_sources.py looks for, and what stands next to it and is fine."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from check_sources import check_source  # pylint: disable=wrong-import-position

HEAD = '// SPDX-License-Identifier: Apache-2.0\n'


def found(path, text, head=HEAD):
    return list(check_source(path, head + text))


class CheckSourceTest(unittest.TestCase):

    def assert_refused(self, path, text):
        self.assertEqual(len(found(path, text)), 1, f'{path}: {text}')

    def assert_fine(self, path, text):
        self.assertEqual(found(path, text), [], f'{path}: {text}')

    def test_refuses_includes_that_run_up(self):
        for path, header in [
                ('crypto/sign.h', 'x509/der.h'), ('crypto/base/arena.h', 'tls/event.h'),
                ('x509/der.h', 'record/epoch.h'), ('record/epoch.h', 'x509/der.h'),
                ('x509/der.cc', 'tls/event.h'), ('record/flight.cc', 'tls/core/outbox.h'),
                ('tls/config.cc', 'io_adapters/pump.h'), ('tls/config.cc', 'fuzz/harness.h'),
                ('io_adapters/pump.cc', 'bench/table.h'), ('tls/config_test.cc', 'fuzz/harness.h'),
                ('tls/bogo/shim.cc', 'bench/table.h')]:
            self.assert_refused(path, f'#include "{header}"\n')
            self.assert_refused(path, f'  # include <{header}>\n')

    def test_lets_includes_run_down(self):
        for path, header in [
                ('crypto/sign.h', 'crypto/base/bytes.h'), ('x509/der.h', 'crypto/base/bytes.h'),
                ('record/flight.h', 'crypto/aead.h'), ('tls/config.h', 'x509/der.h'),
                ('tls/config.h', 'record/epoch.h'), ('io_adapters/pump.h', 'tls/event.h'),
                ('fuzz/harness.h', 'tls/testing/pair.h'), ('bench/record.cc', 'record/epoch.h'),
                ('tls/bogo/shim.cc', 'io_adapters/pump.h'), ('tls/config.h', 'absl/types/span.h')]:
            self.assert_fine(path, f'#include "{header}"\n')

    def test_refuses_relative_includes(self):
        self.assert_refused('tls/config.h', '#include "../x509/der.h"\n')

    def test_refuses_input_and_output_in_the_engine(self):
        for header in ['sys/socket.h', 'sys/time.h', 'netinet/in.h', 'poll.h', 'unistd.h', 'fcntl.h',
                       'cstdio', 'stdio.h', 'iostream', 'fstream', 'sstream', 'filesystem', 'ctime',
                       'time.h', 'chrono', 'absl/time/clock.h', 'thread', 'mutex', 'shared_mutex',
                       'condition_variable', 'future', 'pthread.h', 'random',
                       'absl/synchronization/mutex.h']:
            for path in ['x509/der.cc', 'record/epoch.h', 'tls/core/outbox.h']:
                self.assert_refused(path, f'#include <{header}>\n')
            for path in ['x509/der_test.cc', 'tls/testing/link.h', 'tls/bogo/shim.cc',
                         'io_adapters/tcp.cc', 'crypto/drivers/x86/cpu.cc']:
                self.assert_fine(path, f'#include <{header}>\n')

    def test_lets_the_engine_have_plain_headers(self):
        for header in ['<array>', '<atomic>', '<cstring>', '<string_view>', '"crypto/base/time.h"']:
            self.assert_fine('tls/core/outbox.h', f'#include {header}\n')

    def test_refuses_features_by_macro(self):
        for condition in ['#ifdef MERLON_DTLS', '#if defined(MERLON_DTLS)', '#ifndef NDEBUG',
                          '#if __linux__ && MERLON_DTLS', '#  elif USE_RSA', '#ifndef TLS_CONFIG_H_']:
            self.assert_refused('tls/config.h', condition + '\n')

    def test_lets_the_compiler_be_asked(self):
        for condition in ['#if defined(__SIZEOF_INT128__)', '#if !__has_feature(memory_sanitizer)',
                          '#ifdef LEGAL', '#ifdef __linux__']:
            self.assert_fine('crypto/base/x.h', condition + '\n')

    def test_refuses_conditions_on_the_cpu_outside_of_drivers(self):
        self.assert_refused('crypto/base/bytes.h', '#ifdef __x86_64__\n')
        self.assert_refused('tls/config.h', '#if defined(__AES__)\n')
        self.assert_fine('crypto/drivers/x86/aes.cc', '#ifdef __x86_64__\n')

    def test_refuses_spans_that_throw(self):
        for call in ['subspan(1)', 'first( size_ )', 'last(2)']:
            for path in ['crypto/base/arena.h', 'x509/der.cc', 'record/ack.cc', 'tls/core/outbox.h']:
                self.assert_refused(path, f'use(entries_.{call});\n')
            for path in ['x509/der_test.cc', 'crypto/drivers/testing/kit.cc', 'io_adapters/tcp.cc']:
                self.assert_fine(path, f'use(entries_.{call});\n')
        self.assert_fine('x509/der.cc', 'use(pair.first, queue.last(), Slice(all, 0, 1));\n')

    def test_refuses_int128(self):
        self.assert_refused('crypto/drivers/portable/field.cc', 'unsigned __int128 x;\n')
        self.assert_fine('crypto/base/wide_multiply.h', 'unsigned __int128 x;\n')

    def test_refuses_paths_of_a_machine(self):
        for folder in ['work', 'tmp', 'root', 'home']:
            self.assert_refused('tls/config.cc', f'Open("/{folder}/file");\n')
            self.assert_refused('tls/BUILD', f'# see /{folder}\n')
            self.assert_refused('docs/testing.md', f'cd /{folder}\n')
            self.assert_fine('tls/config.cc', f'// https://example.com/{folder}/file\n')

    def test_refuses_a_missing_licence_line(self):
        self.assertEqual(len(found('tls/config.h', 'int x;\n', head='')), 1)
        self.assertEqual(len(found('tls/config.h', HEAD, head='\n\n\n')), 1)
        self.assertEqual(found('bazelw', 'exec\n', head='#!/bin/sh\n# ' + HEAD[3:]), [])


if __name__ == '__main__':
    unittest.main()
