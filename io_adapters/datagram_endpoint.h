// SPDX-License-Identifier: Apache-2.0
// How an Endpoint carries DTLS: DatagramConnection's traits.
#pragma once
#include "io_adapters/endpoint.h"
#include "tls/datagram_connection.h"

namespace merlon::io {

template <>
struct FaceTraits<tls::DatagramConnection> {
  using Options = tls::DatagramOptions;
  static constexpr tls::Transport kTransport = tls::Transport::kDatagram;
  static tls::DatagramConnection Make(tls::Handshake& core, MutableBytes reassembly,
                                      const Options& options) {
    return tls::DatagramConnection(core, reassembly, options);
  }
};

}  // namespace merlon::io
