// SPDX-License-Identifier: Apache-2.0
// A TLS 1.2 and 1.3 server over streams: a certificate, optional client certificates, tickets.
#include "tls/profiles/server.h"

#include "tls/profiles/device/certificates.h"

namespace merlon::tls {
namespace {

Result<void> Run() {
  static board::Keys keys;
  return board::RunServer<ServerProfile, false>(keys, Transport::kStream);
}

}  // namespace
}  // namespace merlon::tls

int main() { return merlon::tls::Run().ok() ? 0 : 1; }
