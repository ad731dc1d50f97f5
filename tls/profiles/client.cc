// SPDX-License-Identifier: Apache-2.0
#include "tls/profiles/client.h"

#include "tls/core/handshake_core_impl.h"

namespace merlon::tls {

template class HandshakeCore<ClientProfile>;

}  // namespace merlon::tls
