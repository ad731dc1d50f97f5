// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/make_certificate.h"

#include <array>
#include <deque>

#include "crypto/bound_key.h"
#include "io_adapters/text.h"
#include "tls/error.h"
#include "x509/certificate.h"
#include "x509/ip_address.h"
#include "x509/public_key.h"
#include "x509/writer.h"

namespace merlon::io {
namespace {

absl::Status Failed(std::string_view what, Error error) {
  return absl::InternalError(Cat(what, ": ", tls::Explain(error).sentence));
}

}  // namespace

absl::StatusOr<std::string> PublicKeyInfoOf(const crypto::KeyStore& keys, crypto::KeyHandle key) {
  std::array<uint8_t, crypto::kMaxLatticePublicSize> raw;
  std::array<uint8_t, sizeof(raw) + x509::kPublicKeyInfoOverhead> out;
  const Result<crypto::KeyAttributes> attributes = keys.Attributes(key);
  if (!attributes.ok()) return Failed("reading a key's attributes", attributes.error());
  const Result<size_t> raw_size = keys.PublicKey(key, MutableBytes(raw));
  if (!raw_size.ok()) return Failed("reading a public key", raw_size.error());
  const Result<size_t> size =
      x509::WritePublicKey(attributes->type, Slice(Bytes(raw), 0, *raw_size), MutableBytes(out));
  if (!size.ok()) return Failed("encoding a public key", size.error());
  return std::string(AsText(Slice(Bytes(out), 0, *size)));
}

crypto::SignAlg AlgorithmOf(crypto::KeyType type) {
  switch (type) {
    case crypto::KeyType::kEcP384:
      return {crypto::SignFamily::kEcdsa, crypto::HashId::kSha384};
    case crypto::KeyType::kEcP521:
      return {crypto::SignFamily::kEcdsa, crypto::HashId::kSha512};
    case crypto::KeyType::kEd25519:
    case crypto::KeyType::kEd448:
      return {crypto::SignFamily::kEddsa, crypto::HashId::kNone};
    case crypto::KeyType::kMlDsa44:
      return {crypto::SignFamily::kMlDsa44, crypto::HashId::kNone};
    case crypto::KeyType::kMlDsa65:
      return {crypto::SignFamily::kMlDsa65, crypto::HashId::kNone};
    case crypto::KeyType::kMlDsa87:
      return {crypto::SignFamily::kMlDsa87, crypto::HashId::kNone};
    case crypto::KeyType::kRsa:
    case crypto::KeyType::kRsaPss:
      return {crypto::SignFamily::kRsaPss, crypto::HashId::kSha256};
    default:
      return {crypto::SignFamily::kEcdsa, crypto::HashId::kSha256};
  }
}

namespace {

// A subjectAltName's parts; they point into `request`, and to `addresses`.
struct Names {
  std::vector<std::string_view> dns;
  std::deque<x509::IpAddress> addresses;
  std::vector<Bytes> ip;
};
Names SortNames(const CertificateRequest& request) {
  Names names;
  for (const std::string& name : request.names) {
    if (const auto address = x509::ParseIpAddress(name)) {
      names.ip.push_back(names.addresses.emplace_back(*address).view());
    } else {
      names.dns.push_back(name);
    }
  }
  return names;
}

}  // namespace

absl::StatusOr<SigningKeyKind> FindSigningKeyKind(std::string_view name) {
  std::string names;
  for (const SigningKeyKind& kind : kSigningKeyKinds) {
    if (kind.name == name) return kind;
    names += Cat(names.empty() ? "" : ", ", kind.name);
  }
  return absl::InvalidArgumentError(
      Cat("no kind of key is called \"", name, "\"; there are ", names));
}

absl::StatusOr<crypto::KeyHandle> GenerateSigningKey(const crypto::Context& crypto, bool exportable,
                                                     const SigningKeyKind& kind) {
  crypto::KeyAttributes attributes;
  attributes.type = kind.type;
  attributes.bits = kind.bits;
  attributes.usage =
      exportable ? crypto::Usage::kSign | crypto::Usage::kExport : crypto::Usage::kSign;
  const Result<crypto::KeyHandle> key = crypto.keys.Generate(attributes, crypto.rng);
  if (!key.ok()) return Failed(Cat("generating a key of kind ", kind.name), key.error());
  return *key;
}

absl::StatusOr<std::string> MakeCertificate(const crypto::Context& crypto,
                                            const CertificateRequest& request,
                                            crypto::KeyHandle subject_key, const Issuer& issuer) {
  const absl::StatusOr<std::string> public_key = PublicKeyInfoOf(crypto.keys, subject_key);
  if (!public_key.ok()) return public_key.status();
  const absl::StatusOr<std::string> issuer_key = PublicKeyInfoOf(crypto.keys, issuer.key);
  if (!issuer_key.ok()) return issuer_key.status();
  const crypto::HashAlgorithm& sha256 = *crypto.drivers.hash(crypto::HashId::kSha256);
  const Result<FixedBytes<20>> subject_id = x509::KeyIdentifier(sha256, AsBytes(*public_key));
  const Result<FixedBytes<20>> issuer_id = x509::KeyIdentifier(sha256, AsBytes(*issuer_key));
  if (!subject_id.ok()) return Failed("a key identifier", subject_id.error());
  if (!issuer_id.ok()) return Failed("a key identifier", issuer_id.error());

  std::array<uint8_t, 16> serial;
  if (!crypto.rng.Fill(MutableBytes(serial)).ok()) return absl::UnavailableError("no randomness");
  serial[0] = static_cast<uint8_t>((serial[0] & 0x7f) | 0x40);  // positive, and always 16 octets

  x509::Certificate parent;
  if (!issuer.certificate_der.empty()) {
    const auto parsed = x509::Certificate::Parse(AsBytes(issuer.certificate_der));
    if (!parsed.ok()) return Failed("the issuer's certificate", parsed.error());
    parent = *parsed;
  }
  const Names names = SortNames(request);
  x509::CertificateSpec spec;
  spec.serial = Bytes(serial);
  spec.subject = request.common_name;
  spec.issuer = parent.subject();
  spec.not_before = request.not_before;
  spec.not_after = request.not_after;
  spec.public_key = AsBytes(*public_key);
  spec.ca = request.ca;
  if (!request.ca) spec.purposes = x509::KeyPurpose::kServerAuth | x509::KeyPurpose::kClientAuth;
  spec.dns_names = names.dns;
  spec.ip_addresses = names.ip;
  spec.subject_key_id = subject_id->view();
  spec.authority_key_id = issuer_id->view();

  const Result<crypto::KeyAttributes> signer_key = crypto.keys.Attributes(issuer.key);
  if (!signer_key.ok()) return Failed("the issuer's key", signer_key.error());
  const Result<crypto::BoundSigningKey> signer =
      crypto::BoundSigningKey::Bind(crypto.keys, issuer.key, AlgorithmOf(signer_key->type));
  if (!signer.ok()) return Failed("the issuer's key", signer.error());
  std::string der(8192, '\0');
  const Result<size_t> size = x509::WriteCertificate(
      spec, *signer, crypto.rng, MutableBytes(reinterpret_cast<uint8_t*>(der.data()), der.size()));
  if (!size.ok()) return Failed("writing a certificate", size.error());
  der.resize(*size);
  return der;
}

}  // namespace merlon::io
