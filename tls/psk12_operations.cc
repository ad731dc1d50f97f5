// SPDX-License-Identifier: Apache-2.0
#include "tls/psk12_operations.h"

namespace merlon::tls {

OpResult Psk12Operations::Perform(const Operation& operation) {
  const auto* request = std::get_if<DeriveMaster>(&operation);
  if (request == nullptr) return common_.Perform(operation);
  if (!request->derive(*request, MutableBytes(master_)).ok()) return OpFailed{};
  return MasterDerived{master_};
}

}  // namespace merlon::tls
