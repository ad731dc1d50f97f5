// SPDX-License-Identifier: Apache-2.0
// Counts every allocation of the program: malloc and its kin, hence operator new as well.
#pragma once
#include <cstdint>

namespace merlon::bench {

// Allocations since the program started.
uint64_t Allocations();

}  // namespace merlon::bench
