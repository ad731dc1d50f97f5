// SPDX-License-Identifier: Apache-2.0
// A block of extensions as {type, body}: the one place that walks it. What a body means is left to
// extension_body.h, which types a message may carry to extension_type.h.
#pragma once
#include "crypto/base/bytes.h"
#include "crypto/base/reader.h"
#include "crypto/base/result.h"
#include "crypto/base/writer.h"

namespace merlon::tls {

struct Extension {
  uint16_t type = 0;
  Bytes body;
};

// Takes one extension off the front of a block. False at its end, or where it is malformed.
inline bool NextExtension(Reader& block, Extension* extension) {
  Reader reader = block;
  if (!reader.Int(&extension->type) || !reader.Prefixed<2>(&extension->body)) return false;
  block = reader;
  return true;
}
void WriteExtension(Writer& writer, const Extension& extension);

// Takes a block behind its 16-bit length and checks it: malformed is decode_error, a type that
// stands in it twice is `duplicate` (RFC 9846 s4.2: "There MUST NOT be more than one extension of
// the same type in a given extension block"). The RFC names no alert for that.
Result<Bytes> ReadExtensionBlock(Reader& reader,
                                 Error duplicate = IllegalParameter(Code::kDuplicateExtension));

}  // namespace merlon::tls
