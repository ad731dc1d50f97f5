// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz_driver.h"

#include <cstring>

namespace merlon::fuzz {
namespace {

using crypto::Rng;

void Fill(MutableBytes out, uint8_t value) {
  if (!out.empty()) memset(out.data(), value, out.size());
}
bool Refused(Bytes bytes) { return bytes.empty() || bytes.back() == kRefused; }

// ---- Hashes ----

void StartHash(void*) {}
void UpdateHash(void*, Bytes) {}
void FinishHash(void*, MutableBytes out) { Fill(out, 0x48); }

constexpr crypto::HashAlgorithm Hash(crypto::HashId id, uint8_t size, uint8_t block_size) {
  return {.id = id,
          .size = size,
          .block_size = block_size,
          .context_size = 8,
          .start = StartHash,
          .update = UpdateHash,
          .finish = FinishHash};
}
constexpr crypto::HashAlgorithm kSha256 = Hash(crypto::HashId::kSha256, 32, 64);
constexpr crypto::HashAlgorithm kSha384 = Hash(crypto::HashId::kSha384, 48, 128);
constexpr crypto::HashAlgorithm kSha512 = Hash(crypto::HashId::kSha512, 64, 128);

// ---- AEADs ----

void BindMask(void*, Bytes) {}
void Mask(const void*, Bytes, MutableBytes out) { Fill(out, 0); }

constexpr crypto::MaskAlgorithm MaskOf(uint8_t key_size) {
  return {.key_size = key_size, .context_size = 16, .bind = BindMask, .mask = Mask};
}
constexpr crypto::MaskAlgorithm kMask128 = MaskOf(16), kMask256 = MaskOf(32);

void BindAead(void*, Bytes, Bytes) {}
template <size_t kTagSize>
void Seal(const void*, uint64_t, Bytes, absl::Span<const Bytes> in, Bytes tail, MutableBytes out) {
  size_t at = 0;
  const auto put = [&](Bytes part) {
    if (!part.empty()) memmove(out.data() + at, part.data(), part.size());
    at += part.size();
  };
  for (Bytes part : in) put(part);
  put(tail);
  if (out.size() != at + kTagSize) __builtin_trap();  // the interface's promise
  Fill(Slice(out, at), kTagByte);
}
template <size_t kTagSize>
void SealBatch(const void* context, absl::Span<const crypto::SealJob> jobs) {
  for (const crypto::SealJob& job : jobs) {
    Seal<kTagSize>(context, job.nonce64, job.ad, absl::Span<const Bytes>(&job.plaintext, 1), {},
                   job.out);
  }
}
template <size_t kTagSize>
bool Open(const void*, uint64_t, Bytes, MutableBytes in_out) {
  if (in_out.size() >= kTagSize && !Refused(in_out)) return true;
  Wipe(in_out);
  return false;
}

template <size_t kTagSize = 16>
constexpr crypto::AeadAlgorithm Aead(crypto::AeadId id, uint8_t key_size,
                                     const crypto::MaskAlgorithm& mask) {
  return {.id = id,
          .key_size = key_size,
          .tag_size = kTagSize,
          .context_size = 16,
          .seal_limit = 64,
          .open_limit = 8,
          .mask = &mask,
          .bind = BindAead,
          .seal_scatter = Seal<kTagSize>,
          .seal_batch = SealBatch<kTagSize>,
          .open_in_place = Open<kTagSize>};
}
constexpr crypto::AeadAlgorithm kAes128Gcm = Aead(crypto::AeadId::kAes128Gcm, 16, kMask128);
constexpr crypto::AeadAlgorithm kAes256Gcm = Aead(crypto::AeadId::kAes256Gcm, 32, kMask256);
constexpr crypto::AeadAlgorithm kAes128Ccm8 = Aead<8>(crypto::AeadId::kAes128Ccm8, 16, kMask128);

// ---- Key agreement ----

Result<void> Generate(Rng&, MutableBytes private_key, MutableBytes share) {
  Fill(private_key, 1);
  Fill(share, 4);  // an uncompressed point begins with 4
  return {};
}
Result<void> Agree(Bytes, Bytes peer_share, MutableBytes secret) {
  if (Refused(peer_share)) return IllegalParameter(Code::kBadPublicValue);
  Fill(secret, 2);
  return {};
}
Result<void> Respond(Rng&, Bytes peer_share, MutableBytes share, MutableBytes secret) {
  Fill(share, 4);
  return Agree({}, peer_share, secret);
}

constexpr crypto::KeyAgreementAlgorithm Group(crypto::GroupId id, uint16_t share_size) {
  return {.id = id,
          .private_size = 32,
          .initiator_share_size = share_size,
          .responder_share_size = share_size,
          .secret_size = 32,
          .generate = Generate,
          .agree = Agree,
          .respond = Respond};
}
constexpr crypto::KeyAgreementAlgorithm kX25519 = Group(crypto::GroupId::kX25519, 32);
constexpr crypto::KeyAgreementAlgorithm kP256 = Group(crypto::GroupId::kSecp256r1, 65);

// ---- Signatures ----

constexpr size_t kSignatureSize = 8;

Result<size_t> Sign(Bytes, const crypto::HashAlgorithm*, Bytes, Rng&, MutableBytes out) {
  if (out.size() < kSignatureSize) return Misuse(Code::kNoSpace);
  Fill(Slice(out, 0, kSignatureSize), 3);
  return kSignatureSize;
}
Result<void> Verify(Bytes, const crypto::HashAlgorithm*, Bytes, Bytes signature) {
  if (Refused(signature)) return PeerError(Code::kBadSignature, Alert::kDecryptError);
  return {};
}
Result<size_t> PublicKey(Bytes, MutableBytes out) {
  constexpr size_t kPointSize = 65;
  if (out.size() < kPointSize) return Misuse(Code::kNoSpace);
  Fill(Slice(out, 0, kPointSize), 4);
  return kPointSize;
}
Result<uint16_t> CheckPrivate(Bytes private_key) {
  if (private_key.size() != 32) return Misuse(Code::kBadKey);
  return uint16_t{256};
}
Result<size_t> GenerateKey(uint16_t, Rng&, MutableBytes private_key) {
  if (private_key.size() < 32) return Misuse(Code::kNoSpace);
  Fill(Slice(private_key, 0, 32), 1);
  return size_t{32};
}

constexpr crypto::SignAlgorithm kEcdsa = {.family = crypto::SignFamily::kEcdsa,
                                          .key_type = crypto::KeyType::kEcP256,
                                          .sign = Sign,
                                          .verify = Verify,
                                          .public_key = PublicKey,
                                          .check_private = CheckPrivate,
                                          .generate = GenerateKey};
// Chains may be signed so; keys of this kind are not held.
constexpr crypto::SignAlgorithm VerifyOnly(crypto::SignFamily family) {
  return {.family = family,
          .key_type = crypto::KeyType::kRsa,
          .sign = nullptr,
          .verify = Verify,
          .public_key = nullptr,
          .check_private = nullptr,
          .generate = nullptr};
}
constexpr crypto::SignAlgorithm kRsaPss = VerifyOnly(crypto::SignFamily::kRsaPss);
constexpr crypto::SignAlgorithm kRsaPkcs1 = VerifyOnly(crypto::SignFamily::kRsaPkcs1);

constexpr const crypto::HashAlgorithm* kHashes[] = {&kSha256, &kSha384, &kSha512};
constexpr const crypto::AeadAlgorithm* kAeads[] = {&kAes128Gcm, &kAes256Gcm, &kAes128Ccm8};
constexpr const crypto::KeyAgreementAlgorithm* kGroups[] = {&kX25519, &kP256};
constexpr const crypto::SignAlgorithm* kSigns[] = {&kEcdsa, &kRsaPss, &kRsaPkcs1};

}  // namespace

constinit const crypto::Driver kFuzzDriver = {
    .name = "fuzz",
    .location = crypto::kLocalStorage,
    .available = nullptr,
    .hashes = kHashes,
    .ciphers = {},
    .aeads = kAeads,
    .key_agreements = kGroups,
    .signs = kSigns,
};

crypto::DriverTable FuzzDrivers() {
  static constexpr const crypto::Driver* kDrivers[] = {&kFuzzDriver};
  return crypto::DriverTable(kDrivers);
}

}  // namespace merlon::fuzz
