// SPDX-License-Identifier: Apache-2.0
// AES-GCM (SP 800-38D) with 96-bit nonces and whole tags, in portable C++.
#pragma once
#include "crypto/aead.h"

namespace merlon::crypto {

extern const AeadAlgorithm kPortableAes128Gcm;
extern const AeadAlgorithm kPortableAes192Gcm;
extern const AeadAlgorithm kPortableAes256Gcm;

// Records that one GCM key may seal: 2^24.5 full-size records keep the attacker's advantage at
// 2^-57 (RFC 9846 s5.5), rounded down.
inline constexpr uint64_t kGcmSealLimit = uint64_t{1} << 24;
// Records that may fail to open under one GCM key (RFC 9147 s4.5.3).
inline constexpr uint64_t kGcmOpenLimit = uint64_t{1} << 36;

}  // namespace merlon::crypto
