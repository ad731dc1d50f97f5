// SPDX-License-Identifier: Apache-2.0
#include "tls/profiles/tls13.h"

#include "tls/core/handshake_core_impl.h"

namespace merlon::tls {

template class HandshakeCore<Tls13Profile>;

}  // namespace merlon::tls
