// SPDX-License-Identifier: Apache-2.0
// The shell of an Extension, for all who write them: certificates, CRLs, OCSP responses.
#pragma once
#include "x509/der_writer.h"

namespace merlon::x509 {

// `body` writes the contents of the OCTET STRING.
template <class Body>
void PutExtension(DerWriter& writer, Bytes id, bool critical, Body body) {
  writer.Element(der::kSequence, [&] {
    writer.Element(der::kOid, id);
    if (critical) writer.Boolean(true);
    writer.Element(der::kOctetString, body);
  });
}

}  // namespace merlon::x509
