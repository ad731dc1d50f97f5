// SPDX-License-Identifier: Apache-2.0
// TlsClient: what clients of one program share: configuration, trust, keys. Connects and verifies.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "io_adapters/blocking_stream.h"
#include "io_adapters/files.h"
#include "io_adapters/process_crypto.h"
#include "io_adapters/trust.h"
#include "tls/config.h"
#include "tls/status_check.h"

namespace merlon::io {

// What is asked of a server's certificate besides: whether it was revoked.
enum class StatusPolicy : uint8_t {
  kIgnored,
  kSoft,  // what nobody tells of is taken, unless it says that it must staple
  kHard,  // it is refused
};

struct TlsClientOptions {
  // PEM, or a directory of such files: who may issue certificates. Empty: no certificate is taken,
  // the server must know a PSK.
  std::string ca_file = kSystemCaFile;
  // Told by the OCSP response that comes with it, and by CRLs, PEM or DER, in these files.
  StatusPolicy status = StatusPolicy::kIgnored;
  std::vector<std::string> crl_files = {};
  // True: any chain will do, so the server may be anybody. For programs that look at servers.
  bool dangerously_trust_any_chain = false;
  // PEM, for servers that ask for a certificate: a chain, leaf first, and its private key.
  std::string cert_file = {}, key_file = {};
  std::string password_file = {};  // whose first line opens an encrypted key
  // External PSKs (credentials.h says how), imported (RFC 9258); or, for peers that do not know how
  // to, used as they are.
  std::string psk_file = {}, raw_psk_file = {};
  std::vector<std::string> alpn = {};  // protocols, most wanted first
  std::vector<uint16_t> groups = {};   // IANA; empty: all that are built
  std::vector<uint16_t> suites = {};   // IANA, of both versions; empty: the builder's default
  // Of DTLS those with the same number.
  tls::Version min_version = tls::Version::kTls12, max_version = tls::Version::kTls13;
  bool log_secrets = false;  // whoever has them reads the connections
};

// Shared by threads. Outlives its streams.
class TlsClient {
 public:
  static absl::StatusOr<std::unique_ptr<TlsClient>> Create(const TlsClientOptions& options = {});

  // A connection to the host, which has proved by its certificate that it has this name.
  absl::StatusOr<std::unique_ptr<BlockingStream>> Connect(const std::string& host, uint16_t port);
  // A connection over any stream, not begun yet: call Handshake. `options.operations` is filled in
  // here.
  absl::StatusOr<std::unique_ptr<BlockingStream>> Start(std::unique_ptr<Transport> transport,
                                                        EndpointOptions options);

  ProcessCrypto& crypto() { return crypto_; }
  const std::shared_ptr<const tls::ClientConfig>& config() const { return config_; }
  // Loads the trust anchors again, for connections that begin from now on; after an error the old
  // ones stay. From any thread.
  absl::Status ReloadTrust() { return trust_.Reload(); }
  // Fills in what answers a connection's operations.
  void Prepare(EndpointOptions& options) const;

 private:
  TlsClient() = default;
  absl::Status ReadStatus(const TlsClientOptions& options);

  ProcessCrypto crypto_;
  bool trusts_any_chain_ = false;
  TrustSource trust_;
  std::vector<std::string> crl_ders_;
  std::vector<x509::Crl> crls_;
  std::optional<tls::StatusCheck> status_;
  std::shared_ptr<const tls::ClientConfig> config_;
};

}  // namespace merlon::io
