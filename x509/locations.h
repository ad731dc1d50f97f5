// SPDX-License-Identifier: Apache-2.0
// Where a certificate says that more about it is: its issuer's certificate, its OCSP responder, its
// CRLs. URIs as data: nothing is fetched here, and they are no more to be trusted than who sent
// them.
#pragma once
#include <string_view>

#include "x509/extensions.h"

namespace merlon::x509 {

enum class LocationKind : uint8_t {
  kIssuer,    // authorityInfoAccess, caIssuers (RFC 5280 s4.2.2.1)
  kOcsp,      // authorityInfoAccess, ocsp
  kCrl,       // cRLDistributionPoints (s4.2.1.13)
  kDeltaCrl,  // freshestCRL (s4.2.1.15)
};

struct Location {
  LocationKind kind;
  std::string_view uri;
};

// Gives them one by one. Points and methods that are no URI are left out.
class Locations {
 public:
  // Borrows what `extensions` borrow.
  explicit Locations(const Extensions& extensions);
  bool Next(Location* location);

 private:
  bool NextAccess(Location* location);
  bool NextPoint(DerReader& points, LocationKind kind, Location* location);

  DerReader accesses_{Bytes()}, crls_{Bytes()}, deltas_{Bytes()};
  DerReader names_{Bytes()};  // of the point at hand
};

}  // namespace merlon::x509
