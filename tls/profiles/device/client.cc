// SPDX-License-Identifier: Apache-2.0
// A TLS 1.2 and 1.3 client over streams that verifies the server and can show a certificate.
#include "tls/profiles/client.h"

#include "tls/profiles/device/certificates.h"

namespace merlon::tls {
namespace {

Result<void> Run() {
  static board::Keys keys;
  return board::RunClient<ClientProfile, false>(keys, Transport::kStream);
}

}  // namespace
}  // namespace merlon::tls

int main() { return merlon::tls::Run().ok() ? 0 : 1; }
