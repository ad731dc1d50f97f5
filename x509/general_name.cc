// SPDX-License-Identifier: Apache-2.0
#include "x509/general_name.h"

#include "x509/der.h"
#include "x509/name.h"

namespace merlon::x509 {
namespace {

bool IsAscii(Bytes text) {
  for (uint8_t c : text) {
    if (c >= 0x80) return false;
  }
  return true;
}

}  // namespace

bool ReadGeneralName(DerReader& reader, GeneralName* name) {
  uint8_t tag;
  if (!reader.Any(&tag, &name->value)) return false;
  const uint8_t number = tag & 0x1f;
  if ((tag & 0xc0) != 0x80 || number > 8) return false;
  name->type = static_cast<GeneralNameType>(number);
  bool constructed = false;
  switch (name->type) {
    case GeneralNameType::kOtherName: {
      OtherName other;
      constructed = true;
      if (!ReadOtherName(name->value, &other)) return false;
      break;
    }
    case GeneralNameType::kX400Address:
    case GeneralNameType::kEdiPartyName:
      constructed = true;
      break;
    case GeneralNameType::kDirectoryName:  // a CHOICE, so its tag is explicit (X.680 s31.2.7)
      constructed = true;
      if (!IsName(name->value)) return false;
      break;
    case GeneralNameType::kRfc822Name:
    case GeneralNameType::kDnsName:
    case GeneralNameType::kUri:
      if (!IsAscii(name->value)) return false;
      break;
    case GeneralNameType::kIpAddress:
    case GeneralNameType::kRegisteredId:
      break;
  }
  return tag == der::Context(number, constructed);
}

bool ReadOtherName(Bytes contents, OtherName* name) {
  DerReader fields(contents);
  Bytes value;  // [0] EXPLICIT ANY
  if (!ReadOid(fields, &name->type) || !fields.Element(der::Context(0, true), &value) ||
      !fields.done()) {
    return false;
  }
  DerReader inner(value);
  return inner.Any(&name->tag, &name->value) && inner.done();
}

bool GeneralNamesEqual(const GeneralName& a, const GeneralName& b) {
  if (a.type != b.type) return false;
  return a.type == GeneralNameType::kDirectoryName ? NamesEqual(a.value, b.value)
                                                   : a.value == b.value;
}

bool AreGeneralNames(Bytes contents) {
  if (contents.empty()) return false;
  for (DerReader reader(contents); !reader.done();) {
    GeneralName name;
    if (!ReadGeneralName(reader, &name)) return false;
    if (name.type == GeneralNameType::kIpAddress && name.value.size() != 4 &&
        name.value.size() != 16) {
      return false;
    }
  }
  return true;
}

}  // namespace merlon::x509
