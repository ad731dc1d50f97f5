#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# must_not_compile.sh SOURCE ERROR COMPILER FLAGS...
# Passes when SOURCE compiles with -DLEGAL, and does not without, for an error that matches ERROR.
set -eu
source=$1
error=$2
shift 2
log=$(mktemp -p "${TEST_TMPDIR:-.}")

if ! "$@" -DLEGAL -fsyntax-only "$source" 2>"$log"; then
  cat "$log"
  echo "$source: its legal twin (-DLEGAL) does not compile"
  exit 1
fi
if "$@" -fsyntax-only "$source" 2>"$log"; then
  echo "$source compiles"
  exit 1
fi
if ! grep -E 'error: ' "$log" | grep -qE -- "$error"; then
  cat "$log"
  echo "$source is refused, but no error matches: $error"
  exit 1
fi
