# SPDX-License-Identifier: Apache-2.0
"""How this build compiles a C++ source: for rules that run the compiler in ways that cc_library cannot."""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")
load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")

def compile_command(ctx, compilation, copts = [], pic = False):
    """The words with which this build compiles a C++ source, without its name.

    Args:
      ctx: of a rule with `fragments = ["cpp"]` and the C++ toolchain.
      compilation: the CompilationContext of what the source depends on.
      copts: flags beside those of the build.
      pic: position-independent code.
    Returns:
      A list of strings, the compiler first.
    """
    toolchain = find_cpp_toolchain(ctx)
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features + ["module_maps", "layering_check"],
    )
    variables = cc_common.create_compile_variables(
        feature_configuration = features,
        cc_toolchain = toolchain,
        use_pic = pic,
        user_compile_flags = ctx.fragments.cpp.copts + ctx.fragments.cpp.cxxopts + copts,
        include_directories = compilation.includes,
        quote_include_directories = depset(["."], transitive = [compilation.quote_includes]),
        system_include_directories = compilation.system_includes,
        preprocessor_defines = compilation.defines,
    )
    compiler = cc_common.get_tool_for_action(
        feature_configuration = features,
        action_name = ACTION_NAMES.cpp_compile,
    )
    return [compiler] + cc_common.get_memory_inefficient_command_line(
        feature_configuration = features,
        action_name = ACTION_NAMES.cpp_compile,
        variables = variables,
    )
