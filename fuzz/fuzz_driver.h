// SPDX-License-Identifier: Apache-2.0
// A driver that makes cryptography transparent, so that changed input reaches deep states. Fuzzing
// swaps the driver, never the engine. No security whatsoever: for fuzzing alone.
#pragma once
#include "crypto/driver.h"

namespace merlon::fuzz {

// - Hashes do not depend on their input: transcripts, Finished, binders and keys are the same
//   whatever was changed.
// - AEADs leave the plaintext as it is and put a tag behind it. Any tag passes but one whose last
//   byte is 0xff. Their limits are low: 64 records sealed, 8 that fail to open.
// - Key agreement gives the same secret to all. A share whose last byte is 0xff is refused.
// - Signatures are 8 bytes and verify, except where the last byte is 0xff. Only P-256 keys sign.
// - Masks of record numbers are zeros.
inline constexpr uint8_t kRefused = 0xff;
inline constexpr uint8_t kTagByte = 0xa5;

extern const crypto::Driver kFuzzDriver;
crypto::DriverTable FuzzDrivers();

}  // namespace merlon::fuzz
