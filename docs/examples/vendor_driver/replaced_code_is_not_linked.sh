#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Both programs work; the one whose table names the chip's SHA-256 holds nothing of Merlon's.
#
#   replaced_code_is_not_linked.sh SEALER_PORTABLE SEALER_ACME
set -euo pipefail
"$1"
"$2"
bytes() { size "$1" | awk 'NR == 2 { print $1 + $2 }'; }
# Bytes of the symbols that match, which `nm -S` has in hexadecimal digits.
weigh() {
  local sum=0 address bytes rest
  while read -r address bytes rest; do sum=$((sum + 16#$bytes)); done < <(nm -S -C "$1" | grep -E "^[0-9a-f]+ [0-9a-f]+ . .*$portable")
  echo "$sum"
}
portable='merlon::crypto.*Sha256'
nm -C "$1" | grep -E "$portable" >/dev/null || {
  echo "no symbol like $portable in $1: the test does not know its name"
  exit 1
}
if nm -C "$2" | grep -E "$portable"; then
  echo "$2 holds the portable code that its driver replaces: see above"
  exit 1
fi
nm -C "$2" | grep acme_sha256_block >/dev/null
replaced=$(weigh "$1")
[ "$replaced" -gt 1000 ]
echo "$replaced bytes of portable SHA-256 are not linked; the programs: $(bytes "$1") bytes with it, $(
  bytes "$2") with the chip's and what stands in for the chip here"
