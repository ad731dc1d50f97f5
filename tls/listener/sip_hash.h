// SPDX-License-Identifier: Apache-2.0
// SipHash-2-4 (Aumasson, Bernstein, 2012): a short keyed hash for tables whose keys strangers
// choose. It authenticates nothing here.
#pragma once
#include "crypto/base/bytes.h"

namespace merlon::tls {

// The first 16 bytes of `key`.
uint64_t SipHash(Bytes key, Bytes data);

}  // namespace merlon::tls
