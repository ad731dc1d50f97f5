// SPDX-License-Identifier: Apache-2.0
#include "tls/profiles/psk13_client.h"

#include "tls/core/handshake_core_impl.h"

namespace merlon::tls {

template class HandshakeCore<Psk13ClientProfile>;

}  // namespace merlon::tls
