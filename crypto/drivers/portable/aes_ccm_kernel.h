// SPDX-License-Identifier: Apache-2.0
// What CCM needs of bitsliced AES: of the four blocks that it encrypts at once, one is the MAC's
// and one the counter's; the MAC allows no more.
#pragma once
#include "crypto/drivers/portable/aes.h"
#include "crypto/drivers/portable/ccm_mode.h"

namespace merlon::crypto {

template <class AesKeysType>
struct PortableCcmKernel {
  using Keys = AesKeysType;

  static void Expand(Bytes key, Keys& keys) { AesExpandKey(key, keys); }

  static void EncryptTwo(const Keys& keys, CcmBlock& a, CcmBlock& b) {
    std::array<uint8_t, 64> lanes = {};
    memcpy(lanes.data(), a.data(), 16);
    memcpy(lanes.data() + 16, b.data(), 16);
    AesEncrypt4(keys, lanes.data());
    memcpy(a.data(), lanes.data(), 16);
    memcpy(b.data(), lanes.data() + 16, 16);
    WipeObject(lanes);
  }

  static void Mac(const Keys& keys, CcmBlock& mac, const uint8_t* in, size_t blocks) {
    CcmBlock unused = {};
    for (; blocks != 0; --blocks, in += 16) {
      Xor(in, mac.data());
      EncryptTwo(keys, mac, unused);
    }
  }

  template <bool kSeal>
  static void Crypt(const Keys& keys, CcmBlock& mac, CcmBlock& counter, const uint8_t* in,
                    uint8_t* out, size_t blocks) {
    CcmBlock text, stream = Next(counter);
    if (!kSeal) {  // the plaintext has to be there before the MAC: one block of stream ahead
      CcmBlock unused = {};
      EncryptTwo(keys, stream, unused);
    }
    for (; blocks != 0; --blocks, in += 16, out += 16) {
      memcpy(text.data(), in, 16);
      if constexpr (kSeal) {
        Xor(text.data(), mac.data());
        EncryptTwo(keys, mac, stream);
        Xor(stream.data(), text.data());
        if (blocks != 1) stream = Next(counter);
      } else {
        Xor(stream.data(), text.data());
        Xor(text.data(), mac.data());
        if (blocks != 1) stream = Next(counter);
        EncryptTwo(keys, mac, stream);
      }
      memcpy(out, text.data(), 16);
    }
    WipeObject(text);
    WipeObject(stream);
  }

 private:
  static void Xor(const uint8_t* from, uint8_t* to) {
    for (size_t i = 0; i < 16; ++i) to[i] ^= from[i];
  }
  static CcmBlock Next(CcmBlock& counter) {
    const CcmBlock block = counter;
    StoreBigEndian(LoadBigEndian<uint64_t>(&counter[8]) + 1, &counter[8]);
    return block;
  }
};

}  // namespace merlon::crypto
