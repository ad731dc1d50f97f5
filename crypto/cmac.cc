// SPDX-License-Identifier: Apache-2.0
// Constant time where the cipher is: doubling masks what it reduces by.
#include "crypto/cmac.h"

#include <algorithm>
#include <cstring>

#include "crypto/base/constant_time.h"
#include "crypto/base/endian.h"

namespace merlon::crypto {
namespace {

// Times x in GF(2^128) (SP 800-38B s6.1, R128 = 0x87).
void Double(std::array<uint8_t, kCipherBlockSize>& block) {
  const uint64_t high = LoadBigEndian<uint64_t>(&block[0]);
  const uint64_t low = LoadBigEndian<uint64_t>(&block[8]);
  StoreBigEndian<uint64_t>(high << 1 | low >> 63, &block[0]);
  StoreBigEndian<uint64_t>(low << 1 ^ (MaskFromBit(high >> 63).bits & 0x87), &block[8]);
}

}  // namespace

Cmac::Cmac(const CipherAlgorithm& cipher, Bytes key) : key_(cipher, key) {
  last_mask_.fill(0);
  key_.Encrypt(last_mask_, absl::MakeSpan(last_mask_));
  Double(last_mask_);
}

Cmac::~Cmac() {
  WipeObject(last_mask_);
  WipeObject(chain_);
  WipeObject(pending_);
}

void Cmac::Update(Bytes data) {
  while (!data.empty()) {
    if (used_ == pending_.size()) {
      Mix(pending_.data());
      used_ = 0;
    }
    // Whole blocks with something behind them need no copy.
    while (used_ == 0 && data.size() > pending_.size()) {
      Mix(data.data());
      data.remove_prefix(pending_.size());
    }
    const size_t size = std::min(data.size(), pending_.size() - used_);
    memcpy(&pending_[used_], data.data(), size);
    used_ += size;
    data.remove_prefix(size);
  }
}

void Cmac::Finish(MutableBytes out) {
  if (out.size() > kCmacSize) __builtin_trap();
  // RFC 4493 s2.4: a last block that is not whole is padded, and masked with K2.
  Block mask = last_mask_;
  if (used_ < pending_.size()) {
    memset(&pending_[used_], 0, pending_.size() - used_);
    pending_[used_] = 0x80;
    Double(mask);
  }
  for (size_t i = 0; i < mask.size(); ++i) pending_[i] ^= mask[i];
  Mix(pending_.data());
  std::copy_n(chain_.begin(), out.size(), out.begin());
  WipeObject(mask);
  WipeObject(chain_);
  used_ = 0;
}

bool Cmac::Verify(Bytes tag) {
  Block mac;
  Finish(absl::MakeSpan(mac));
  const bool equal = ConstantTimeEqual(mac, tag);
  WipeObject(mac);
  return equal;
}

void Cmac::Mix(const uint8_t* block) {
  for (size_t i = 0; i < chain_.size(); ++i) chain_[i] ^= block[i];
  key_.Encrypt(chain_, absl::MakeSpan(chain_));
}

void CmacOf(const CipherAlgorithm& cipher, Bytes key, absl::Span<const Bytes> data,
            MutableBytes out) {
  Cmac cmac(cipher, key);
  for (Bytes part : data) cmac.Update(part);
  cmac.Finish(Slice(out, 0, kCmacSize));
}

}  // namespace merlon::crypto
