// SPDX-License-Identifier: Apache-2.0
// Must not compile (with -Werror, as all of Merlon): an error that nobody looks at. The legal twin passes
// it on.
#include "crypto/base/arena.h"

namespace merlon {

Result<void> KeepTwice(Arena& arena, Bytes bytes) {
#ifdef LEGAL
  MERLON_TRY(arena.KeepCopy(bytes));
#else
  arena.KeepCopy(bytes);
#endif
  MERLON_TRY(arena.KeepCopy(bytes));
  return {};
}

}  // namespace merlon
