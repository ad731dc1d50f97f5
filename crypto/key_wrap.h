// SPDX-License-Identifier: Apache-2.0
// AES Key Wrap (RFC 3394, SP 800-38F's KW) and Key Wrap with Padding (RFC 5649, KWP), over any
// driver's block cipher. Keys by handle are wrapped by BoundWrappingKey (bound_cipher_key.h).
#pragma once
#include "crypto/base/result.h"
#include "crypto/cipher.h"

namespace merlon::crypto {

enum class WrapPadding : uint8_t { kNone, kPadded };

// The size of what is wrapped: 8 bytes more than the key, filled up to a multiple of 8.
constexpr size_t WrappedSize(size_t key_size) { return (key_size + 7) / 8 * 8 + 8; }

// Wraps `key`; gives WrappedSize. kMisuse: without padding not a multiple of 8 bytes and at least
// 16, with it empty or 2^32 - 1 bytes; kNoSpace (misuse). `out` may start where `key` does.
Result<size_t> WrapKey(const EncryptionKey& wrapping_key, WrapPadding padding, Bytes key,
                       MutableBytes out);
// Unwraps into `out`, which has room for wrapped.size() - 8 bytes, else kNoSpace (misuse); gives
// the key's size. kBadMac (Origin::kPeer, `out` wiped) if it was not wrapped so under this key.
// `out` may start where `wrapped` does.
Result<size_t> UnwrapKey(const DecryptionKey& wrapping_key, WrapPadding padding, Bytes wrapped,
                         MutableBytes out);

}  // namespace merlon::crypto
