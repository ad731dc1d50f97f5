// SPDX-License-Identifier: Apache-2.0
// Both roles of TLS 1.3 over streams, whichever the board is set to. Holds nothing of TLS 1.2.
#include "tls/profiles/tls13.h"

#include "tls/profiles/device/certificates.h"

namespace merlon::tls {
namespace {

Result<void> Run() {
  static board::Keys keys;
  if (board::flash == 0) return board::RunClient<Tls13Profile, false>(keys, Transport::kStream);
  return board::RunServer<Tls13Profile, false>(keys, Transport::kStream);
}

}  // namespace
}  // namespace merlon::tls

int main() { return merlon::tls::Run().ok() ? 0 : 1; }
