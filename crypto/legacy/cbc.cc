// SPDX-License-Identifier: Apache-2.0
// Constant time where the cipher is; the verdict on padding is public.
#include "crypto/legacy/cbc.h"

#include <algorithm>
#include <cstring>

#include "crypto/base/constant_time.h"

namespace merlon::crypto {
namespace {

constexpr size_t kBlock = kCipherBlockSize;

// RFC 5652 s6.3: 1 to 16 bytes, each of which is their number. 0: they are not.
size_t PaddingSize(const std::array<uint8_t, kBlock>& block) {
  const uint32_t size = block[kBlock - 1];
  Mask<uint32_t> good = ~MaskIfZero(size) & MaskIfLess<uint32_t>(size, kBlock + 1);
  for (uint32_t i = 0; i < kBlock; ++i) {
    good = good & (MaskIfEqual<uint32_t>(block[kBlock - 1 - i], size) | ~MaskIfLess(i, size));
  }
  return size & ValueBarrier(good.bits);
}

}  // namespace

CbcEncryption::CbcEncryption(const CipherAlgorithm& cipher, Bytes key, Bytes iv, CbcPadding padding)
    : key_(cipher, key), padding_(padding) {
  if (iv.size() != kBlock) __builtin_trap();
  std::copy(iv.begin(), iv.end(), chain_.begin());
}
CbcEncryption::~CbcEncryption() { WipeObject(pending_); }

Result<size_t> CbcEncryption::Update(Bytes in, MutableBytes out) {
  const size_t whole = (used_ + in.size()) / kBlock * kBlock;
  if (out.size() < whole) return Misuse(Code::kNoSpace);
  uint8_t* to = out.data();
  while (!in.empty()) {
    if (used_ == 0 && in.size() >= kBlock) {
      EncryptBlock(in.data(), to);
      in.remove_prefix(kBlock);
      to += kBlock;
      continue;
    }
    const size_t size = std::min(in.size(), kBlock - used_);
    memcpy(&pending_[used_], in.data(), size);
    in.remove_prefix(size);
    used_ += size;
    if (used_ < kBlock) break;
    EncryptBlock(pending_.data(), to);
    to += kBlock;
    used_ = 0;
  }
  return whole;
}

Result<size_t> CbcEncryption::Finish(MutableBytes out) {
  if (padding_ == CbcPadding::kNone) return used_ == 0 ? Result<size_t>(0u) : Misuse();
  if (out.size() < kBlock) return Misuse(Code::kNoSpace);
  memset(&pending_[used_], static_cast<int>(kBlock - used_), kBlock - used_);
  EncryptBlock(pending_.data(), out.data());
  used_ = 0;
  return kBlock;
}

void CbcEncryption::EncryptBlock(const uint8_t* in, uint8_t* out) {
  for (size_t i = 0; i < kBlock; ++i) chain_[i] ^= in[i];
  key_.Encrypt(chain_, absl::MakeSpan(chain_));
  memcpy(out, chain_.data(), kBlock);
}

CbcDecryption::CbcDecryption(const BlockDecryptAlgorithm& cipher, Bytes key, Bytes iv,
                             CbcPadding padding)
    : key_(cipher, key), padding_(padding) {
  if (iv.size() != kBlock) __builtin_trap();
  std::copy(iv.begin(), iv.end(), chain_.begin());
}
CbcDecryption::~CbcDecryption() { WipeObject(pending_); }

Result<size_t> CbcDecryption::Update(Bytes in, MutableBytes out) {
  const size_t held_back = padding_ == CbcPadding::kPkcs7 ? 1 : 0;
  const size_t all = used_ + in.size();
  const size_t whole = all <= held_back ? 0 : (all - held_back) / kBlock * kBlock;
  if (out.size() < whole) return Misuse(Code::kNoSpace);
  size_t written = 0;
  while (written < whole) {
    if (used_ == 0) {
      const Bytes blocks = Slice(in, 0, whole - written);
      DecryptBlocks(blocks, out.data() + written);
      in.remove_prefix(blocks.size());
      break;
    }
    const size_t size = kBlock - used_;
    if (size != 0) memcpy(&pending_[used_], in.data(), size);
    in.remove_prefix(size);
    DecryptBlocks(pending_, out.data() + written);
    written += kBlock;
    used_ = 0;
  }
  if (!in.empty()) memcpy(&pending_[used_], in.data(), in.size());
  used_ += in.size();
  return whole;
}

Result<size_t> CbcDecryption::Finish(MutableBytes out) {
  const Error refused = PeerError(Code::kIllegalValue, Alert::kDecryptError);
  if (padding_ == CbcPadding::kNone) return used_ == 0 ? Result<size_t>(0u) : refused;
  if (used_ != kBlock) return refused;
  if (out.size() < kBlock) return Misuse(Code::kNoSpace);
  Block last;
  DecryptBlocks(pending_, last.data());
  const size_t padding = PaddingSize(last);
  if (padding == 0) {  // public: the verdict
    WipeObject(last);
    return refused;
  }
  memcpy(out.data(), last.data(), kBlock);  // the padding too: its size is not for this to know
  WipeObject(last);
  return kBlock - padding;
}

// Up to eight blocks side by side; their ciphertext is kept, for it may lie where the text goes.
void CbcDecryption::DecryptBlocks(Bytes in, uint8_t* out) {
  std::array<uint8_t, 8 * kBlock> kept, text;
  while (!in.empty()) {
    const size_t size = std::min(in.size(), kept.size());
    memcpy(kept.data(), in.data(), size);
    key_.Decrypt(Slice(Bytes(kept), 0, size), Slice(absl::MakeSpan(text), 0, size));
    for (size_t i = 0; i < size; ++i) {
      out[i] = text[i] ^ (i < kBlock ? chain_[i] : kept[i - kBlock]);
    }
    memcpy(chain_.data(), &kept[size - kBlock], kBlock);
    in.remove_prefix(size);
    out += size;
  }
  WipeObject(text);
}

Result<size_t> CbcEncrypt(const CipherAlgorithm& cipher, Bytes key, Bytes iv, CbcPadding padding,
                          Bytes in, MutableBytes out) {
  CbcEncryption operation(cipher, key, iv, padding);
  MERLON_ASSIGN_OR_RETURN(const size_t size, operation.Update(in, out));
  MERLON_ASSIGN_OR_RETURN(const size_t rest, operation.Finish(Slice(out, size)));
  return size + rest;
}
Result<size_t> CbcDecrypt(const BlockDecryptAlgorithm& cipher, Bytes key, Bytes iv,
                          CbcPadding padding, Bytes in, MutableBytes out) {
  CbcDecryption operation(cipher, key, iv, padding);
  MERLON_ASSIGN_OR_RETURN(const size_t size, operation.Update(in, out));
  MERLON_ASSIGN_OR_RETURN(const size_t rest, operation.Finish(Slice(out, size)));
  return size + rest;
}

}  // namespace merlon::crypto
