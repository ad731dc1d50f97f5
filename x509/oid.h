// SPDX-License-Identifier: Apache-2.0
// Object identifiers as the contents octets of their DER. Algorithms are in signature_algorithm.cc.
#pragma once
#include <cstdint>

namespace merlon::x509::oid {

// Certificate extensions: RFC 5280 s4.2.1 (id-ce is 2.5.29).
inline constexpr uint8_t kSubjectKeyIdentifier[] = {0x55, 0x1d, 0x0e};
inline constexpr uint8_t kKeyUsage[] = {0x55, 0x1d, 0x0f};
inline constexpr uint8_t kSubjectAltName[] = {0x55, 0x1d, 0x11};
inline constexpr uint8_t kBasicConstraints[] = {0x55, 0x1d, 0x13};
inline constexpr uint8_t kNameConstraints[] = {0x55, 0x1d, 0x1e};
inline constexpr uint8_t kCertificatePolicies[] = {0x55, 0x1d, 0x20};
inline constexpr uint8_t kAuthorityKeyIdentifier[] = {0x55, 0x1d, 0x23};
inline constexpr uint8_t kPolicyConstraints[] = {0x55, 0x1d, 0x24};
inline constexpr uint8_t kExtendedKeyUsage[] = {0x55, 0x1d, 0x25};
inline constexpr uint8_t kInhibitAnyPolicy[] = {0x55, 0x1d, 0x36};

// Extended key usages: RFC 5280 s4.2.1.12 (id-kp is 1.3.6.1.5.5.7.3).
inline constexpr uint8_t kAnyExtendedKeyUsage[] = {0x55, 0x1d, 0x25, 0x00};
inline constexpr uint8_t kServerAuth[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01};
inline constexpr uint8_t kClientAuth[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02};
inline constexpr uint8_t kOcspSigning[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x09};

// Attributes of names: RFC 5280 s4.1.2.4, A.1.
inline constexpr uint8_t kCommonName[] = {0x55, 0x04, 0x03};
inline constexpr uint8_t kEmailAddress[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01};

// Keys: RFC 3279 s2.3.1, RFC 5480 s2.1.1, RFC 8410 s3.
inline constexpr uint8_t kRsaEncryption[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01};
inline constexpr uint8_t kEcPublicKey[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};
inline constexpr uint8_t kSecp256r1[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
inline constexpr uint8_t kSecp384r1[] = {0x2b, 0x81, 0x04, 0x00, 0x22};
inline constexpr uint8_t kEd25519[] = {0x2b, 0x65, 0x70};

}  // namespace merlon::x509::oid
