// SPDX-License-Identifier: Apache-2.0
// Distinguished names: their structure, and when two are the same (RFC 5280 s7.1). A name is the
// whole DER of the Name, borrowed.
#pragma once
#include "crypto/base/der.h"

namespace merlon::x509 {

// An AttributeTypeAndValue.
struct NameAttribute {
  Bytes type;  // contents of the OBJECT IDENTIFIER
  uint8_t tag;
  Bytes value;  // contents
};
// Takes one off the contents of a RelativeDistinguishedName.
[[nodiscard]] bool ReadNameAttribute(DerReader& rdn, NameAttribute* attribute);

// Whether `name` is a Name with nothing behind it; each RDN has an attribute.
bool IsName(Bytes name);
// Whether it has no RDNs at all. `name` is a Name.
bool IsEmptyName(Bytes name);

// Same attributes, in the same order. Values in PrintableString, UTF8String and IA5String are equal
// whatever their case (ASCII) and their runs of spaces; others octet by octet. Both are Names.
bool NamesEqual(Bytes a, Bytes b);
// The same for names that are equal.
uint32_t NameHash(Bytes name);
// A Name, and one RDN more (the contents of its SET) unless that is empty: nameRelativeToCRLIssuer.
struct ExtendedName {
  Bytes name, rdn;
};
bool NamesEqual(const ExtendedName& a, const ExtendedName& b);
// Whether the RDNs of `base` are the first ones of `name` (RFC 5280 s4.2.1.10, directoryName).
bool NameWithin(Bytes name, Bytes base);

}  // namespace merlon::x509
