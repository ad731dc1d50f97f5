// SPDX-License-Identifier: Apache-2.0
// A DTLS connection of a TlsClient over UDP; what comes over it is its owner's.
#pragma once
#include <memory>

#include "absl/status/statusor.h"
#include "io_adapters/tls_client.h"
#include "io_adapters/udp_datagram.h"

namespace merlon::io {

// Not begun yet: call Handshake. `client` outlives it; `options.operations` is filled in here.
absl::StatusOr<std::unique_ptr<BlockingDatagram>> StartDatagrams(
    TlsClient& client, Descriptor socket, EndpointOptions options,
    const tls::DatagramOptions& datagram = {});

}  // namespace merlon::io
