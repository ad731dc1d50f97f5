// SPDX-License-Identifier: Apache-2.0
// Where CRLs, OCSP responders and issuers' certificates are found (RFC 5280 s4.2.1.13, s4.2.2.1),
// as data: nothing is fetched. And when two distribution points share a name.
#pragma once
#include "x509/general_name.h"

namespace merlon::x509 {

// ReasonFlags: bit n is named bit n. All but the first, which is unused.
inline constexpr uint16_t kAllReasons = 0x1fe;

// A DistributionPointName: one of the first two, or neither when it is absent.
struct DistributionPointName {
  Bytes full;       // contents of GeneralNames
  Bytes relative;   // contents of a RelativeDistinguishedName
  Bytes directory;  // a Name alone: that of the point which RFC 5280 s6.3.3 assumes
  bool empty() const { return full.empty() && relative.empty() && directory.empty(); }
};
// `contents` of the [0] that holds one.
[[nodiscard]] bool ParseDistributionPointName(Bytes contents, DistributionPointName* name);
// ReasonFlags from their contents octets; at least one.
[[nodiscard]] bool ParseReasons(Bytes contents, uint16_t* reasons);

struct DistributionPoint {
  DistributionPointName name;
  uint16_t reasons = kAllReasons;
  Bytes crl_issuer;  // contents of GeneralNames
};
// Takes one off the contents of CRLDistributionPoints.
[[nodiscard]] bool ReadDistributionPoint(DerReader& reader, DistributionPoint* point);
// Whether `value` is a SEQUENCE of one or more, each with a name or a cRLIssuer.
bool AreDistributionPoints(Bytes value);

struct AccessDescription {
  Bytes method;  // contents of an OBJECT IDENTIFIER: oid::kAdOcsp, oid::kAdCaIssuers
  GeneralName location;
};
[[nodiscard]] bool ReadAccessDescription(DerReader& reader, AccessDescription* access);
bool AreAccessDescriptions(Bytes value);

// Whether a name of one is a name of the other. Relative names follow the issuers' names. Each
// comparison takes one from *budget; false once it is spent.
bool ShareAName(const DistributionPointName& a, Bytes a_issuer, const DistributionPointName& b,
                Bytes b_issuer, uint32_t* budget);
// Whether `name`, a Name, is among the directory names of `names` (contents of GeneralNames).
bool HoldsName(Bytes names, Bytes name);

}  // namespace merlon::x509
