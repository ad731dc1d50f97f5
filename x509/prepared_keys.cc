// SPDX-License-Identifier: Apache-2.0
#include "x509/prepared_keys.h"

namespace merlon::x509 {

size_t PreparedKeys::SizeOf(const PublicKeyInfo& key, const crypto::DriverTable& drivers) {
  const crypto::SignAlgorithm* const algorithm = drivers.any_sign(key.type);
  return algorithm == nullptr || algorithm->prepared == nullptr ? 0 : algorithm->prepared->size;
}

Result<void> PreparedKeys::Add(const PublicKeyInfo& key, const crypto::DriverTable& drivers) {
  const size_t size = SizeOf(key, drivers);
  if (size == 0) return {};
  if (size_ == entries_.size() || memory_.size() < size) return Misuse(Code::kNoSpace);
  const crypto::SignAlgorithm& algorithm = *drivers.any_sign(key.type);
  const MutableBytes prepared = Slice(memory_, 0, size);
  MERLON_TRY(algorithm.prepared->prepare(key.key, prepared));
  memory_ = Slice(memory_, size);
  entries_[size_++] = {&algorithm, key.key, prepared};
  return {};
}

const PreparedKeys::Entry* PreparedKeys::Find(const crypto::SignAlgorithm& algorithm,
                                              Bytes key) const {
  for (const Entry& entry : Slice(entries_, 0, size_)) {
    if (entry.algorithm == &algorithm && entry.key == key) return &entry;
  }
  return nullptr;
}

}  // namespace merlon::x509
