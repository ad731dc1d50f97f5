// SPDX-License-Identifier: Apache-2.0
// The transcript hash: which bytes of a message go in. Which messages do is for the states to say.
#include "tls/core/transcript.h"

#include "crypto/base/writer.h"

namespace merlon::tls {
namespace {

constexpr size_t kHeaderSize = 4;
constexpr uint8_t kMessageHash = 254;  // RFC 9846 s4

void AddHeader(crypto::Hasher& hasher, uint8_t type, size_t body_size) {
  uint8_t header[kHeaderSize];
  Writer writer{MutableBytes(header)};
  writer.Int<1>(type);
  writer.Int<3>(body_size);
  hasher.Update(header);
}

}  // namespace

void Transcript::Add(const HandshakeMessage& message) {
  AddTruncated(message.type, message.body, message.body.size());
}

void Transcript::AddTruncated(uint8_t type, Bytes prefix, size_t body_size) {
  AddHeader(hasher_, type, body_size);
  hasher_.Update(prefix);
}

void Transcript::BecomeMessageHash() {
  const crypto::Digest digest = hasher_.Peek();
  hasher_ = crypto::Hasher(hasher_.algorithm());
  AddMessageHash(digest.view());
}

void Transcript::AddMessageHash(Bytes hash) { Add({.type = kMessageHash, .body = hash}); }

}  // namespace merlon::tls
