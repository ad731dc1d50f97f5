# SPDX-License-Identifier: Apache-2.0
"""Every repository that Merlon needs on Debian 12: called by our WORKSPACE and by consumers'."""

load("//bazel:debian.bzl", "debian_library")
load("//bazel:stand_in.bzl", "stand_in")
load("//bazel/device:repository.bzl", "device_toolchain")

def _maybe(rule, name, **kwargs):
    """Leaves alone what the consumer has already named."""
    if not native.existing_rule(name):
        rule(name = name, **kwargs)

def _rule_sets():
    """Debian's copies, and stand-ins for what Debian lacks and Bazel 4.2.3 would download."""
    _maybe(
        native.local_repository,
        name = "bazel_skylib",
        path = "/usr/share/bazel/tools/skylib",
    )
    _maybe(
        native.local_repository,
        name = "platforms",
        path = "/usr/share/bazel/tools/platforms",
    )
    _maybe(
        native.local_repository,
        name = "rules_java",
        path = "/usr/share/bazel/rules/java",
    )
    _maybe(
        stand_in,
        name = "remote_coverage_tools",
        files = {Label("//bazel/stand_ins:remote_coverage_tools.BUILD"): "BUILD"},
    )
    _maybe(
        stand_in,
        name = "rules_cc",
        empty_files = ["BUILD", "cc/BUILD"],
        files = {Label("//bazel/stand_ins:rules_cc_defs.bzl"): "cc/defs.bzl"},
    )
    _maybe(
        stand_in,
        name = "rules_shell",
        empty_files = ["BUILD", "shell/BUILD"],
        files = {Label("//bazel/stand_ins:rules_shell_sh_test.bzl"): "shell/sh_test.bzl"},
    )

def _libraries():
    """Debian's libraries under the labels that newer Bazels know them by."""
    _maybe(
        debian_library,
        name = "com_google_absl",
        targets = {
            "absl/base:core_headers": ["absl_core_headers"],
            "absl/container:flat_hash_map": ["absl_flat_hash_map"],
            "absl/flags:flag": ["absl_flags"],
            "absl/flags:parse": ["absl_flags_parse"],
            "absl/flags:usage": ["absl_flags_usage"],
            "absl/status:status": ["absl_status"],
            "absl/status:statusor": ["absl_statusor"],
            "absl/strings:str_format": ["absl_str_format"],
            "absl/strings:strings": ["absl_strings"],
            "absl/types:span": ["absl_span"],
        },
    )
    _maybe(
        debian_library,
        name = "com_google_googletest",
        targets = {
            ":gtest": ["gmock"],
            ":gtest_main": ["gmock_main"],
        },
    )
    _maybe(
        debian_library,
        name = "com_github_google_benchmark",
        targets = {
            ":benchmark": ["benchmark"],
            ":benchmark_main": [
                "-lbenchmark_main",
                "benchmark",
            ],
        },
    )
    _maybe(
        debian_library,
        name = "com_github_nlohmann_json",
        targets = {":json": ["nlohmann_json"]},
    )

def merlon_deps():
    """Makes the repositories that Merlon's BUILD files name."""
    _rule_sets()
    _libraries()
    _maybe(device_toolchain, name = "merlon_device")
