// SPDX-License-Identifier: Apache-2.0
#include "tls/psk12_operations.h"

#include "tls/config.h"

namespace merlon::tls {

OpResult Psk12Operations::Perform(const Operation& operation) {
  const auto* request = std::get_if<DeriveMaster>(&operation);
  if (request == nullptr) return common_.Perform(operation);
  const Result<void> derived = request->psk->secret->Tls12Master(
      *request->hash, request->other_secret, request->label, request->seed, MutableBytes(master_));
  if (!derived.ok()) return OpFailed{};
  return MasterDerived{master_};
}

}  // namespace merlon::tls
