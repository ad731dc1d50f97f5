// SPDX-License-Identifier: Apache-2.0
// Arguments that say which versions and cipher suites are spoken, the same for both ends and for
// TLS and DTLS.
#pragma once
#include <string>

#include "absl/status/status.h"
#include "io_adapters/cli/arguments.h"
#include "io_adapters/tls_client.h"
#include "io_adapters/tls_server.h"

namespace merlon::cli {

// --min-version, --max-version, --suites. An error: a version or a suite that does not exist here.
absl::Status ReadProtocol(const Arguments& arguments, io::TlsClientOptions& options);
absl::Status ReadProtocol(const Arguments& arguments, io::TlsServerOptions& options);

// What --help says of them.
std::string ProtocolHelp();

}  // namespace merlon::cli
