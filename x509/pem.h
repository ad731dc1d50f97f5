// SPDX-License-Identifier: Apache-2.0
// PEM (RFC 7468): finds blocks, decodes and encodes them. No header fields, no encryption. What a
// block means is for others; certificates are parsed by certificate, keys by pkcs8.
#pragma once
#include <optional>
#include <string_view>

#include "crypto/base/bytes.h"
#include "crypto/base/result.h"

namespace merlon::x509 {

// A borrowed block: "CERTIFICATE", "PRIVATE KEY" and so on, and the text between its boundaries.
struct PemBlock {
  std::string_view label;
  std::string_view body;
  // Bytes that are enough to decode it.
  size_t max_size() const { return body.size() / 4 * 3 + 3; }
};

// Goes through the blocks of a text; what stands outside of blocks is skipped (s2).
class PemReader {
 public:
  explicit PemReader(std::string_view text) : rest_(text) {}
  // The next one; nothing at the end. kBadPem (misuse): a boundary that is malformed or has no
  // partner; then the reader is at its end.
  Result<std::optional<PemBlock>> Next();
  // The next one with this label; kBadPem when there is none.
  Result<PemBlock> Find(std::string_view label);

 private:
  Result<std::optional<PemBlock>> TakeBlock(std::string_view line);
  std::string_view TakeLine();
  Error Fail();

  std::string_view rest_;
};

// Decodes into `out`; gives the part written. kBadPem (misuse): not base64, padding that is missing
// or not zero, space within a line. kNoSpace. After an error `out` is wiped. Time depends on the
// sizes and the layout in lines, not on the data.
Result<Bytes> DecodePem(const PemBlock& block, MutableBytes out);

// Characters that EncodePem writes.
constexpr size_t PemSize(std::string_view label, size_t der_size) {
  const size_t base64 = (der_size + 2) / 3 * 4;
  return base64 + (base64 + 63) / 64 + 2 * label.size() + 32;  // "-----BEGIN -----\n" and its END
}
// Writes a block in lines of 64 characters; gives the size of the text. kNoSpace. Time does not
// depend on the data.
Result<size_t> EncodePem(std::string_view label, Bytes der, MutableBytes out);

}  // namespace merlon::x509
