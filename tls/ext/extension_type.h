// SPDX-License-Identifier: Apache-2.0
// Extension numbers (IANA TLS ExtensionType), the messages in which each may stand, and the set of
// those that a message carried.
#pragma once
#include <cstdint>

namespace merlon::tls {

enum class ExtensionType : uint16_t {
  kServerName = 0,
  kStatusRequest = 5,
  kSupportedGroups = 10,
  kEcPointFormats = 11,
  kSignatureAlgorithms = 13,
  kUseSrtp = 14,
  kAlpn = 16,
  kSignedCertificateTimestamp = 18,
  kPadding = 21,
  kExtendedMasterSecret = 23,
  kCompressCertificate = 27,
  kRecordSizeLimit = 28,
  kSessionTicket = 35,
  kPreSharedKey = 41,
  kEarlyData = 42,
  kSupportedVersions = 43,
  kCookie = 44,
  kPskKeyExchangeModes = 45,
  kCertificateAuthorities = 47,
  kOidFilters = 48,
  kPostHandshakeAuth = 49,
  kSignatureAlgorithmsCert = 50,
  kKeyShare = 51,
  kConnectionId = 54,
  kQuicTransportParameters = 57,
  kEncryptedClientHello = 0xfe0d,
  kRenegotiationInfo = 0xff01,
};

// The messages that carry extensions (RFC 9846 s4.2, the columns of its table).
enum class ExtensionPlace : uint8_t {
  kClientHello = 1,
  kServerHello = 2,
  kHelloRetryRequest = 4,
  kEncryptedExtensions = 8,
  kCertificate = 16,
  kCertificateRequest = 32,
  kNewSessionTicket = 64,
};

// Which known extensions a message carried. A set of small numbers: bit i is entry i of the list in
// extension_type.cc.
class ExtensionSet {
 public:
  // All that TLS 1.3 allows in this message.
  static ExtensionSet AllowedIn(ExtensionPlace place);
  // False: not one that we know, and not kept.
  bool Add(uint16_t type);
  void Add(ExtensionType type) { (void)Add(static_cast<uint16_t>(type)); }
  bool Has(ExtensionType type) const;
  // True if all of these are in `allowed` as well.
  bool IsSubsetOf(ExtensionSet allowed) const { return (bits_ & ~allowed.bits_) == 0; }
  bool empty() const { return bits_ == 0; }

 private:
  uint32_t bits_ = 0;
};

}  // namespace merlon::tls
