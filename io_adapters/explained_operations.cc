// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/explained_operations.h"

#include "io_adapters/sentences.h"

namespace merlon::io {

tls::OpResult ExplainedOperations::Perform(const tls::Operation& operation) {
  tls::OpResult result = local_.Perform(operation);
  if (const auto* refusal = std::get_if<tls::OpRefused>(&result)) {
    refused_ = DescribeRefusal(operation, refusal->error);
  }
  return result;
}

}  // namespace merlon::io
