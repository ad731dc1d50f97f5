# SPDX-License-Identifier: Apache-2.0
"""cc_library whose sources start with precompiled headers, which they include themselves as well.

Nobody depends on that: clang-tidy and cppcheck read every source without them, and with
`--define=prelude=none` so does the compiler.
"""

load("@rules_cc//cc:defs.bzl", _cc_library = "cc_library")

def _prelude(package):
    """The headers for a folder, as .bazelrc compiles it."""
    if package.startswith("crypto/drivers"):
        return "//bazel/prelude:drivers.h"
    if package.startswith("io_adapters") or package.startswith("bench"):
        return "//bazel/prelude:programs.h"
    return "//bazel/prelude:engine.h"

def cc_library(name, srcs = [], copts = [], deps = [], **kwargs):
    """As rules_cc's cc_library.

    Args:
      name: of the target.
      srcs: a list of files.
      copts: of its sources; who has some reads all headers anew.
      deps: as there.
      **kwargs: the others.
    """
    if copts or not [src for src in srcs if src.endswith(".cc")]:
        _cc_library(name = name, srcs = srcs, copts = copts, deps = deps, **kwargs)
        return
    prelude = _prelude(native.package_name())
    without = "//bazel/prelude:none"
    _cc_library(
        name = name,
        srcs = srcs,
        copts = select({
            without: [],
            "//conditions:default": ["-include", "$(execpath {})".format(prelude)],
        }),
        deps = deps + select({
            without: [],
            "//conditions:default": [prelude, "//bazel/prelude:headers"],
        }),
        **kwargs
    )
