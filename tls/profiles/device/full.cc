// SPDX-License-Identifier: Apache-2.0
// All that is built: both roles of all four protocols, whichever the board is set to.
#include "tls/profiles/full.h"

#include "tls/profiles/device/certificates.h"

namespace merlon::tls {
namespace {

Result<void> Run() {
  static board::Keys keys;
  const Transport transport = board::flash == 0 ? Transport::kStream : Transport::kDatagram;
  if (board::flash == 0) return board::RunClient<FullProfile, true>(keys, transport);
  return board::RunServer<FullProfile, true>(keys, transport);
}

}  // namespace
}  // namespace merlon::tls

int main() { return merlon::tls::Run().ok() ? 0 : 1; }
