// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/cli/credential_arguments.h"

#include "io_adapters/text.h"

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

}  // namespace merlon::cli
