// SPDX-License-Identifier: Apache-2.0
// Where a client that meets a TLS 1.2 server would go on. No TLS 1.2 is built into this version of
// the engine: the one answer is protocol_version.
#pragma once
#include "tls/core/context.h"
#include "tls/core/states.h"
#include "tls/msgs/server_hello.h"

namespace merlon::tls {

struct Tls12ClientEntry {
  // RFC 9846 appendix E.1: "A client [...] MUST abort the handshake with a "protocol_version"
  // alert" if the version chosen is not supported.
  static Result<Moved> Enter(const ServerHello&, Context&) {
    return PeerError(Code::kProtocolVersion, Alert::kProtocolVersion);
  }
};

}  // namespace merlon::tls
