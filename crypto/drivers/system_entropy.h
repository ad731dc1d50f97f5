// SPDX-License-Identifier: Apache-2.0
// Entropy from the operating system (Linux): the only file of crypto/ that makes system calls.
#pragma once
#include "crypto/random.h"

namespace merlon::crypto {

// getrandom(2): waits until the kernel's generator is seeded, then never.
extern const EntropySource kSystemEntropy;

// A number that differs in a forked process: its id.
uint64_t SystemForkId();

}  // namespace merlon::crypto
