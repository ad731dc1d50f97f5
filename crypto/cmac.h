// SPDX-License-Identifier: Apache-2.0
// CMAC (SP 800-38B, RFC 4493) over any driver's block cipher.
#pragma once
#include "crypto/cipher.h"

namespace merlon::crypto {

inline constexpr size_t kCmacSize = kCipherBlockSize;

// A key, and the message that is being authenticated under it. Wiped when it dies.
class Cmac {
 public:
  Cmac(const CipherAlgorithm& cipher, Bytes key);  // traps if the key is not key_size bytes
  Cmac(const Cmac&) = delete;
  Cmac& operator=(const Cmac&) = delete;
  ~Cmac();

  void Update(Bytes data);
  // The first out.size() bytes of the MAC, at most kCmacSize or it traps; the next message starts.
  void Finish(MutableBytes out);
  // True if `tag` is the whole MAC of what was added; constant time in its bytes. The next message
  // starts.
  [[nodiscard]] bool Verify(Bytes tag);

 private:
  using Block = std::array<uint8_t, kCipherBlockSize>;
  void Mix(const uint8_t* block);

  EncryptionKey key_;
  Block last_mask_;  // K1 of RFC 4493 s2.3
  Block chain_{};    // the CBC-MAC of the blocks before
  Block pending_;    // the last block so far: it is treated differently if none follows
  size_t used_ = 0;  // bytes of it
};

// The MAC of data[0] | data[1] | ..., kCmacSize bytes.
void CmacOf(const CipherAlgorithm& cipher, Bytes key, absl::Span<const Bytes> data,
            MutableBytes out);

}  // namespace merlon::crypto
