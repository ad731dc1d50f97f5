// SPDX-License-Identifier: Apache-2.0
#include "x509/name.h"

#include "x509/der.h"

namespace merlon::x509 {
namespace {

uint8_t Lower(uint8_t c) { return c >= 'A' && c <= 'Z' ? static_cast<uint8_t>(c + 32) : c; }

// The characters of a string as RFC 5280 s7.1 compares them: no outer spaces, inner runs of spaces
// are one, ASCII in lower case.
class Folded {
 public:
  explicit Folded(Bytes text) : rest_(text) {}
  // -1 at the end.
  int Next() {
    bool space = false;
    while (!rest_.empty() && rest_[0] == ' ') {
      space = true;
      rest_.remove_prefix(1);
    }
    if (rest_.empty()) return -1;
    if (space && started_) return ' ';
    started_ = true;
    const uint8_t c = rest_[0];
    rest_.remove_prefix(1);
    return Lower(c);
  }

 private:
  Bytes rest_;
  bool started_ = false;
};

bool IsFolded(uint8_t tag) {
  return tag == der::kPrintableString || tag == der::kUtf8String || tag == der::kIa5String;
}

bool AttributesEqual(const NameAttribute& a, const NameAttribute& b) {
  if (a.type != b.type) return false;
  if (!IsFolded(a.tag) || !IsFolded(b.tag)) return a.tag == b.tag && a.value == b.value;
  Folded left(a.value), right(b.value);
  for (;;) {
    const int l = left.Next(), r = right.Next();
    if (l != r) return false;
    if (l == -1) return true;
  }
}

size_t CountAttributes(Bytes rdn) {
  size_t count = 0;
  NameAttribute attribute;
  for (DerReader reader(rdn); ReadNameAttribute(reader, &attribute);) ++count;
  return count;
}

bool Holds(Bytes rdn, const NameAttribute& wanted) {
  NameAttribute attribute;
  for (DerReader reader(rdn); ReadNameAttribute(reader, &attribute);) {
    if (AttributesEqual(attribute, wanted)) return true;
  }
  return false;
}

// Larger sets are the same only octet by octet: comparing takes a time that grows with the square
// of their size, and real ones have one or two members.
constexpr size_t kMaxFoldedAttributes = 8;

// Sets: folding case may change the order in which DER sorts them.
bool RdnsEqual(Bytes a, Bytes b) {
  if (a == b) return true;
  const size_t count = CountAttributes(a);
  if (count > kMaxFoldedAttributes || count != CountAttributes(b)) return false;
  NameAttribute attribute;
  for (DerReader reader(a); ReadNameAttribute(reader, &attribute);) {
    if (!Holds(b, attribute)) return false;
  }
  return true;
}

// FNV-1a.
class Hash {
 public:
  void Add(uint8_t octet) { value_ = (value_ ^ octet) * 0x01000193; }
  void Add(Bytes octets) {
    for (uint8_t octet : octets) Add(octet);
  }
  uint32_t value() const { return value_; }

 private:
  uint32_t value_ = 0x811c9dc5;
};

uint32_t AttributeHash(const NameAttribute& attribute) {
  Hash hash;
  hash.Add(attribute.type);
  if (!IsFolded(attribute.tag)) {
    hash.Add(attribute.tag);
    hash.Add(attribute.value);
    return hash.value();
  }
  Folded text(attribute.value);
  for (int c = text.Next(); c != -1; c = text.Next()) hash.Add(static_cast<uint8_t>(c));
  return hash.value();
}

// Takes the next RDN off a name, which its last one follows.
bool NextRdn(DerReader& rdns, Bytes& last, Bytes* set) {
  if (!rdns.done()) return rdns.Element(der::kSet, set);
  *set = last;
  last = Bytes();
  return !set->empty();
}

}  // namespace

bool ReadNameAttribute(DerReader& rdn, NameAttribute* attribute) {
  DerReader fields{Bytes()};
  return rdn.Sequence(&fields) && ReadOid(fields, &attribute->type) &&
         fields.Any(&attribute->tag, &attribute->value) && fields.done();
}

bool IsName(Bytes name) {
  DerReader outer(name), rdns{Bytes()};
  if (!outer.Sequence(&rdns) || !outer.done()) return false;
  while (!rdns.done()) {
    Bytes set;
    if (!rdns.Element(der::kSet, &set) || set.empty()) return false;
    NameAttribute attribute;
    for (DerReader rdn(set); !rdn.done();) {
      if (!ReadNameAttribute(rdn, &attribute)) return false;
    }
  }
  return true;
}

bool IsEmptyName(Bytes name) { return name.size() <= 2; }

bool NamesEqual(Bytes a, Bytes b) { return a == b || (NameWithin(a, b) && NameWithin(b, a)); }

bool NamesEqual(const ExtendedName& a, const ExtendedName& b) {
  DerReader a_outer(a.name), b_outer(b.name), a_rdns{Bytes()}, b_rdns{Bytes()};
  if (!a_outer.Sequence(&a_rdns) || !b_outer.Sequence(&b_rdns)) return false;
  Bytes a_last = a.rdn, b_last = b.rdn, a_set, b_set;
  for (;;) {
    const bool more = NextRdn(a_rdns, a_last, &a_set);
    if (NextRdn(b_rdns, b_last, &b_set) != more) return false;
    if (!more) return true;
    if (!RdnsEqual(a_set, b_set)) return false;
  }
}

uint32_t NameHash(Bytes name) {
  DerReader outer(name), rdns{Bytes()};
  uint32_t hash = 0;
  if (!outer.Sequence(&rdns)) return hash;
  for (Bytes set; rdns.Element(der::kSet, &set);) {
    NameAttribute attribute;
    uint32_t sum = 0;  // whatever the order in the set
    for (DerReader rdn(set); ReadNameAttribute(rdn, &attribute);) sum += AttributeHash(attribute);
    hash = hash * 31 + sum;
  }
  return hash;
}

bool NameWithin(Bytes name, Bytes base) {
  DerReader name_outer(name), base_outer(base), name_rdns{Bytes()}, base_rdns{Bytes()};
  if (!name_outer.Sequence(&name_rdns) || !base_outer.Sequence(&base_rdns)) return false;
  while (!base_rdns.done()) {
    Bytes wanted, found;
    if (!base_rdns.Element(der::kSet, &wanted) || !name_rdns.Element(der::kSet, &found)) {
      return false;
    }
    if (!RdnsEqual(found, wanted)) return false;
  }
  return true;
}

}  // namespace merlon::x509
