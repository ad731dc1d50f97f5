// SPDX-License-Identifier: Apache-2.0
#include "x509/distribution_point.h"

#include "x509/der.h"
#include "x509/name.h"

namespace merlon::x509 {
namespace {

bool IsRdn(Bytes contents) {
  NameAttribute attribute;
  DerReader reader(contents);
  while (!reader.done()) {
    if (!ReadNameAttribute(reader, &attribute)) return false;
  }
  return !contents.empty();
}

// Whether `value` is a SEQUENCE of one or more of what `read` takes.
template <class T>
bool AreAll(Bytes value, bool (*read)(DerReader&, T*)) {
  DerReader outer(value), list{Bytes()};
  if (!outer.Sequence(&list) || !outer.done() || list.done()) return false;
  while (!list.done()) {
    T one;
    if (!read(list, &one)) return false;
  }
  return true;
}

// The names of a DistributionPointName, one by one.
class Names {
 public:
  Names(const DistributionPointName& name, Bytes issuer)
      : reader_(name.full),
        directory_(name.directory.empty() && !name.relative.empty() ? issuer : name.directory),
        relative_(name.relative) {}
  // *rdn: what follows a directory name.
  bool Next(GeneralName* name, Bytes* rdn) {
    *rdn = Bytes();
    if (!reader_.done()) return ReadGeneralName(reader_, name);
    if (directory_.empty()) return false;
    *name = {GeneralNameType::kDirectoryName, directory_};
    *rdn = relative_;
    directory_ = Bytes();
    return true;
  }

 private:
  DerReader reader_;
  Bytes directory_, relative_;
};

}  // namespace

bool ParseDistributionPointName(Bytes contents, DistributionPointName* name) {
  DerReader reader(contents);
  if (reader.NextIs(der::Context(0, true))) {
    return reader.Element(der::Context(0, true), &name->full) && reader.done() &&
           AreGeneralNames(name->full);
  }
  return reader.Element(der::Context(1, true), &name->relative) && reader.done() &&
         IsRdn(name->relative);
}

bool ParseReasons(Bytes contents, uint16_t* reasons) {
  if (!ParseNamedBits(contents, reasons) || *reasons == 0) return false;
  *reasons &= kAllReasons;  // "unused" says nothing
  return true;
}

bool ReadDistributionPoint(DerReader& reader, DistributionPoint* point) {
  *point = DistributionPoint();
  DerReader fields{Bytes()};
  Bytes name, reasons;
  bool has_name, has_reasons, has_issuer;
  return reader.Sequence(&fields) && fields.Optional(der::Context(0, true), &name, &has_name) &&
         (!has_name || ParseDistributionPointName(name, &point->name)) &&
         fields.Optional(der::Context(1, false), &reasons, &has_reasons) &&
         (!has_reasons || ParseReasons(reasons, &point->reasons)) &&
         fields.Optional(der::Context(2, true), &point->crl_issuer, &has_issuer) &&
         (!has_issuer || AreGeneralNames(point->crl_issuer)) && fields.done() &&
         // RFC 5280 s4.2.1.13: "a DistributionPoint MUST NOT consist of only the reasons field".
         (has_name || has_issuer);
}

bool AreDistributionPoints(Bytes value) { return AreAll(value, ReadDistributionPoint); }

bool ReadAccessDescription(DerReader& reader, AccessDescription* access) {
  DerReader fields{Bytes()};
  return reader.Sequence(&fields) && ReadOid(fields, &access->method) &&
         ReadGeneralName(fields, &access->location) && fields.done();
}

bool AreAccessDescriptions(Bytes value) { return AreAll(value, ReadAccessDescription); }

bool ShareAName(const DistributionPointName& a, Bytes a_issuer, const DistributionPointName& b,
                Bytes b_issuer, uint32_t* budget) {
  GeneralName left, right;
  Bytes left_rdn, right_rdn;
  for (Names lefts(a, a_issuer); lefts.Next(&left, &left_rdn);) {
    for (Names rights(b, b_issuer); rights.Next(&right, &right_rdn);) {
      if (*budget == 0) return false;
      --*budget;
      if (left_rdn.empty() && right_rdn.empty()) {
        if (GeneralNamesEqual(left, right)) return true;
      } else if (left.type == GeneralNameType::kDirectoryName &&
                 right.type == GeneralNameType::kDirectoryName &&
                 NamesEqual(ExtendedName{left.value, left_rdn},
                            ExtendedName{right.value, right_rdn})) {
        return true;
      }
    }
  }
  return false;
}

bool HoldsName(Bytes names, Bytes name) {
  GeneralName one;
  for (DerReader reader(names); !reader.done() && ReadGeneralName(reader, &one);) {
    if (one.type == GeneralNameType::kDirectoryName && NamesEqual(one.value, name)) return true;
  }
  return false;
}

}  // namespace merlon::x509
