// SPDX-License-Identifier: Apache-2.0
#include "crypto/hpke.h"

#include <cstring>

#include "crypto/base/writer.h"
#include "crypto/key_derivation.h"

namespace merlon::crypto {
namespace {

constexpr size_t kMaxPointSize = 133;  // secp521r1, uncompressed
constexpr size_t kMaxShared = 64;      // Nsecret (s7.1)

enum class Mode : uint8_t { kBase = 0, kPsk = 1, kAuth = 2, kAuthPsk = 3 };  // s5

// s4: LabeledExtract and LabeledExpand of one suite_id.
class Labelled {
 public:
  Labelled(const HashAlgorithm& hash, Bytes suite_id) : hash_(hash), suite_id_(suite_id) {}

  Secret<kMaxHashSize> Extract(Bytes salt, std::string_view label, Bytes ikm) const {
    const Bytes parts[] = {AsBytes("HPKE-v1"), suite_id_, AsBytes(label), ikm};
    return Secret<kMaxHashSize>(hash_.size,
                                [&](MutableBytes out) { HmacOf(hash_, salt, parts, out); });
  }
  void Expand(Bytes prk, std::string_view label, Bytes info, MutableBytes out) const {
    const uint8_t size[] = {static_cast<uint8_t>(out.size() >> 8),
                            static_cast<uint8_t>(out.size())};
    const Bytes infos[] = {size, AsBytes("HPKE-v1"), suite_id_, AsBytes(label), info};
    HkdfExpand(hash_, prk, infos, out);
  }

 private:
  const HashAlgorithm& hash_;
  Bytes suite_id_;
};

std::array<uint8_t, 5> KemSuiteId(HpkeKem kem) {
  const auto id = static_cast<uint16_t>(kem);
  return {'K', 'E', 'M', static_cast<uint8_t>(id >> 8), static_cast<uint8_t>(id)};
}

// Gives fixed bytes for a private key: so a group makes the key pair of bytes that were derived.
class FixedRng final : public Rng {
 public:
  explicit FixedRng(Bytes bytes) : bytes_(bytes) {}
  Result<void> Fill(MutableBytes out) override {
    if (out.size() != bytes_.size()) return DriverError(Code::kEntropyFailure);
    memcpy(out.data(), bytes_.data(), out.size());
    return {};
  }

