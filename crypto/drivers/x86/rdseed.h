// SPDX-License-Identifier: Apache-2.0
// Entropy of the CPU's own generator: for systems without one of theirs. Programs of an operating
// system take its entropy, which has this in it.
#pragma once
#include "crypto/random.h"

namespace merlon::crypto {

// RDSEED (Intel SDM, volume 1, s7.3.17.2; full entropy by SP 800-90B and C). It may have run dry,
// which passes: it is asked up to 1024 times for each word. kEntropyFailure: no answer, a word that
// came twice in a row (a stuck generator; SP 800-90B s4.4.1), or a CPU that has none.
extern const EntropySource kX86Rdseed;

// The same by any function like RDSEED's: false, it has nothing now.
Result<void> FillFromWords(bool (*next)(uint64_t* word), MutableBytes out);

}  // namespace merlon::crypto
