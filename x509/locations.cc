// SPDX-License-Identifier: Apache-2.0
#include "x509/locations.h"

#include "x509/distribution_point.h"
#include "x509/oid.h"

namespace merlon::x509 {
namespace {

DerReader ListIn(const Extensions& extensions, Bytes id) {
  DerReader outer(extensions.Find(id)), list{Bytes()};
  return outer.Sequence(&list) ? list : DerReader(Bytes());
}

}  // namespace

Locations::Locations(const Extensions& extensions)
    : accesses_(ListIn(extensions, oid::kAuthorityInfoAccess)),
      crls_(ListIn(extensions, oid::kCrlDistributionPoints)),
      deltas_(ListIn(extensions, oid::kFreshestCrl)) {}

bool Locations::Next(Location* location) {
  return NextAccess(location) || NextPoint(crls_, LocationKind::kCrl, location) ||
         NextPoint(deltas_, LocationKind::kDeltaCrl, location);
}

bool Locations::NextAccess(Location* location) {
  AccessDescription access;
  while (!accesses_.done() && ReadAccessDescription(accesses_, &access)) {
    const bool issuer = access.method == Bytes(oid::kAdCaIssuers);
    if (access.location.type != GeneralNameType::kUri ||
        (!issuer && access.method != Bytes(oid::kAdOcsp))) {
      continue;
    }
    *location = {issuer ? LocationKind::kIssuer : LocationKind::kOcsp,
                 AsText(access.location.value)};
    return true;
  }
  return false;
}

bool Locations::NextPoint(DerReader& points, LocationKind kind, Location* location) {
  for (;;) {
    GeneralName name;
    while (!names_.done() && ReadGeneralName(names_, &name)) {
      if (name.type != GeneralNameType::kUri) continue;
      *location = {kind, AsText(name.value)};
      return true;
    }
    DistributionPoint point;
    if (points.done() || !ReadDistributionPoint(points, &point)) return false;
    names_ = DerReader(point.name.full);
  }
}

}  // namespace merlon::x509
