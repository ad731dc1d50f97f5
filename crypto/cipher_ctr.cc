// SPDX-License-Identifier: Apache-2.0
// Constant time where the cipher is: what is counted, and how far, is public.
#include "crypto/cipher_ctr.h"

#include <algorithm>
#include <cstring>

namespace merlon::crypto {

CtrCipher::CtrCipher(const CipherAlgorithm& cipher, Bytes key, Bytes counter) : key_(cipher, key) {
  if (counter.size() != counter_.size()) __builtin_trap();
  std::copy(counter.begin(), counter.end(), counter_.begin());
}

CtrCipher::~CtrCipher() { WipeObject(stream_); }

void CtrCipher::Crypt(Bytes in, MutableBytes out) {
  if (in.size() != out.size()) __builtin_trap();
  while (!in.empty()) {
    if (used_ == filled_) Refill(in.size());
    const size_t size = std::min(in.size(), filled_ - used_);
    for (size_t i = 0; i < size; ++i) out[i] = in[i] ^ stream_[used_ + i];
    used_ += size;
    in.remove_prefix(size);
    out.remove_prefix(size);
  }
}

void CtrCipher::Refill(size_t wanted) {
  used_ = 0;
  for (filled_ = 0; filled_ < std::min(wanted, stream_.size()); filled_ += kCipherBlockSize) {
    memcpy(&stream_[filled_], counter_.data(), kCipherBlockSize);
    for (size_t i = kCipherBlockSize; i-- > 0;) {
      counter_[i] += 1;
      if (counter_[i] != 0) break;
    }
  }
  const MutableBytes blocks(stream_.data(), filled_);
  key_.Encrypt(blocks, blocks);
}

}  // namespace merlon::crypto
