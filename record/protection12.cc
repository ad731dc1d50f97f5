// SPDX-License-Identifier: Apache-2.0
// TLS 1.2 record protection: nonces and additional data.
#include "record/protection12.h"

#include <array>

#include "crypto/base/reader.h"
#include "crypto/base/writer.h"

namespace merlon::record {
namespace {

// seq_num | type | version | length of the plaintext (RFC 5246 s6.2.3.3).
using AdditionalData = std::array<uint8_t, 13>;

AdditionalData MakeAdditionalData(const RecordInfo12& info, size_t size) {
  AdditionalData out;
  Writer writer(absl::MakeSpan(out));
  writer.Int<8>(info.number);
  writer.Int<1>(static_cast<uint8_t>(info.type));
  writer.Int<2>(info.version);
  writer.Int<2>(size);
  return out;
}

}  // namespace

std::optional<MutableBytes> OpenBody12(RecordKeys& keys, const RecordInfo12& info,
                                       MutableBytes body) {
  const size_t nonce_size = keys.explicit_nonce_size();
  // What has no room for nonce and tag fails as a wrong tag does, and is counted like one.
  const MutableBytes sealed = body.size() < nonce_size ? MutableBytes() : Slice(body, nonce_size);
  uint64_t nonce = info.number;  // RFC 7905 s2: the number itself
  if (nonce_size != 0 && !sealed.empty()) {
    Reader reader(Slice(Bytes(body), 0, nonce_size));
    (void)reader.Int(&nonce);
  }
  const size_t tag = keys.tag_size();
  const size_t size = sealed.size() < tag ? 0 : sealed.size() - tag;
  if (!keys.Open(nonce, MakeAdditionalData(info, size), sealed)) return std::nullopt;
  return Slice(sealed, 0, size);
}

Result<void> SealBody12(RecordKeys& keys, const RecordInfo12& info, absl::Span<const Bytes> content,
                        MutableBytes out) {
  const size_t nonce_size = keys.explicit_nonce_size();
  Writer writer(Slice(out, 0, nonce_size));
  if (nonce_size != 0) writer.Int<8>(info.number);
  return keys.Seal(info.number, MakeAdditionalData(info, out.size() - Overhead12(keys)), content,
                   /*tail=*/{}, Slice(out, nonce_size));
}

}  // namespace merlon::record
