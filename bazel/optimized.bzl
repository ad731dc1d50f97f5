# SPDX-License-Identifier: Apache-2.0
"""Arithmetic that is optimised in every mode of the build: at -O0 its tests would take minutes. On a
device size counts: there the toolchain's -Os stands."""

def optimized(also = []):
    """The copts.

    Args:
      also: flags beside -O3.
    """
    return select({
        "//bazel/device": [],
        "//conditions:default": ["-O3"] + also,
    })
