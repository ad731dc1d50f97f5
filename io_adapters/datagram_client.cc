// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/datagram_client.h"

#include <utility>

namespace merlon::io {

absl::StatusOr<std::unique_ptr<BlockingDatagram>> StartDatagrams(
    TlsClient& client, Descriptor socket, EndpointOptions options,
    const tls::DatagramOptions& datagram) {
  client.Prepare(options);
  absl::StatusOr<tls::Seed> seed = client.crypto().NewSeed();
  if (!seed.ok()) return seed.status();
  return std::make_unique<BlockingDatagram>(std::make_unique<UdpTransport>(std::move(socket)),
                                            client.config(), client.crypto().context(),
                                            *std::move(seed), std::move(options), datagram);
}

}  // namespace merlon::io
