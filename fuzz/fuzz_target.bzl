# SPDX-License-Identifier: Apache-2.0
"""fuzz_target: one source that is a libFuzzer target under --config=fuzz, and elsewhere a test of its seeds.

    load("@merlon//fuzz:fuzz_target.bzl", "fuzz_target")
    fuzz_target(name = "parser", srcs = ["parser.cc"], deps = ["@merlon//fuzz:harness"])

Seeds are the files of corpora/NAME beside the BUILD file, and of published corpora where they are. For another workspace's --config=fuzz see
//docs/examples/consumer.
"""

load("@rules_cc//cc:defs.bzl", "cc_test")

def fuzz_target(name, srcs, deps = [], tags = [], published = [], **kwargs):
    """Args:
      name: of the target, and of the folder with its seeds.
      srcs: with LLVMFuzzerTestOneInput.
      deps: what it tests.
      tags: besides `fuzz_target`, by which .ci/fuzz finds it.
      published: folders in the `corpora` of @vectors, whose files are seeds as well; .ci/fuzz takes them from
        these arguments.
      **kwargs: as of cc_test.
    """
    seeds = native.glob(["corpora/" + name + "/*"])
    libfuzzer = str(Label("//fuzz:libfuzzer"))
    cc_test(
        name = name,
        size = "small",
        srcs = srcs,
        args = ["$(locations {})".format(seed) for seed in seeds] +
               ["--if-there=../vectors/vectors/corpora/" + folder for folder in published],
        data = seeds + (["@vectors//:corpora"] if published else []),
        linkopts = select({
            libfuzzer: ["-fsanitize=fuzzer"],
            "//conditions:default": [],
        }),
        linkstatic = True,
        tags = tags + ["fuzz_target"],
        deps = deps + [str(Label("//fuzz:entry"))] + select({
            libfuzzer: [],
            "//conditions:default": [str(Label("//fuzz:run_seeds"))],
        }),
        **kwargs
    )
