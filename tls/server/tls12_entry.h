// SPDX-License-Identifier: Apache-2.0
// Where a server that meets a TLS 1.2 client would go on. No TLS 1.2 is built into this version of
// the engine: the one answer is protocol_version.
#pragma once
#include "tls/core/context.h"
#include "tls/core/states.h"
#include "tls/msgs/client_hello.h"

namespace merlon::tls {

struct Tls12ServerEntry {
  // RFC 9846 s4.2.1: "If this extension is not present, servers [...] MUST negotiate TLS 1.2 or
  // prior" and, where none of those is supported, abort "with a "protocol_version" alert".
  static Result<Moved> Enter(const ClientHello&, Context&) {
    return PeerError(Code::kProtocolVersion, Alert::kProtocolVersion);
  }
};

}  // namespace merlon::tls
