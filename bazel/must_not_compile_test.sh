#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# must_not_compile.sh fails for a source that compiles, one whose twin does not, and one that is refused for
# another reason than the expected; and passes otherwise.
set -u
check=$(realpath "$1")
cd "$TEST_TMPDIR" || exit 1
failed=no

# expect STATUS SOURCE
expect() {
  printf '%b\n' "$2" >planted.cc
  if "$check" planted.cc 'not declared' g++ >/dev/null 2>&1; then status=0; else status=1; fi
  if [ "$status" != "$1" ]; then
    echo "expected $1, got $status: $2"
    failed=yes
  fi
}

expect 0 '#ifndef LEGAL\nint x = undeclared;\n#endif'
expect 1 'int x = 0;'
expect 1 'int x = undeclared;'
expect 1 '#ifdef LEGAL\nint x = undeclared;\n#endif'
expect 1 '#ifndef LEGAL\nint x = "text";\n#endif'
[ $failed = no ]