 private:
  Bytes bytes_;
};

struct KemRow {
  HpkeKem id;
  GroupId group;
  HashId hash;
  KeyType key_type;
};
constexpr KemRow kKems[] = {
    {HpkeKem::kP256, GroupId::kSecp256r1, HashId::kSha256, KeyType::kEcP256},
    {HpkeKem::kP384, GroupId::kSecp384r1, HashId::kSha384, KeyType::kEcP384},
    {HpkeKem::kP521, GroupId::kSecp521r1, HashId::kSha512, KeyType::kEcP521},
    {HpkeKem::kX25519, GroupId::kX25519, HashId::kSha256, KeyType::kNone},
    {HpkeKem::kX448, GroupId::kX448, HashId::kSha512, KeyType::kNone},
    {HpkeKem::kMlKem512, GroupId::kNone, HashId::kNone, KeyType::kMlKem512},
    {HpkeKem::kMlKem768, GroupId::kNone, HashId::kNone, KeyType::kMlKem768},
    {HpkeKem::kMlKem1024, GroupId::kNone, HashId::kNone, KeyType::kMlKem1024},
};

HashId HashOfKdf(HpkeKdf kdf) {
  switch (kdf) {
    case HpkeKdf::kHkdfSha256:
      return HashId::kSha256;
    case HpkeKdf::kHkdfSha384:
      return HashId::kSha384;
    case HpkeKdf::kHkdfSha512:
      return HashId::kSha512;
  }
  return HashId::kNone;
}
AeadId AeadOf(HpkeAead aead) {
  switch (aead) {
    case HpkeAead::kAes128Gcm:
      return AeadId::kAes128Gcm;
    case HpkeAead::kAes256Gcm:
      return AeadId::kAes256Gcm;
    case HpkeAead::kChaCha20Poly1305:
      return AeadId::kChaCha20Poly1305;
    case HpkeAead::kExportOnly:
      break;
  }
  return AeadId::kNone;
}

// The secret of one or two agreements, one behind the other: wiped.
struct Agreed {
  ~Agreed() { WipeObject(bytes); }
  MutableBytes Next(size_t more) { return Slice(absl::MakeSpan(bytes), size, more); }
  std::array<uint8_t, 2 * kMaxGroupSecretSize> bytes;
  size_t size = 0;
};

Result<void> Agree(const KeyAgreementAlgorithm& group, Bytes private_key, Bytes peer, Agreed& out) {
  MERLON_TRY(group.agree(private_key, peer, out.Next(group.secret_size)));
  out.size += group.secret_size;
  return {};
}

// s4.1, ExtractAndExpand; kem_context is enc | recipient | sender's, which may be empty.
Secret<kMaxShared> ExtractAndExpand(const HashAlgorithm& hash, HpkeKem kem, const Agreed& dh,
                                    Bytes enc, Bytes recipient, Bytes sender) {
  std::array<uint8_t, 3 * kMaxPointSize> context;
  Writer writer(absl::MakeSpan(context));
  for (Bytes part : {enc, recipient, sender}) writer.Raw(part);
  const auto suite_id = KemSuiteId(kem);
  const Labelled labelled(hash, suite_id);
  const auto prk = labelled.Extract({}, "eae_prk", Slice(Bytes(dh.bytes), 0, dh.size));
  return Secret<kMaxShared>(hash.size, [&](MutableBytes out) {
    labelled.Expand(prk.reveal(), "shared_secret", Slice(Bytes(context), 0, writer.size()), out);
  });
}

// s5.1, VerifyPSKInputs; and which mode it is.
Result<Mode> ModeOf(const HpkeOptions& options) {
  const bool psk = !options.psk.empty(), auth = !options.sender.public_key.empty();
  if (psk != !options.psk_id.empty()) return Misuse();
  if (psk && options.psk.size() < kHpkeMinPskSize) return Misuse();
  return static_cast<Mode>((psk ? 1 : 0) | (auth ? 2 : 0));
}

}  // namespace

Result<HpkeSuite> HpkeSuite::Find(const DriverTable& drivers, HpkeKem kem, HpkeKdf kdf,
                                  HpkeAead aead) {
  HpkeSuite suite;
  suite.kem_id_ = kem;
  suite.kdf_id_ = kdf;
  suite.aead_id_ = aead;
  for (const KemRow& row : kKems) {
    if (row.id != kem) continue;
    suite.key_type_ = row.key_type;
    if (row.group == GroupId::kNone) {
      suite.kem_ = drivers.kem(row.key_type);
    } else {
      suite.group_ = drivers.key_agreement(row.group);
      suite.kem_hash_ = drivers.hash(row.hash);
    }
  }
  suite.kdf_ = drivers.hash(HashOfKdf(kdf));
  suite.aead_ = drivers.aead(AeadOf(aead));
  const bool has_kem =
      suite.kem_ != nullptr || (suite.group_ != nullptr && suite.kem_hash_ != nullptr);
  const bool has_aead = suite.aead_ != nullptr || aead == HpkeAead::kExportOnly;
  if (!has_kem || !has_aead || suite.kdf_ == nullptr) return Misuse(Code::kUnsupported);
  return suite;
}

size_t HpkeSuite::enc_size() const {
  return kem_ != nullptr ? kem_->ciphertext_size : group_->responder_share_size;
}
size_t HpkeSuite::public_key_size() const {
  return kem_ != nullptr ? kem_->public_size : group_->initiator_share_size;
}
size_t HpkeSuite::private_key_size() const {
  return kem_ != nullptr ? kem_->seed_size : group_->private_size;
}

Result<void> HpkeSuite::DeriveKeyPair(Bytes ikm, MutableBytes private_key,
                                      MutableBytes public_key) const {
  if (group_ == nullptr || private_key.size() != private_key_size() ||
      public_key.size() != public_key_size()) {
    return Misuse();
  }
  const auto suite_id = KemSuiteId(kem_id_);
  const Labelled labelled(*kem_hash_, suite_id);
  const auto prk = labelled.Extract({}, "dkp_prk", ikm);
  const bool raw = kem_id_ == HpkeKem::kX25519 || kem_id_ == HpkeKem::kX448;
  // Candidates in their order; the first is out of range once in 2^32 for P-256.
  for (int i = 0; i < (raw ? 1 : 256); ++i) {
    const auto counter = static_cast<uint8_t>(i);
    const Bytes info = raw ? Bytes() : Bytes(&counter, 1);
    const Secret<kMaxGroupSecretSize> candidate(private_key.size(), [&](MutableBytes out) {
      labelled.Expand(prk.reveal(), raw ? "sk" : "candidate", info, out);
      if (kem_id_ == HpkeKem::kP521) out[0] &= 1;
    });
    FixedRng rng(candidate.reveal());
    const Result<void> made = group_->generate(rng, private_key, public_key);
    if (made.ok() || made.error().code != Code::kEntropyFailure) return made;
  }
  return LocalError(Code::kInternal);
}

Result<void> HpkeContext::SetupSender(const HpkeSuite& suite, Bytes recipient, Bytes info,
                                      const HpkeOptions& options, Rng& rng, MutableBytes enc) {
  MERLON_TRY(ModeOf(options));
  if (enc.size() != suite.enc_size()) return Misuse();
  const HpkeKeyPair& sender = options.sender;
  if (sender.private_key.empty() != sender.public_key.empty()) return Misuse();
  if (suite.kem_ != nullptr) {
    if (!sender.public_key.empty()) return Misuse(Code::kUnsupported);
    Result<void> made;
    const Secret<kMaxKemSecretSize> shared(suite.kem_->secret_size, [&](MutableBytes out) {
      made = suite.kem_->encapsulate(rng, recipient, enc, out);
    });
    if (!made.ok()) return made;
    return Schedule(suite, shared.reveal(), info, options);
  }
  // s4.1, Encap and AuthEncap.
  const KeyAgreementAlgorithm& group = *suite.group_;
  if (recipient.size() != group.initiator_share_size) {
    return IllegalParameter(Code::kBadPublicValue);
  }
  Agreed dh;
  {
    std::array<uint8_t, kMaxGroupSecretSize> ephemeral_bytes;
    const MutableBytes ephemeral = Slice(absl::MakeSpan(ephemeral_bytes), 0, group.private_size);
    Result<void> made = group.generate(rng, ephemeral, enc);
    if (made.ok()) made = Agree(group, ephemeral, recipient, dh);
    WipeObject(ephemeral_bytes);
    if (!made.ok()) return made;
  }
  if (!sender.private_key.empty()) MERLON_TRY(Agree(group, sender.private_key, recipient, dh));
  const auto shared =
      ExtractAndExpand(*suite.kem_hash_, suite.kem_id_, dh, enc, recipient, sender.public_key);
  return Schedule(suite, shared.reveal(), info, options);
}

Result<void> HpkeContext::SetupRecipient(const HpkeSuite& suite, Bytes enc, HpkeKeyPair recipient,
                                         Bytes info, const HpkeOptions& options) {
  MERLON_TRY(ModeOf(options));
  const Bytes sender = options.sender.public_key;
  if (enc.size() != suite.enc_size()) return IllegalParameter(Code::kBadPublicValue);
  if (suite.kem_ != nullptr) {
    if (!sender.empty()) return Misuse(Code::kUnsupported);
    Result<void> made;
    const Secret<kMaxKemSecretSize> shared(suite.kem_->secret_size, [&](MutableBytes out) {
      made = suite.kem_->decapsulate(recipient.private_key, enc, out);
    });
    if (!made.ok()) return made;
    return Schedule(suite, shared.reveal(), info, options);
  }
  // s4.1, Decap and AuthDecap.
  if (recipient.public_key.size() != suite.public_key_size()) return Misuse(Code::kBadKey);
  Agreed dh;
  MERLON_TRY(Agree(*suite.group_, recipient.private_key, enc, dh));
  if (!sender.empty()) {
    if (sender.size() != suite.public_key_size()) return IllegalParameter(Code::kBadPublicValue);
    MERLON_TRY(Agree(*suite.group_, recipient.private_key, sender, dh));
  }
  const auto shared =
      ExtractAndExpand(*suite.kem_hash_, suite.kem_id_, dh, enc, recipient.public_key, sender);
  return Schedule(suite, shared.reveal(), info, options);
}

Result<void> HpkeContext::SetupRecipient(const HpkeSuite& suite, Bytes enc, const KeyStore& store,
                                         KeyHandle recipient, Bytes info,
                                         const HpkeOptions& options) {
  const Usage usage = suite.kem_ != nullptr ? Usage::kDecrypt : Usage::kDerive;
  std::array<uint8_t, kMaxPointSize> point;
  HpkeKeyPair pair;
  if (suite.kem_ == nullptr) {
    MERLON_ASSIGN_OR_RETURN(const KeyAttributes attributes, store.Attributes(recipient));
    if (attributes.type != suite.key_type_) return Misuse(Code::kUnsupported);
    MERLON_ASSIGN_OR_RETURN(const size_t size, store.PublicKey(recipient, absl::MakeSpan(point)));
    pair.public_key = Slice(Bytes(point), 0, size);
  }
  return store.WithMaterial(recipient, usage,
                            [&](Bytes material, const KeyAttributes& attributes) -> Result<void> {
                              if (attributes.type != suite.key_type_)
                                return Misuse(Code::kUnsupported);
                              pair.private_key = material;
                              return SetupRecipient(suite, enc, pair, info, options);
                            });
}

// s5.1, KeySchedule.
Result<void> HpkeContext::Schedule(const HpkeSuite& suite, Bytes shared_secret, Bytes info,
                                   const HpkeOptions& options) {
  MERLON_ASSIGN_OR_RETURN(const Mode mode, ModeOf(options));
  Writer writer(absl::MakeSpan(suite_id_));
  writer.Raw(AsBytes("HPKE"));
  writer.Int<2>(static_cast<uint16_t>(suite.kem_id_));
  writer.Int<2>(static_cast<uint16_t>(suite.kdf_id_));
  writer.Int<2>(static_cast<uint16_t>(suite.aead_id_));
  kdf_ = suite.kdf_;
  next_ = 0;
  key_.Clear();
  const Labelled labelled(*kdf_, suite_id_);
  std::array<uint8_t, 1 + 2 * kMaxHashSize> context_bytes;
  Writer context_writer(absl::MakeSpan(context_bytes));
  context_writer.Int<1>(static_cast<uint8_t>(mode));
  context_writer.Raw(labelled.Extract({}, "psk_id_hash", options.psk_id).reveal());
  context_writer.Raw(labelled.Extract({}, "info_hash", info).reveal());
  const Bytes context = Slice(Bytes(context_bytes), 0, context_writer.size());
  const auto secret = labelled.Extract(shared_secret, "secret", options.psk);
  exporter_secret_ = Secret<kMaxHashSize>(
      kdf_->size, [&](MutableBytes out) { labelled.Expand(secret.reveal(), "exp", context, out); });
  if (suite.aead_ == nullptr) return {};
  const Secret<kMaxAeadKeySize> key(suite.aead_->key_size, [&](MutableBytes out) {
    labelled.Expand(secret.reveal(), "key", context, out);
  });
  const Secret<kAeadIvSize> nonce(kAeadIvSize, [&](MutableBytes out) {
    labelled.Expand(secret.reveal(), "base_nonce", context, out);
  });
  key_.Bind(*suite.aead_, key.reveal(), nonce.reveal());
  return {};
}

Result<void> HpkeContext::CheckNext(size_t needed, size_t room) const {
  if (key_.algorithm() == nullptr) return Misuse();
  if (next_ == UINT64_MAX) return Misuse(Code::kAeadLimit);
  if (room < needed) return Misuse(Code::kNoSpace);
  return {};
}

// s5.2: the nonce is the message's number, XORed into the base nonce, as AeadKey does it.
Result<size_t> HpkeContext::Seal(Bytes ad, Bytes plaintext, MutableBytes out) {
  const size_t tag_size = key_.algorithm() == nullptr ? 0 : key_.algorithm()->tag_size;
  MERLON_TRY(CheckNext(plaintext.size() + tag_size, out.size()));
  const MutableBytes sealed = Slice(out, 0, plaintext.size() + tag_size);
  key_.SealScatter(next_, ad, absl::Span<const Bytes>(&plaintext, 1), {}, sealed);
  next_ += 1;
  return sealed.size();
}

Result<size_t> HpkeContext::Open(Bytes ad, Bytes ciphertext, MutableBytes out) {
  MERLON_TRY(CheckNext(ciphertext.size(), out.size()));
  const MutableBytes work = Slice(out, 0, ciphertext.size());
  if (!ciphertext.empty()) memmove(work.data(), ciphertext.data(), ciphertext.size());
  if (!key_.OpenInPlace(next_, ad, work)) return PeerError(Code::kBadMac, Alert::kDecryptError);
  next_ += 1;
  return ciphertext.size() - key_.algorithm()->tag_size;
}

Result<void> HpkeContext::Export(Bytes exporter_context, MutableBytes out) const {
  if (kdf_ == nullptr || out.size() > size_t{255} * kdf_->size) return Misuse();
  Labelled(*kdf_, suite_id_).Expand(exporter_secret_.reveal(), "sec", exporter_context, out);
  return {};
}

Result<size_t> HpkeSeal(const HpkeSuite& suite, Bytes recipient, Bytes info,
                        const HpkeOptions& options, Bytes ad, Bytes plaintext, Rng& rng,
                        MutableBytes out) {
  const size_t enc_size = suite.enc_size();
  if (out.size() < enc_size) return Misuse(Code::kNoSpace);
  HpkeContext context;
  MERLON_TRY(context.SetupSender(suite, recipient, info, options, rng, Slice(out, 0, enc_size)));
  MERLON_ASSIGN_OR_RETURN(const size_t size, context.Seal(ad, plaintext, Slice(out, enc_size)));
  return enc_size + size;
}

Result<size_t> HpkeOpen(const HpkeSuite& suite, HpkeKeyPair recipient, Bytes info,
                        const HpkeOptions& options, Bytes ad, Bytes sealed, MutableBytes out) {
  const size_t enc_size = suite.enc_size();
  if (sealed.size() < enc_size) return DecodeError();
  HpkeContext context;
  MERLON_TRY(context.SetupRecipient(suite, Slice(sealed, 0, enc_size), recipient, info, options));
  return context.Open(ad, Slice(sealed, enc_size), out);
}

}  // namespace merlon::crypto
