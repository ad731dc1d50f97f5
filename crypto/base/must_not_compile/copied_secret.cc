// SPDX-License-Identifier: Apache-2.0
// Must not compile: a second copy of a secret. The legal twin moves it.
#include <utility>

#include "crypto/base/secret.h"

namespace merlon {

Secret<48> Duplicate(Secret<48>& secret) {
#ifdef LEGAL
  return std::move(secret);
#else
  return secret;
#endif
}

}  // namespace merlon
