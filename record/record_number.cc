// SPDX-License-Identifier: Apache-2.0
// The key of a mask.
#include "record/record_number.h"

namespace merlon::record {

Result<void> NumberMask::Bind(const crypto::MaskAlgorithm& algorithm, Bytes key) {
  Clear();
  if (algorithm.context_size > crypto::kMaxCipherContextSize || key.size() != algorithm.key_size) {
    return LocalError(Code::kInternal);
  }
  algorithm.bind(context_.data(), key);
  algorithm_ = &algorithm;
  return {};
}

void NumberMask::Clear() {
  if (algorithm_ != nullptr) Wipe(MutableBytes(context_.data(), algorithm_->context_size));
  algorithm_ = nullptr;
}

}  // namespace merlon::record
