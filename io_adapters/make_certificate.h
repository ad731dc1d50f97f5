// SPDX-License-Identifier: Apache-2.0
// MakeCertificate: a CA or a leaf for keys of a KeyStore, as `merlon cert make`, the demonstration
// and tests need them. Not a certification authority's policy.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/base/time.h"
#include "crypto/context.h"

namespace merlon::io {

struct CertificateRequest {
  std::string common_name;
  std::vector<std::string> names;  // of a server: DNS names and IP addresses as text
  UnixTime not_before, not_after;
  bool ca = false;
};

// Who signs.
struct Issuer {
  std::string certificate_der;  // empty: the subject itself
  crypto::KeyHandle key;
};

// The DER of a certificate for the public half of `subject_key`.
absl::StatusOr<std::string> MakeCertificate(const crypto::Context& crypto,
                                            const CertificateRequest& request,
                                            crypto::KeyHandle subject_key, const Issuer& issuer);

// The DER of a key's SubjectPublicKeyInfo.
absl::StatusOr<std::string> PublicKeyInfoOf(const crypto::KeyStore& keys, crypto::KeyHandle key);
// What a key of this type signs certificates, requests and CRLs with.
crypto::SignAlg AlgorithmOf(crypto::KeyType type);

// The kinds of keys that are made, as people call them.
struct SigningKeyKind {
  std::string_view name;
  crypto::KeyType type;
  uint16_t bits;
};
inline constexpr SigningKeyKind kSigningKeyKinds[] = {
    {"p256", crypto::KeyType::kEcP256, 256},     {"p384", crypto::KeyType::kEcP384, 384},
    {"p521", crypto::KeyType::kEcP521, 521},     {"ed25519", crypto::KeyType::kEd25519, 255},
    {"ed448", crypto::KeyType::kEd448, 448},     {"rsa2048", crypto::KeyType::kRsa, 2048},
    {"rsa3072", crypto::KeyType::kRsa, 3072},    {"rsa4096", crypto::KeyType::kRsa, 4096},
    {"mldsa44", crypto::KeyType::kMlDsa44, 128}, {"mldsa65", crypto::KeyType::kMlDsa65, 192},
    {"mldsa87", crypto::KeyType::kMlDsa87, 256},
};
// The kind of this name, or a sentence that says which there are.
absl::StatusOr<SigningKeyKind> FindSigningKeyKind(std::string_view name);

// A key to sign with; `exportable`: its bytes may leave the store.
absl::StatusOr<crypto::KeyHandle> GenerateSigningKey(
    const crypto::Context& crypto, bool exportable,
    const SigningKeyKind& kind = kSigningKeyKinds[0]);

}  // namespace merlon::io
