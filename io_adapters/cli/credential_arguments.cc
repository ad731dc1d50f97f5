// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/cli/credential_arguments.h"

#include "io_adapters/cli/key_ring.h"
#include "io_adapters/files.h"

namespace merlon::cli {

absl::Status ReadCredentials(const Arguments& arguments, io::TlsClientOptions& options) {
  options.psk_file = arguments.Value("psk-file");
  options.raw_psk_file = arguments.Value("raw-psk-file");
  const bool psks = !options.psk_file.empty() || !options.raw_psk_file.empty();
  options.ca_file = arguments.Value("cafile", psks ? "" : io::kSystemCaFile);
  options.cert_file = arguments.Value("client-cert");
  options.key_file = arguments.Value("client-key");
  options.password_file = arguments.Value("pass-file");
  options.crl_files = arguments.List("crl");
  const std::string status = arguments.Value("status", options.crl_files.empty() ? "off" : "soft");
  if (status != "off" && status != "soft" && status != "hard") {
    return absl::InvalidArgumentError("--status takes off, soft or hard");
  }
  options.status = status == "off"    ? io::StatusPolicy::kIgnored
                   : status == "soft" ? io::StatusPolicy::kSoft
                                      : io::StatusPolicy::kHard;
  return absl::OkStatus();
}

absl::Status ReadCredentials(const Arguments& arguments, io::TlsServerOptions& options) {
  options.psk_file = arguments.Value("psk-file");
  options.raw_psk_file = arguments.Value("raw-psk-file");
  options.password_file = arguments.Value("pass-file");
  options.staple_file = arguments.Value("staple");
  options.client_ca_file = arguments.Value("client-ca");
  options.name_authorities = true;
  const std::string mode = arguments.Value("client-auth", "required");
  if (mode != "required" && mode != "optional") {
    return absl::InvalidArgumentError("--client-auth takes required or optional");
  }
  if (arguments.Has("client-auth") && !arguments.Has("client-ca")) {
    return absl::InvalidArgumentError("--client-auth goes with --client-ca");
  }
  options.client_authentication = mode == "required" ? tls::ClientAuthentication::kRequired
                                                     : tls::ClientAuthentication::kOptional;
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<io::TlsServer>> CreateServer(const Arguments& arguments,
                                                            const io::TlsServerOptions& options) {
  const std::string chain_file = arguments.Value("cert"), key_name = arguments.Value("key");
  auto crypto = std::make_unique<io::ProcessCrypto>();
  if (chain_file.empty() && key_name.empty()) {
    return io::TlsServer::Create(std::move(crypto), {}, crypto::KeyHandle(), options);
  }
  KeyRing ring(*crypto, arguments);
  const auto key = ring.Open(key_name);
  if (!key.ok()) return key.status();
  ring.Close();
  auto chain = io::ReadCertificates(chain_file);
  if (!chain.ok()) return chain.status();
  return io::TlsServer::Create(std::move(crypto), *std::move(chain), *key, options);
}

}  // namespace merlon::cli
