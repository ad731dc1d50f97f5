// SPDX-License-Identifier: Apache-2.0
#include "tls/profiles/psk12_datagram_client.h"

#include "tls/core/handshake_core_impl.h"

namespace merlon::tls {

template class HandshakeCore<Psk12DatagramClientProfile>;

}  // namespace merlon::tls
