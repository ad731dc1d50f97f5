// SPDX-License-Identifier: Apache-2.0
// SealBlob, OpenBlob: an application's own data at rest, under a key by handle. Keys at rest
// (crypto/storage) are sealed so too.
#pragma once
#include "crypto/context.h"

namespace merlon::crypto {

// header (4) | salt (32) | ciphertext | tag (16). The header is 'M' 'B', the version, 1, and the
// algorithm, 1: HKDF with SHA-256 makes of the key and of the random salt an AES-256-GCM key and
// nonce that serve this blob alone, so that a key seals any number of blobs.
inline constexpr size_t kBlobSaltAt = 4, kBlobSaltSize = 32, kBlobTagSize = 16;
inline constexpr size_t kBlobOverhead = kBlobSaltAt + kBlobSaltSize + kBlobTagSize;

// `key` is a kSecret key of at least 32 bytes that permits kSealedBlob, with kEncrypt to seal,
// kDecrypt to open. `context` is authenticated with the blob and not in it: what it is, whose it
// is, which version. kNotPermitted, kStaleHandle, kUnsupported (all misuse).

// Gives the blob's size, kBlobOverhead more than the plaintext's. kNoSpace (misuse), and the
// generator's errors. `out` does not overlap the others.
Result<size_t> SealBlob(const Context& crypto, KeyHandle key, Bytes context, Bytes plaintext,
                        MutableBytes out);
// Gives the plaintext's size. `out` has room for blob.size() - kBlobSaltAt - kBlobSaltSize bytes,
// else kNoSpace (misuse). kBadMac (Origin::kPeer): not a blob of this key and context; nothing
// of it is then in `out`.
Result<size_t> OpenBlob(const Context& crypto, KeyHandle key, Bytes context, Bytes blob,
                        MutableBytes out);

}  // namespace merlon::crypto
