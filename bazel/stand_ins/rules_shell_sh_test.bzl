# SPDX-License-Identifier: Apache-2.0
"""Stand-in for rules_shell: Bazel 4.2.3 has sh_test built in; newer Bazels load the real one."""

sh_test = native.sh_test
