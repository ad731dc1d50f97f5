// SPDX-License-Identifier: Apache-2.0
// What a ClientHello of TLS 1.3 offers against what a configuration wants, without a connection:
// the server's states ask it, and so does a listener, which has none yet.
#pragma once
#include <optional>

#include "tls/config.h"
#include "tls/core/protocol_profile.h"
#include "tls/msgs/client_hello.h"
#include "tls/msgs/server_hello.h"

namespace merlon::tls {

// Which version: TLS 1.3, or (false) TLS 1.2. What is configured decides. protocol_version: none.
Result<bool> ChooseTls13(const ClientHello& hello, const CommonConfig& config, Transport transport);
// RFC 9846 s4.1.2 and s9.2: what a ClientHello of TLS 1.3 must look like.
Result<void> CheckHello13(const ClientHello& hello, Transport transport);
// The first suite of ours that the client offers; handshake_failure: there is none.
Result<const CipherSuite*> ChooseSuite(const ClientHello& hello, const CommonConfig& config);
// The first group of ours that the client supports; handshake_failure: there is none.
Result<const NamedGroup*> ChooseGroup(const ClientHello& hello, const CommonConfig& config);
// The share for `group`; nothing, where the client sent none. Checks all shares (s4.2.8). After
// CheckHello13.
Result<std::optional<Bytes>> FindShare(const ClientHello& hello, const NamedGroup& group);

// The HelloRetryRequest, without the echo of a session id. Null: it names no group. An empty cookie
// is left out. Whoever has the same arguments makes the same bytes of it.
HelloRetryRequest RetryFor(const ProtocolProfile& protocol, const CipherSuite& suite,
                           const NamedGroup* group, Bytes cookie);

}  // namespace merlon::tls
