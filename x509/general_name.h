// SPDX-License-Identifier: Apache-2.0
// GeneralName (RFC 5280 s4.2.1.6): taken off one by one, and the check of a subjectAltName's list.
#pragma once
#include "crypto/base/der.h"

namespace merlon::x509 {

// The number of each choice's context tag.
enum class GeneralNameType : uint8_t {
  kOtherName = 0,
  kRfc822Name = 1,
  kDnsName = 2,
  kX400Address = 3,
  kDirectoryName = 4,
  kEdiPartyName = 5,
  kUri = 6,
  kIpAddress = 7,
  kRegisteredId = 8,
};

// `value` is the contents octets; of a directoryName, the whole DER of the Name.
struct GeneralName {
  GeneralNameType type;
  Bytes value;
};

// False: no well-formed GeneralName stands there (text not ASCII, a malformed Name or
// otherName).
[[nodiscard]] bool ReadGeneralName(DerReader& reader, GeneralName* name);

// An otherName: contents of the OBJECT IDENTIFIER, and the value's tag and contents.
struct OtherName {
  Bytes type;
  uint8_t tag;
  Bytes value;
};
// From the `value` of a GeneralName that is one. False: it is malformed, which ReadGeneralName
// never gives.
[[nodiscard]] bool ReadOtherName(Bytes contents, OtherName* name);

// Directory names as NamesEqual does, others octet by octet.
bool GeneralNamesEqual(const GeneralName& a, const GeneralName& b);

// Whether `contents` (of GeneralNames) is one name or more, each well-formed, each iPAddress of 4
// or 16 octets.
bool AreGeneralNames(Bytes contents);

}  // namespace merlon::x509
