# SPDX-License-Identifier: Apache-2.0
"""must_not_compile: a test that the compiler refuses a source, and accepts its legal twin."""

load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")
load(":compile_command.bzl", "compile_command")

def _must_not_compile_test(ctx):
    compilation = cc_common.merge_cc_infos(
        cc_infos = [dep[CcInfo] for dep in ctx.attr.deps],
    ).compilation_context
    words = [ctx.file._check.short_path, ctx.file.src.short_path, ctx.attr.error]
    words += compile_command(ctx, compilation)
    script = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(
        script,
        "#!/bin/sh\nexec {}\n".format(" ".join(["'" + w.replace("'", "'\\''") + "'" for w in words])),
        is_executable = True,
    )
    runfiles = ctx.runfiles(
        files = [ctx.file.src, ctx.file._check],
        transitive_files = depset(transitive = [
            compilation.headers,
            find_cpp_toolchain(ctx).all_files,
        ]),
    )
    return [DefaultInfo(executable = script, runfiles = runfiles)]

must_not_compile_test = rule(
    doc = """Compiles `src` twice, as this build compiles sources: with -DLEGAL it must compile; without
it must not, and one of the compiler's errors must match `error`, so that it is refused for the right
reason.""",
    implementation = _must_not_compile_test,
    attrs = {
        "deps": attr.label_list(providers = [CcInfo]),
        "error": attr.string(mandatory = True, doc = "grep -E pattern; gcc and clang word differently"),
        "src": attr.label(mandatory = True, allow_single_file = [".cc"]),
        "_cc_toolchain": attr.label(default = Label("@bazel_tools//tools/cpp:current_cc_toolchain")),
        "_check": attr.label(
            default = Label("//bazel:must_not_compile.sh"),
            allow_single_file = True,
        ),
    },
    fragments = ["cpp"],
    test = True,
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)
