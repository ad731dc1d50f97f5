// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/test_identity.h"

#include <array>
#include <cstdlib>

#include "gtest/gtest.h"
#include "io_adapters/files.h"
#include "io_adapters/make_certificate.h"
#include "io_adapters/text.h"
#include "io_adapters/transport.h"
#include "x509/pem.h"
#include "x509/pkcs8.h"

namespace merlon::io {
namespace {

void Save(const std::string& path, std::string_view content) {
  const absl::Status written = WriteFile(path, content, /*secret=*/true);
  if (!written.ok()) ADD_FAILURE() << written;
}

}  // namespace

std::string TestFile(std::string_view name) { return Cat(::testing::TempDir(), "/", name); }

std::string ToPem(std::string_view label, Bytes der) {
  std::string out(x509::PemSize(label, der.size()), '\0');
  const Result<size_t> size =
      x509::EncodePem(label, der, MutableBytes(reinterpret_cast<uint8_t*>(out.data()), out.size()));
  out.resize(size.ok() ? *size : 0);
  return out;
}

TestIdentity::TestIdentity(const std::string& label)
    : ca_file_(TestFile(label + "_ca.pem")),
      chain_file_(TestFile(label + "_chain.pem")),
      key_file_(TestFile(label + "_key.pem")) {
  ProcessCrypto process;
  const crypto::Context crypto = process.context();
  const auto ca_key = GenerateSigningKey(crypto, /*exportable=*/false);
  const auto key = GenerateSigningKey(crypto, /*exportable=*/true);
  CertificateRequest request;
  request.common_name = "CA of " + label;
  request.not_before = SystemNow().wall - std::chrono::hours(1);
  request.not_after = SystemNow().wall + std::chrono::hours(24);
  request.ca = true;
  const auto ca =
      MakeCertificate(crypto, request, *ca_key, {.certificate_der = {}, .key = *ca_key});
  request.common_name = kName;
  request.names = {kName, "127.0.0.1"};
  request.ca = false;
  const auto leaf =
      MakeCertificate(crypto, request, *key, {.certificate_der = *ca, .key = *ca_key});
  leaf_der_ = *leaf;
  std::array<uint8_t, 512> pkcs8;
  const Result<size_t> size = x509::ExportPkcs8(process.keys(), *key, MutableBytes(pkcs8));
  Save(ca_file_, ToPem("CERTIFICATE", AsBytes(*ca)));
  Save(chain_file_, ToPem("CERTIFICATE", AsBytes(leaf_der_)));
  Save(key_file_, ToPem("PRIVATE KEY", Slice(Bytes(pkcs8), 0, *size)));
}

std::unique_ptr<TlsServer> TestIdentity::Server(const TlsServerOptions& options) const {
  auto server = TlsServer::Create(chain_file_, key_file_, options);
  if (!server.ok()) ADD_FAILURE() << server.status();
  return *std::move(server);
}

std::unique_ptr<TlsClient> TestIdentity::Client(TlsClientOptions options) const {
  options.ca_file = ca_file_;
  auto client = TlsClient::Create(options);
  if (!client.ok()) ADD_FAILURE() << client.status();
  return *std::move(client);
}

}  // namespace merlon::io
