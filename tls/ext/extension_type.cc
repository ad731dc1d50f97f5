// SPDX-License-Identifier: Apache-2.0
// The table of RFC 9846 s4.2 and the "TLS 1.3" column of IANA's registry for the extensions that
// later RFCs added. Those of TLS 1.2 alone may stand in a ClientHello that offers it as well, and
// nowhere else in TLS 1.3.
#include "tls/ext/extension_type.h"

#include <array>
#include <bit>
#include <cstddef>

namespace merlon::tls {
namespace {

constexpr uint8_t kCh = 1, kSh = 2, kHrr = 4, kEe = 8, kCt = 16, kCr = 32, kNst = 64;
static_assert(kCh == static_cast<uint8_t>(ExtensionPlace::kClientHello));
static_assert(kSh == static_cast<uint8_t>(ExtensionPlace::kServerHello));
static_assert(kHrr == static_cast<uint8_t>(ExtensionPlace::kHelloRetryRequest));
static_assert(kEe == static_cast<uint8_t>(ExtensionPlace::kEncryptedExtensions));
static_assert(kCt == static_cast<uint8_t>(ExtensionPlace::kCertificate));
static_assert(kCr == static_cast<uint8_t>(ExtensionPlace::kCertificateRequest));
static_assert(kNst == static_cast<uint8_t>(ExtensionPlace::kNewSessionTicket));

struct Row {
  ExtensionType type;
  uint8_t places;
};
constexpr Row kRows[] = {
    {ExtensionType::kServerName, kCh | kEe},                        // RFC 6066 s3
    {ExtensionType::kStatusRequest, kCh | kCr | kCt},               // RFC 6066 s8
    {ExtensionType::kSupportedGroups, kCh | kEe},                   // RFC 9846 s4.2.7
    {ExtensionType::kEcPointFormats, kCh},                          // RFC 8422 s5.1.2, TLS 1.2
    {ExtensionType::kSignatureAlgorithms, kCh | kCr},               // RFC 9846 s4.2.3
    {ExtensionType::kUseSrtp, kCh | kEe},                           // RFC 5764 s4.1
    {ExtensionType::kAlpn, kCh | kEe},                              // RFC 7301 s3.1
    {ExtensionType::kSignedCertificateTimestamp, kCh | kCr | kCt},  // RFC 6962 s3.3
    {ExtensionType::kPadding, kCh},                                 // RFC 7685
    {ExtensionType::kExtendedMasterSecret, kCh},                    // RFC 7627 s5.1, TLS 1.2
    {ExtensionType::kCompressCertificate, kCh | kCr},               // RFC 8879 s3
    {ExtensionType::kRecordSizeLimit, kCh | kEe},                   // RFC 8449 s4
    {ExtensionType::kSessionTicket, kCh},                           // RFC 5077, TLS 1.2
    {ExtensionType::kPreSharedKey, kCh | kSh},                      // RFC 9846 s4.2.11
    {ExtensionType::kEarlyData, kCh | kEe | kNst},                  // RFC 9846 s4.2.10
    {ExtensionType::kSupportedVersions, kCh | kSh | kHrr},          // RFC 9846 s4.2.1
    {ExtensionType::kCookie, kCh | kHrr},                           // RFC 9846 s4.2.2
    {ExtensionType::kPskKeyExchangeModes, kCh},                     // RFC 9846 s4.2.9
    {ExtensionType::kCertificateAuthorities, kCh | kCr},            // RFC 9846 s4.2.4
    {ExtensionType::kOidFilters, kCr},                              // RFC 9846 s4.2.5
    {ExtensionType::kPostHandshakeAuth, kCh},                       // RFC 9846 s4.2.6
    {ExtensionType::kSignatureAlgorithmsCert, kCh | kCr},           // RFC 9846 s4.2.3
    {ExtensionType::kKeyShare, kCh | kSh | kHrr},                   // RFC 9846 s4.2.8
    {ExtensionType::kConnectionId, kCh | kSh},                      // RFC 9146 s3, RFC 9147 s9
    {ExtensionType::kQuicTransportParameters, kCh | kEe},           // RFC 9001 s8.2
    {ExtensionType::kEncryptedClientHello, kCh | kHrr | kEe},       // RFC 9849 s5
    {ExtensionType::kRenegotiationInfo, kCh},                       // RFC 5746 s3.2, TLS 1.2
};
constexpr size_t kCount = sizeof(kRows) / sizeof(kRows[0]);
static_assert(kCount <= 32, "one bit each");

// Most types are small: where they stand in kRows, at their number.
constexpr size_t kSmall = 64;
constexpr std::array<uint8_t, kSmall> kIndexOfSmall = [] {
  std::array<uint8_t, kSmall> out;
  out.fill(kCount);
  for (size_t i = 0; i < kCount; ++i) {
    const auto type = static_cast<uint16_t>(kRows[i].type);
    if (type < kSmall) out[type] = static_cast<uint8_t>(i);
  }
  return out;
}();

// kCount when it is not one of ours.
constexpr size_t IndexOf(uint16_t type) {
  if (type < kSmall) return kIndexOfSmall[type];
  size_t i = 0;
  while (i < kCount && static_cast<uint16_t>(kRows[i].type) != type) ++i;
  return i;
}

// One bit of ExtensionPlace after the other.
constexpr size_t kPlaces = 8;
constexpr std::array<uint32_t, kPlaces> kAllowed = [] {
  std::array<uint32_t, kPlaces> out{};
  for (size_t place = 0; place < kPlaces; ++place) {
    for (size_t i = 0; i < kCount; ++i) {
      if ((kRows[i].places >> place & 1) != 0) out[place] |= uint32_t{1} << i;
    }
  }
  return out;
}();

}  // namespace

ExtensionSet ExtensionSet::AllowedIn(ExtensionPlace place) {
  ExtensionSet out;
  out.bits_ = kAllowed[static_cast<size_t>(std::countr_zero(static_cast<uint8_t>(place)))];
  return out;
}

bool ExtensionSet::Add(uint16_t type) {
  const size_t i = IndexOf(type);
  if (i != kCount) bits_ |= uint32_t{1} << i;
  return i != kCount;
}

bool ExtensionSet::Has(ExtensionType type) const {
  const size_t i = IndexOf(static_cast<uint16_t>(type));
  return i != kCount && (bits_ >> i & 1) != 0;
}

}  // namespace merlon::tls
