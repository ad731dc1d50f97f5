// SPDX-License-Identifier: Apache-2.0
// Must not compile: secrets compared by ==, which would stop at the first difference. The legal twin
// compares their sizes, which are public.
#include "crypto/base/secret.h"

namespace merlon {

bool Same(const Secret<32>& a, const Secret<32>& b) {
#ifdef LEGAL
  return a.size() == b.size();
#else
  return a == b;
#endif
}

}  // namespace merlon
