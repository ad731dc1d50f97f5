# SPDX-License-Identifier: Apache-2.0
"""How a bare-metal Cortex-M33 is compiled for and linked: flags, and where the tools are."""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")
load(
    "@bazel_tools//tools/cpp:cc_toolchain_config_lib.bzl",
    "feature",
    "flag_group",
    "flag_set",
    "tool_path",
)

_COMPILE = [
    ACTION_NAMES.c_compile,
    ACTION_NAMES.cpp_compile,
    ACTION_NAMES.cpp_header_parsing,
    ACTION_NAMES.assemble,
    ACTION_NAMES.preprocess_assemble,
]
_CPU = ["-mcpu=cortex-m33", "-mthumb"]

# -fstack-usage writes a .su file beside each object: .ci/device reads the largest frame there.
_CODE = ["-Os", "-DNDEBUG", "-ffunction-sections", "-fdata-sections", "-fstack-usage"]

def _default(name, actions, flags):
    return feature(
        name = name,
        enabled = True,
        flag_sets = [flag_set(actions = actions, flag_groups = [flag_group(flags = flags)])],
    )

def _config(ctx):
    tools = {
        "ar": "ar",
        "cpp": "cpp",
        "gcc": "g++",
        "gcov": "gcov",
        "ld": "ld",
        "nm": "nm",
        "objcopy": "objcopy",
        "objdump": "objdump",
        "strip": "strip",
    }
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        abi_libc_version = "newlib",
        abi_version = "eabi",
        compiler = "gcc",
        cxx_builtin_include_directories = ctx.attr.builtin_include_directories,
        features = [
            _default("device_code", _COMPILE, _CPU + _CODE + [
                # It is about mixing objects of other compilers with these.
                "-Wno-psabi",
                "-isystem",
                ctx.attr.include_directory,
            ]),
            _default("device_cpp", [ACTION_NAMES.cpp_compile], [
                "-fno-exceptions",
                "-fno-rtti",
                "-fno-threadsafe-statics",
            ]),
            _default(
                "device_link",
                [ACTION_NAMES.cpp_link_executable],
                _CPU + ["-Wl,--gc-sections", "--specs=nano.specs", "--specs=nosys.specs"],
            ),
        ],
        host_system_name = "local",
        target_cpu = "cortex-m33",
        target_libc = "newlib",
        target_system_name = "arm-none-eabi",
        tool_paths = [
            tool_path(name = name, path = "/usr/bin/arm-none-eabi-" + tool)
            for name, tool in tools.items()
        ],
        toolchain_identifier = "merlon-cortex-m33",
    )

device_cc_toolchain_config = rule(
    implementation = _config,
    attrs = {
        "builtin_include_directories": attr.string_list(mandatory = True),
        "include_directory": attr.string(mandatory = True),
    },
    provides = [CcToolchainConfigInfo],
)
