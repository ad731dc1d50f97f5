// SPDX-License-Identifier: Apache-2.0
// What is built, in our order of preference: suites, groups, signature schemes. A configuration
// takes what it names and a driver has; config_builder.h.
#pragma once
#include "tls/config.h"

namespace merlon::tls {

// A suite before a driver is chosen.
struct SuiteRow {
  uint16_t id;
  crypto::AeadId aead;
  crypto::HashId hash;
  KeyExchange key_exchange;
  bool by_default;  // taken where a configuration names none
};
inline constexpr SuiteRow kBuiltSuites[] = {
    {kTlsAes128GcmSha256, crypto::AeadId::kAes128Gcm, crypto::HashId::kSha256, KeyExchange::kTls13,
     true},
    {kTlsAes256GcmSha384, crypto::AeadId::kAes256Gcm, crypto::HashId::kSha384, KeyExchange::kTls13,
     true},
    {kTlsChaCha20Poly1305Sha256, crypto::AeadId::kChaCha20Poly1305, crypto::HashId::kSha256,
     KeyExchange::kTls13, true},
    {kTlsAes128CcmSha256, crypto::AeadId::kAes128Ccm, crypto::HashId::kSha256, KeyExchange::kTls13,
     false},
    {kTlsAes128Ccm8Sha256, crypto::AeadId::kAes128Ccm8, crypto::HashId::kSha256,
     KeyExchange::kTls13, false},
    {kTlsEcdheEcdsaAes128GcmSha256, crypto::AeadId::kAes128Gcm, crypto::HashId::kSha256,
     KeyExchange::kEcdheEcdsa, true},
    {kTlsEcdheRsaAes128GcmSha256, crypto::AeadId::kAes128Gcm, crypto::HashId::kSha256,
     KeyExchange::kEcdheRsa, true},
    {kTlsEcdheEcdsaAes256GcmSha384, crypto::AeadId::kAes256Gcm, crypto::HashId::kSha384,
     KeyExchange::kEcdheEcdsa, true},
    {kTlsEcdheRsaAes256GcmSha384, crypto::AeadId::kAes256Gcm, crypto::HashId::kSha384,
     KeyExchange::kEcdheRsa, true},
    {kTlsEcdheEcdsaChaCha20Poly1305Sha256, crypto::AeadId::kChaCha20Poly1305,
     crypto::HashId::kSha256, KeyExchange::kEcdheEcdsa, true},
    {kTlsEcdheRsaChaCha20Poly1305Sha256, crypto::AeadId::kChaCha20Poly1305, crypto::HashId::kSha256,
     KeyExchange::kEcdheRsa, true},
    {kTlsEcdhePskAes128GcmSha256, crypto::AeadId::kAes128Gcm, crypto::HashId::kSha256,
     KeyExchange::kEcdhePsk, true},
    {kTlsEcdhePskChaCha20Poly1305Sha256, crypto::AeadId::kChaCha20Poly1305, crypto::HashId::kSha256,
     KeyExchange::kEcdhePsk, true},
    {kTlsPskAes128GcmSha256, crypto::AeadId::kAes128Gcm, crypto::HashId::kSha256, KeyExchange::kPsk,
     true},
    {kTlsPskAes128Ccm8, crypto::AeadId::kAes128Ccm8, crypto::HashId::kSha256, KeyExchange::kPsk,
     false},
};
inline constexpr const NamedGroup* kBuiltGroups[] = {&kX25519MlKem768, &kX25519, &kSecp256r1,
                                                     &kSecp384r1, &kSecp521r1};
inline constexpr const SignatureScheme* kBuiltSchemes[] = {&kEcdsaSecp256r1Sha256,
                                                           &kEcdsaSecp384r1Sha384,
                                                           &kEcdsaSecp521r1Sha512,
                                                           &kEd25519,
                                                           &kRsaPssRsaeSha256,
                                                           &kRsaPssRsaeSha384,
                                                           &kRsaPssRsaeSha512,
                                                           &kRsaPssPssSha256,
                                                           &kRsaPssPssSha384,
                                                           &kRsaPssPssSha512,
                                                           &kRsaPkcs1Sha256,
                                                           &kRsaPkcs1Sha384,
                                                           &kRsaPkcs1Sha512,
                                                           &kMlDsa44,
                                                           &kMlDsa65,
                                                           &kMlDsa87};

}  // namespace merlon::tls
