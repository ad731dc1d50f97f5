// SPDX-License-Identifier: Apache-2.0
#include "tls/psk_importer.h"

#include "crypto/base/reader.h"
#include "crypto/base/writer.h"

namespace merlon::tls {
namespace {

constexpr uint16_t kTls13Protocol = 0x0304, kDtls13Protocol = 0xfefc;

}  // namespace

uint16_t KdfOf(crypto::HashId hash) {
  if (hash == crypto::HashId::kSha256) return kHkdfSha256;
  if (hash == crypto::HashId::kSha384) return kHkdfSha384;
  return 0;
}

Result<ImportedIdentity> ImportedIdentity::Decode(Bytes encoded) {
  ImportedIdentity out;
  Reader reader(encoded);
  if (!reader.Prefixed<2>(&out.external_identity) || out.external_identity.empty() ||
      !reader.Prefixed<2>(&out.context) || !reader.Int(&out.target_protocol) ||
      !reader.Int(&out.target_kdf) || !reader.done()) {
    return IllegalParameter();
  }
  return out;
}

size_t ImportedIdentity::EncodedSize() const {
  return 2 + external_identity.size() + 2 + context.size() + 2 + 2;
}

Result<size_t> ImportedIdentity::Encode(MutableBytes out) const {
  Writer writer(out);
  writer.Prefixed<2>([&] { writer.Raw(external_identity); });
  writer.Prefixed<2>([&] { writer.Raw(context); });
  writer.Int<2>(target_protocol);
  writer.Int<2>(target_kdf);
  return writer.Finish();
}

Result<void> ImportedPsk::Import(const crypto::KeyStore& keys, crypto::KeyHandle key,
                                 const crypto::HashAlgorithm& hash,
                                 const crypto::HashAlgorithm& target, Bytes identity) {
  MERLON_ASSIGN_OR_RETURN(const ImportedIdentity imported, ImportedIdentity::Decode(identity));
  const bool datagrams = imported.target_protocol == kDtls13Protocol;
  if ((!datagrams && imported.target_protocol != kTls13Protocol) || imported.target_kdf == 0 ||
      imported.target_kdf != KdfOf(target.id)) {
    return IllegalParameter();
  }
  // RFC 9258 s5.1: "ipskx = HKDF-Expand-Label(epskx, "derived psk", Hash(ImportedIdentity), L)",
  // where epskx is HKDF-Extract(0, epsk) and L the length of the target KDF's output. "The hash
  // function used for HKDF is that which is associated with the EPSK."
  identity_hash_ = crypto::HashOf(hash, identity);
  derivation_ = {
      .hash = &hash,
      .prefix = datagrams ? crypto::LabelPrefix::kDtls13 : crypto::LabelPrefix::kTls13,
      .label = "derived psk",
      .context = identity_hash_.view(),
      .size = target.size,
  };
  MERLON_ASSIGN_OR_RETURN(secret_, crypto::BoundSecret::BindDerived(keys, key, derivation_));
  identity_ = identity;
  target_hash_ = target.id;
  target_protocol_ = imported.target_protocol;
  return {};
}

ExternalPsk ImportedPsk::psk() const {
  return {.identity = identity_,
          .secret = &*secret_,
          .hash = target_hash_,
          .target_protocol = target_protocol_};
}

}  // namespace merlon::tls
