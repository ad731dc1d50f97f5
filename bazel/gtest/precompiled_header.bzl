# SPDX-License-Identifier: Apache-2.0
"""precompiled_header: a header, and beside it what the compiler keeps of having read it.

A source that is compiled with `-include HEADER`, and otherwise as this build compiles sources, does not
read again what the header includes.
"""

load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")
load("//bazel:compile_command.bzl", "compile_command")

def _precompiled_header(ctx):
    toolchain = find_cpp_toolchain(ctx)
    compilation = cc_common.merge_cc_infos(
        cc_infos = [dep[CcInfo] for dep in ctx.attr.deps],
    ).compilation_context

    # The copy's folder holds no other header of that name: there both compilers look for the
    # precompiled one, under the name that each knows.
    header = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.expand_template(template = ctx.file.src, output = header, substitutions = {})
    is_clang = toolchain.compiler == "clang"
    precompiled = ctx.actions.declare_file(ctx.label.name + (".pch" if is_clang else ".gch"))
    # As Bazel compiles what programs are made of.
    pic = ctx.var["COMPILATION_MODE"] != "opt"
    words = compile_command(ctx, compilation, ctx.attr.copts, pic)
    if is_clang and "layering_check" in ctx.features:
        # What is compiled with the check takes only what was.
        words.append("-fmodules-strict-decluse")
    ctx.actions.run(
        executable = words[0],
        arguments = words[1:] + ["-x", "c++-header", "-c", header.path, "-o", precompiled.path],
        inputs = depset([header], transitive = [compilation.headers, toolchain.all_files]),
        outputs = [precompiled],
        mnemonic = "CppPrecompile",
        progress_message = "Precompiling " + ctx.label.name,
        # Clang notes where the headers are and when they were written: good on this machine only.
        execution_requirements = {"no-cache": "1", "no-sandbox": "1"},
    )
    return [
        # The header alone: it is named on command lines.
        DefaultInfo(files = depset([header])),
        CcInfo(compilation_context = cc_common.create_compilation_context(
            headers = depset([header, precompiled]),
        )),
    ]

precompiled_header = rule(
    doc = "Named like the header that it makes out of `src`.",
    implementation = _precompiled_header,
    attrs = {
        "copts": attr.string_list(),
        "deps": attr.label_list(providers = [CcInfo]),
        "src": attr.label(mandatory = True, allow_single_file = True),
        "_cc_toolchain": attr.label(default = Label("@bazel_tools//tools/cpp:current_cc_toolchain")),
    },
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)
