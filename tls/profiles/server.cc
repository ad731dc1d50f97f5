// SPDX-License-Identifier: Apache-2.0
#include "tls/profiles/server.h"

#include "tls/core/handshake_core_impl.h"

namespace merlon::tls {

template class HandshakeCore<ServerProfile>;

}  // namespace merlon::tls
