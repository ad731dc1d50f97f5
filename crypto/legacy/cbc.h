// SPDX-License-Identifier: Apache-2.0
// Cipher block chaining (SP 800-38A s6.2), bare or with the padding of RFC 5652 s6.3, over any
// driver's block cipher: for old files. Nothing is authenticated, and whoever learns whether
// padding was right can decrypt: do not tell a peer.
#pragma once
#include "crypto/base/result.h"
#include "crypto/cipher.h"

namespace merlon::crypto {

enum class CbcPadding : uint8_t { kNone, kPkcs7 };

// Both directions stream: Update gives what can be given so far, at most in.size() + 15 bytes, and
// Finish the rest, at most 16. `out` overlaps no input; the one-shot forms may be in place. Sizes
// given are what was written. kNoSpace (misuse): nothing was done. Constructors trap unless the key
// is key_size and the IV 16 bytes.
class CbcEncryption {
 public:
  CbcEncryption(const CipherAlgorithm& cipher, Bytes key, Bytes iv, CbcPadding padding);
  CbcEncryption(const CbcEncryption&) = delete;
  CbcEncryption& operator=(const CbcEncryption&) = delete;
  ~CbcEncryption();

  Result<size_t> Update(Bytes in, MutableBytes out);
  // kMisuse: without padding, the text was not whole blocks.
  Result<size_t> Finish(MutableBytes out);

 private:
  using Block = std::array<uint8_t, kCipherBlockSize>;
  void EncryptBlock(const uint8_t* in, uint8_t* out);

  EncryptionKey key_;
  CbcPadding padding_;
  Block chain_, pending_;
  size_t used_ = 0;  // of pending_, less than a block
};

class CbcDecryption {
 public:
  CbcDecryption(const BlockDecryptAlgorithm& cipher, Bytes key, Bytes iv, CbcPadding padding);
  CbcDecryption(const CbcDecryption&) = delete;
  CbcDecryption& operator=(const CbcDecryption&) = delete;
  ~CbcDecryption();

  Result<size_t> Update(Bytes in, MutableBytes out);
  // With padding `out` has room for a block, and holds the padding behind what is the text's.
  // kIllegalValue (Origin::kPeer): not whole blocks, or wrong padding, which is looked at in
  // constant time.
  Result<size_t> Finish(MutableBytes out);

 private:
  using Block = std::array<uint8_t, kCipherBlockSize>;
  void DecryptBlocks(Bytes in, uint8_t* out);

  DecryptionKey key_;
  CbcPadding padding_;
  Block chain_, pending_;
  size_t used_ = 0;  // of pending_; with padding a whole block waits for what follows
};

// The whole at once; `out` may start where `in` does.
Result<size_t> CbcEncrypt(const CipherAlgorithm& cipher, Bytes key, Bytes iv, CbcPadding padding,
                          Bytes in, MutableBytes out);
Result<size_t> CbcDecrypt(const BlockDecryptAlgorithm& cipher, Bytes key, Bytes iv,
                          CbcPadding padding, Bytes in, MutableBytes out);

}  // namespace merlon::crypto
