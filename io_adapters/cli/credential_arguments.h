// SPDX-License-Identifier: Apache-2.0
// Arguments that say who this side is and whom it trusts, the same for TLS and DTLS.
#pragma once
#include "absl/status/status.h"
#include "io_adapters/cli/arguments.h"
#include "io_adapters/tls_client.h"
#include "io_adapters/tls_server.h"

namespace merlon::cli {

// --cafile, --status, --crl, --client-cert, --client-key, --pass-file, --psk-file, --raw-psk-file.
// With PSKs, certificates are taken only where --cafile says whose.
absl::Status ReadCredentials(const Arguments& arguments, io::TlsClientOptions& options);
// --client-ca, --client-auth, --pass-file, --psk-file, --raw-psk-file. An error: a word that
// --client-auth does not know.
absl::Status ReadCredentials(const Arguments& arguments, io::TlsServerOptions& options);
// The server of --cert and --key (key_ring.h); without them it has PSKs alone.
absl::StatusOr<std::unique_ptr<io::TlsServer>> CreateServer(const Arguments& arguments,
                                                            const io::TlsServerOptions& options);

}  // namespace merlon::cli
