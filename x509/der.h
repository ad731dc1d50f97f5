// SPDX-License-Identifier: Apache-2.0
// The DER types that certificates need beyond crypto/base/der.h: BOOLEAN, BIT STRING, OBJECT
// IDENTIFIER. As there: false means that nothing well-formed of that kind stands there.
#pragma once
#include "crypto/base/der.h"

namespace merlon::x509 {

// X.690 s11.1: TRUE is 0xff, FALSE is 0x00.
[[nodiscard]] bool ReadBoolean(DerReader& reader, bool* value);
// A BOOLEAN DEFAULT FALSE: X.690 s11.5 forbids an encoded FALSE.
[[nodiscard]] bool ReadDefaultFalse(DerReader& reader, bool* value);
// A BIT STRING of whole octets, as keys and signatures are.
[[nodiscard]] bool ReadBitString(DerReader& reader, Bytes* octets);
// A BIT STRING that is a list of at most 16 named bits: bit n of the string is bit n of *bits (the
// first is the lowest). X.690 s11.2.2: no trailing zero bits.
[[nodiscard]] bool ReadNamedBits(DerReader& reader, uint16_t* bits);
// The same from the contents octets, as an IMPLICIT tag leaves them; trailing zero bits are taken
// unless it must be `minimal`.
[[nodiscard]] bool ParseNamedBits(Bytes contents, uint16_t* bits, bool minimal = true);
// The contents of an OBJECT IDENTIFIER, checked to be minimal (X.690 s8.19.2).
[[nodiscard]] bool ReadOid(DerReader& reader, Bytes* oid);

}  // namespace merlon::x509
