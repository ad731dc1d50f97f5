// SPDX-License-Identifier: Apache-2.0
// ExplainedOperations: LocalOperations that remember what a refusal was about, for the sentence
// that a person reads.
#pragma once
#include <string>

#include "tls/local_operations.h"

namespace merlon::io {

class ExplainedOperations {
 public:
  ExplainedOperations(const crypto::Context& crypto, const tls::LocalOptions& options)
      : local_(crypto, options) {}

  tls::OpResult Perform(const tls::Operation& operation);
  // The certificate or message that was refused; empty: none.
  const std::string& refused() const { return refused_; }

 private:
  tls::LocalOperations local_;
  std::string refused_;
};

}  // namespace merlon::io
