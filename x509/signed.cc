// SPDX-License-Identifier: Apache-2.0
#include "x509/signed.h"

#include "x509/der.h"
#include "x509/error.h"

namespace merlon::x509 {

Result<SignedDer> SignedDer::Parse(Bytes der) {
  SignedDer out;
  DerReader outer(der), fields{Bytes()};
  Bytes algorithm;
  if (!outer.Sequence(&fields)) return CertificateError(Code::kBadDer);
  if (!outer.done()) return CertificateError(Code::kTrailingData);
  if (!fields.Element(der::kSequence, &out.contents, &out.tbs) ||
      !fields.Element(der::kSequence, &algorithm, &out.algorithm) ||
      !ReadBitString(fields, &out.signature) || !fields.done()) {
    return CertificateError(Code::kBadDer);
  }
  return out;
}

}  // namespace merlon::x509
