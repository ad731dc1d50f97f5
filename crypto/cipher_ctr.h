// SPDX-License-Identifier: Apache-2.0
// Counter mode (SP 800-38A s6.5) over any driver's block cipher. It hides and authenticates
// nothing of itself: for protocols that bring their own MAC. AES-GCM and CCM are in aead.h.
#pragma once
#include "crypto/cipher.h"

namespace merlon::crypto {

// A stream under one key from one counter block. Wiped when it dies.
class CtrCipher {
 public:
  // `counter` is the first block, counted on as one big-endian number of 16 bytes; no block may
  // come again under the key. Traps on other sizes, of the key too.
  CtrCipher(const CipherAlgorithm& cipher, Bytes key, Bytes counter);
  CtrCipher(const CtrCipher&) = delete;
  CtrCipher& operator=(const CtrCipher&) = delete;
  ~CtrCipher();

  // What follows, encrypted or decrypted. in.size() == out.size(); the same bytes or apart.
  void Crypt(Bytes in, MutableBytes out);

 private:
  void Refill(size_t wanted);

  EncryptionKey key_;
  std::array<uint8_t, kCipherBlockSize> counter_;
  std::array<uint8_t, 8 * kCipherBlockSize> stream_;
  size_t used_ = 0, filled_ = 0;  // of stream_
};

// The whole at once.
inline void CtrCrypt(const CipherAlgorithm& cipher, Bytes key, Bytes counter, Bytes in,
                     MutableBytes out) {
  CtrCipher(cipher, key, counter).Crypt(in, out);
}

}  // namespace merlon::crypto
