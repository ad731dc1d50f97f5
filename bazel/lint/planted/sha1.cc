// SPDX-License-Identifier: Apache-2.0
// Planted: SHA-1 by its name, which check_symbols.py must find.
namespace merlon::crypto {
extern const int kPortableSha1;
int Obsolete() { return kPortableSha1; }
}  // namespace merlon::crypto
