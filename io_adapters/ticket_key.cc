// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/ticket_key.h"

namespace merlon::io {

absl::StatusOr<crypto::BoundAeadKey> NewTicketKey(const crypto::Context& crypto) {
  crypto::KeyAttributes attributes;
  attributes.type = crypto::KeyType::kAes;
  attributes.bits = 256;
  attributes.usage = crypto::Usage::kEncrypt | crypto::Usage::kDecrypt;
  const Result<crypto::KeyHandle> key = crypto.keys.Generate(attributes, crypto.rng);
  if (!key.ok()) return absl::InternalError("no ticket key can be made");
  const Result<crypto::BoundAeadKey> bound = crypto::BoundAeadKey::Bind(crypto.keys, *key);
  if (!bound.ok()) return absl::InternalError("no driver protects tickets");
  return *bound;
}

}  // namespace merlon::io
