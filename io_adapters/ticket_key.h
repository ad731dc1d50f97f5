// SPDX-License-Identifier: Apache-2.0
// A key that protects session tickets, made in this process and lost with it.
#pragma once
#include "absl/status/statusor.h"
#include "crypto/bound_key.h"
#include "crypto/context.h"

namespace merlon::io {

absl::StatusOr<crypto::BoundAeadKey> NewTicketKey(const crypto::Context& crypto);

}  // namespace merlon::io
