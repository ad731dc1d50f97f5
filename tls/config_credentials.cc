// SPDX-License-Identifier: Apache-2.0
#include "tls/config_credentials.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "x509/certificate.h"
#include "x509/name.h"

namespace merlon::tls {
namespace {

absl::Status Invalid(const std::string& sentence) { return absl::InvalidArgumentError(sentence); }

// Whether the handle names the private key of the leaf.
absl::Status CheckKey(const crypto::KeyStore& keys, crypto::KeyHandle key, Bytes leaf_der) {
  const Result<crypto::KeyAttributes> attributes = keys.Attributes(key);
  if (!attributes.ok()) return Invalid("the key of a credential does not exist");
  const Result<x509::Certificate> leaf = x509::Certificate::Parse(leaf_der);
  if (!leaf.ok()) return Invalid("the first certificate of a credential is not a certificate");
  std::array<uint8_t, crypto::kMaxLatticePublicSize> own;  // RSA-8192 takes 1,036
  const Result<size_t> size = keys.PublicKey(key, MutableBytes(own));
  if (!size.ok()) return Invalid("the public key of a credential's key is not to be had");
  if (attributes->type != leaf->public_key().type ||
      Slice(Bytes(own), 0, *size) != leaf->public_key().key) {
    return Invalid("the key of a credential is not that of its first certificate");
  }
  return absl::OkStatus();
}

// Every scheme that the key may sign under: of `wanted`, in its order, else in ours.
absl::Status BindKey(const CredentialChoice& choice, const crypto::KeyStore& keys,
                     absl::Span<const SignatureScheme* const> known,
                     std::vector<SigningKey>& bound_keys) {
  const Result<crypto::KeyAttributes> attributes = keys.Attributes(choice.key);
  if (!attributes.ok()) return Invalid("the key of a credential does not exist");
  std::vector<uint16_t> wanted = choice.schemes;
  if (wanted.empty()) {
    for (const SignatureScheme* scheme : known) wanted.push_back(scheme->id);
  }
  for (uint16_t id : wanted) {
    const auto* scheme =
        std::find_if(known.begin(), known.end(), [&](auto* s) { return s->id == id; });
    if (scheme == known.end()) {
      return Invalid(absl::StrCat("unknown signature scheme 0x", absl::Hex(id, absl::kZeroPad4)));
    }
    if ((*scheme)->key_type != attributes->type) continue;
    const Result<crypto::BoundSigningKey> bound =
        crypto::BoundSigningKey::Bind(keys, choice.key, (*scheme)->algorithm);
    if (bound.ok()) bound_keys.push_back({*scheme, *bound});
  }
  if (!bound_keys.empty()) return absl::OkStatus();
  return Invalid("the key of a credential may not sign, or no driver signs with keys of its type");
}

}  // namespace

absl::Status OwnedCredentials::Add(const CredentialChoice& choice, const crypto::Context& crypto,
                                   absl::Span<const SignatureScheme* const> known) {
  if (choice.chain_der.empty()) return Invalid("a credential needs a certificate");
  absl::Status status = CheckKey(crypto.keys, choice.key, AsBytes(choice.chain_der[0]));
  if (!status.ok()) return status;
  Owned& owned = owned_.emplace_back();
  status = BindKey(choice, crypto.keys, known, owned.keys);
  if (!status.ok()) return status;
  owned.chain = choice.chain_der;
  owned.names = choice.names;
  owned.ocsp_response = choice.ocsp_response;
  for (const std::string& der : owned.chain) {
    owned.chain_views.push_back(AsBytes(der));
    // What is not understood is sent all the same: it may be for others.
    const Result<x509::Certificate> certificate = x509::Certificate::Parse(AsBytes(der));
    if (certificate.ok()) owned.issuers.push_back(certificate->issuer());
  }
  for (const std::string& name : owned.names) owned.name_views.push_back(name);
  views_.push_back({.chain_der = owned.chain_views,
                    .signing_keys = owned.keys,
                    .names = owned.name_views,
                    .issuers = owned.issuers,
                    .only_for_authorities = choice.only_for_authorities,
                    .ocsp_response = AsBytes(owned.ocsp_response)});
  return absl::OkStatus();
}

absl::Status EncodeAuthorities(const std::vector<std::string>& names_der, std::string& out) {
  for (const std::string& name : names_der) {
    if (!x509::IsName(AsBytes(name))) return Invalid("an authority is the DER of a Name");
    out.push_back(static_cast<char>(name.size() >> 8));
    out.push_back(static_cast<char>(name.size() & 0xff));
    out += name;
  }
  // Peers bound their messages; ours by default at 16,384 bytes (Limits).
  constexpr size_t kMostBytes = 16'000;
  if (out.size() > kMostBytes)
    return Invalid("the names of the authorities take 16,000 bytes at most");
  return absl::OkStatus();
}

}  // namespace merlon::tls
