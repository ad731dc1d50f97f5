# SPDX-License-Identifier: Apache-2.0
"""The repository of --config=device: Debian's arm-none-eabi-g++ and Abseil's headers for it.

A repository and not a package of ours, because the compiler's own folders, which Bazel must know,
are asked of the compiler, and because the host's /usr/include must stay out of sight: the include
folder made here holds one link, to Abseil.
"""

_BUILD = """
load("@merlon//bazel/device:toolchain.bzl", "device_cc_toolchain_config")

package(default_visibility = ["//visibility:public"])

filegroup(name = "empty")

device_cc_toolchain_config(
    name = "config",
    builtin_include_directories = {builtin},
    include_directory = {include},
)

cc_toolchain(
    name = "cc_toolchain",
    all_files = ":empty",
    compiler_files = ":empty",
    dwp_files = ":empty",
    linker_files = ":empty",
    objcopy_files = ":empty",
    strip_files = ":empty",
    supports_param_files = 0,
    toolchain_config = ":config",
)

cc_toolchain_suite(
    name = "toolchain",
    toolchains = {{
        "cortex-m33": ":cc_toolchain",
        "cortex-m33|gcc": ":cc_toolchain",
    }},
)
"""

def _compiler_include_directories(ctx, compiler):
    found = ctx.execute([compiler, "-mcpu=cortex-m33", "-mthumb", "-xc++", "-E", "-v", "/dev/null"])
    if found.return_code != 0:
        fail("arm-none-eabi-g++ failed: " + found.stderr)
    listed = found.stderr.partition("#include <...> search starts here:\n")[2]
    listed = listed.partition("End of search list.")[0]
    folders = [ctx.path(line.strip()) for line in listed.split("\n") if line.strip()]

    # Both as the compiler searches them and with links resolved, as it reports them.
    return [str(folder) for folder in folders] + [str(folder.realpath) for folder in folders]

def _device_toolchain(ctx):
    compiler = ctx.which("arm-none-eabi-g++")
    if not compiler:
        fail("arm-none-eabi-g++ is missing: run ./bazelw --install-only --ci")
    ctx.symlink("/usr/include/absl", "include/absl")
    include = str(ctx.path("include"))
    ctx.file("BUILD", _BUILD.format(
        builtin = repr([include, "/usr/include/absl"] + _compiler_include_directories(ctx, compiler)),
        include = repr(include),
    ), executable = False)

device_toolchain = repository_rule(
    doc = "`:toolchain`, a cc_toolchain_suite for a bare-metal Cortex-M33.",
    implementation = _device_toolchain,
    local = True,
)
