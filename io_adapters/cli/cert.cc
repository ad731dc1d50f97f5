// SPDX-License-Identifier: Apache-2.0
// merlon cert: makes a CA or a certificate from it, and shows certificates of a file.
#include <array>
#include <cstdio>

#include "crypto/bound_key.h"
#include "io_adapters/cli/command.h"
#include "io_adapters/files.h"
#include "io_adapters/make_certificate.h"
#include "io_adapters/process_crypto.h"
#include "io_adapters/sentences.h"
#include "io_adapters/text.h"
#include "io_adapters/transport.h"
#include "tls/error.h"
#include "x509/pem.h"
#include "x509/pkcs8.h"

namespace merlon::cli {
namespace {

using io::Cat;

MutableBytes Room(std::string& text) {
  return MutableBytes(reinterpret_cast<uint8_t*>(text.data()), text.size());
}

std::string ToPem(std::string_view label, std::string_view der) {
  std::string out(x509::PemSize(label, der.size()), '\0');
  const Result<size_t> size = x509::EncodePem(label, AsBytes(der), Room(out));
  out.resize(size.ok() ? *size : 0);
  return out;
}

absl::Status WriteKey(const crypto::KeyStore& keys, crypto::KeyHandle key,
                      const std::string& path) {
  std::array<uint8_t, 2600> der;  // RSA-4096
  const Result<size_t> size = x509::ExportPkcs8(keys, key, MutableBytes(der));
  if (!size.ok()) return absl::InternalError(std::string(tls::Explain(size.error()).sentence));
  std::string pem = ToPem("PRIVATE KEY", AsText(Slice(Bytes(der), 0, *size)));
  Wipe(MutableBytes(der));
  const absl::Status written = io::WriteFile(path, pem, /*secret=*/true);
  Wipe(Room(pem));
  return written;
}

absl::StatusOr<io::Issuer> LoadIssuer(io::ProcessCrypto& crypto, const std::string& ca_file,
                                      const std::string& key_file) {
  auto chain = io::ReadCertificates(ca_file);
  if (!chain.ok()) return chain.status();
  auto text = io::ReadFile(key_file);
  if (!text.ok()) return text.status();
  const auto key = x509::ImportPrivateKeyPem(crypto.keys(), *text, crypto::Usage::kSign);
  Wipe(Room(*text));
  if (!key.ok()) {
    return absl::InvalidArgumentError(
        Cat("the private key in ", key_file, ": ", tls::Explain(key.error()).sentence));
  }
  return io::Issuer{.certificate_der = chain->front(), .key = *key};
}

int Make(const Arguments& arguments) {
  const auto days = arguments.Number("days", 365, -3650, 36500);
  if (!days.ok()) return Complain(kUsage, days.status());
  const std::string out = arguments.Value("out"), key_out = arguments.Value("key-out");
  if (out.empty() || key_out.empty()) return Complain(kUsage, "--out and --key-out are needed");
  const bool signed_by_ca = arguments.Has("ca") || arguments.Has("ca-key");
  if (signed_by_ca && !(arguments.Has("ca") && arguments.Has("ca-key"))) {
    return Complain(kUsage, "--ca and --ca-key go together");
  }
  const auto kind = io::FindSigningKeyKind(arguments.Value("key-type", "p256"));
  if (!kind.ok()) return Complain(kUsage, kind.status());
  io::ProcessCrypto crypto;
  const auto key = io::GenerateSigningKey(crypto.context(), /*exportable=*/true, *kind);
  if (!key.ok()) return Complain(kUsage, key.status());
  absl::StatusOr<io::Issuer> issuer = io::Issuer{.certificate_der = {}, .key = *key};
  if (signed_by_ca) issuer = LoadIssuer(crypto, arguments.Value("ca"), arguments.Value("ca-key"));
  if (!issuer.ok()) return Complain(kUsage, issuer.status());

  io::CertificateRequest request;
  request.names = arguments.List("names");
  request.ca = arguments.Has("is-ca");
  const std::string fallback = request.names.empty() ? "Merlon CA" : request.names[0];
  request.common_name = arguments.Value("cn", fallback);
  const UnixTime now = io::SystemNow().wall;
  // With negative days it ended that long ago.
  request.not_before = (*days < 0 ? now + std::chrono::days(*days) : now) - std::chrono::days(1);
  request.not_after = now + std::chrono::days(*days);
  const auto der = io::MakeCertificate(crypto.context(), request, *key, *issuer);
  if (!der.ok()) return Complain(kUsage, der.status());
  if (auto s = io::WriteFile(out, ToPem("CERTIFICATE", *der), false); !s.ok()) {
    return Complain(kUsage, s);
  }
  if (auto s = WriteKey(crypto.keys(), *key, key_out); !s.ok()) return Complain(kUsage, s);
  return kDone;
}

std::string DescribeKey(const x509::PublicKeyInfo& key) {
  switch (key.type) {
    case crypto::KeyType::kEcP256:
      return "EC on P-256";
    case crypto::KeyType::kEcP384:
      return "EC on P-384";
    case crypto::KeyType::kRsa:
      return Cat("RSA of ", key.bits, " bits");
    case crypto::KeyType::kRsaPss:
      return Cat("RSA of ", key.bits, " bits, for PSS alone");
    case crypto::KeyType::kEd25519:
      return "Ed25519";
    default:
      return "of another kind";
  }
}

int Show(const std::string& path) {
  const auto ders = io::ReadCertificates(path);
  if (!ders.ok()) return Complain(kUsage, ders.status());
  int code = kDone;
  for (size_t i = 0; i < ders->size(); ++i) {
    const auto certificate = x509::Certificate::Parse(AsBytes((*ders)[i]));
    if (!certificate.ok()) {
      code = Complain(kTls, Cat("certificate ", i + 1, " of ", path, ": ",
                                tls::Explain(certificate.error()).sentence));
      continue;
    }
    const bool ca = certificate->extensions().basic_constraints.has_value() &&
                    certificate->extensions().basic_constraints->ca;
    const std::string names = io::DescribeNames(*certificate);
    printf("%zu: %s\n   issuer  %s\n   valid   %s to %s\n   serial  %s\n   key     %s\n", i + 1,
           io::CommonName(certificate->subject()).c_str(),
           io::CommonName(certificate->issuer()).c_str(),
           io::DescribeTime(certificate->validity().not_before).c_str(),
           io::DescribeTime(certificate->validity().not_after).c_str(),
           io::ToHex(certificate->serial()).c_str(),
           DescribeKey(certificate->public_key()).c_str());
    if (!names.empty()) printf("   names   %s\n", names.c_str());
    if (ca) printf("   may issue certificates\n");
  }
  return code;
}

int RunCert(const Arguments& arguments) {
  const std::string& what = arguments.words()[0];
  if (what == "make" && arguments.words().size() == 1) return Make(arguments);
  if (what == "show" && arguments.words().size() == 2) return Show(arguments.words()[1]);
  return Complain(kUsage, "merlon cert make [OPTIONS], or merlon cert show FILE");
}

}  // namespace

const Command kCert = {
    .name = "cert",
    .summary = "make a CA or a certificate, show what a file holds",
    .help =
        "  merlon cert make --out FILE --key-out FILE [--names NAME,...] [--cn NAME]\n"
        "                   [--key-type TYPE] [--is-ca] [--ca FILE --ca-key FILE] [--days N]\n"
        "  merlon cert show FILE\n\n"
        "Files are PEM; a key's is for its owner alone.\n\n"
        "  --out FILE      the certificate\n"
        "  --key-out FILE  its private key\n"
        "  --names NAMES   DNS names and IP addresses that it is for\n"
        "  --cn NAME       its common name (the first of --names)\n"
        "  --key-type TYPE p256 (if not given), p384, ed25519, rsa2048, rsa3072, rsa4096\n"
        "  --is-ca         it may issue certificates\n"
        "  --ca FILE       who issues it (itself), with\n"
        "  --ca-key FILE   the issuer's private key\n"
        "  --days N        how long it is valid (365); negative: it ended so long ago\n\n"
        "A CA, and a server's certificate from it:\n"
        "  merlon cert make --is-ca --cn \"My CA\" --out ca.pem --key-out ca.key\n"
        "  merlon cert make --ca ca.pem --ca-key ca.key --names localhost,127.0.0.1 \\\n"
        "                   --out server.pem --key-out server.key\n",
    .arguments = {.options = "out key-out names cn key-type ca ca-key days",
                  .switches = "is-ca",
                  .min_words = 1,
                  .max_words = 2},
    .run = RunCert,
};

}  // namespace merlon::cli
