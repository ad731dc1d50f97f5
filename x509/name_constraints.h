// SPDX-License-Identifier: Apache-2.0
// The nameConstraints extension (RFC 5280 s4.2.1.10): which names the certificates below may bear.
// dNSName, iPAddress, directoryName, rfc822Name (which binds SmtpUTF8Mailbox too, RFC 9598 s6), URI
// and SRVName (RFC 4985 s4) are understood.
#pragma once
#include "crypto/base/bytes.h"
#include "crypto/base/result.h"

namespace merlon::x509 {

// A borrowed view of a checked extension.
class NameConstraints {
 public:
  NameConstraints() = default;  // constrains nothing
  // The contents of the extension's OCTET STRING. kBadDer; kBadCertificate: an empty list, or a
  // subtree that s4.2.1.10 does not allow.
  static Result<NameConstraints> Parse(Bytes der);

  // Checks the names of one certificate: its subject (a Name) and the contents of its
  // subjectAltName (empty when absent). kNameConstraint; also for a name of a constrained type that
  // is not understood or not well-formed. Each comparison takes one from *budget; kWorkBudget at
  // its end.
  Result<void> Check(Bytes subject, Bytes subject_alt_name, uint32_t* budget) const;

 private:
  Bytes permitted_, excluded_;  // contents of GeneralSubtrees
};

}  // namespace merlon::x509
