# SPDX-License-Identifier: Apache-2.0
"""cc_test of sources that use GoogleTest, whose headers are read once for all of them.

Not for tests that .bazelrc compiles otherwise than others: those of asymmetric and lattice algorithms.
"""

load("@rules_cc//cc:defs.bzl", _cc_test = "cc_test")

_PRELUDE = "//bazel/gtest:prelude.h"

def cc_test(name, deps, copts = [], **kwargs):
    """As rules_cc's cc_test.

    Args:
      name: of the target.
      deps: what it tests, and gtest_main.
      copts: of its sources.
      **kwargs: the others.
    """
    _cc_test(
        name = name,
        copts = ["-include", "$(execpath {})".format(_PRELUDE)] + copts,
        deps = deps + [
            _PRELUDE,
            "//bazel/gtest:headers",
        ],
        **kwargs
    )
