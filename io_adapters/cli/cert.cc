// SPDX-License-Identifier: Apache-2.0
// merlon cert: its parts by name, `make` (a CA, or a certificate from it), and what the parts
// share.
#include <array>
#include <cstdio>

#include "crypto/bound_key.h"
#include "io_adapters/cli/cert_commands.h"
#include "io_adapters/cli/key_ring.h"
#include "io_adapters/credentials.h"
#include "io_adapters/files.h"
#include "io_adapters/make_certificate.h"
#include "io_adapters/process_crypto.h"
#include "io_adapters/text.h"
#include "io_adapters/transport.h"
#include "tls/error.h"
#include "x509/pem.h"
#include "x509/pkcs8.h"
#include "x509/pkcs8_encrypted.h"

namespace merlon::cli {
namespace {

using io::Cat;

// To --key-out; encrypted where --out-pass-file has a password.
absl::Status WriteKey(io::ProcessCrypto& crypto, crypto::KeyHandle key,
                      const Arguments& arguments) {
  std::array<uint8_t, 3072> der;  // RSA-4096
  const std::string path = arguments.Value("key-out");
  const bool encrypt = arguments.Has("out-pass-file");
  Result<size_t> size = Misuse();
  if (encrypt) {
    auto password = io::ReadPassword(arguments.Value("out-pass-file"));
    if (!password.ok()) return password.status();
    size = x509::ExportEncryptedPkcs8(crypto.keys(), key, AsBytes(*password), crypto.context().rng,
                                      MutableBytes(der));
    Wipe(Room(*password));
  } else {
    size = x509::ExportPkcs8(crypto.keys(), key, MutableBytes(der));
  }
  if (!size.ok()) return absl::InternalError(std::string(tls::Explain(size.error()).sentence));
  std::string pem =
      ToPem(encrypt ? "ENCRYPTED PRIVATE KEY" : "PRIVATE KEY", AsText(Slice(Bytes(der), 0, *size)));
  Wipe(MutableBytes(der));
  const absl::Status written = io::WriteFile(path, pem, /*secret=*/true);
  Wipe(Room(pem));
  return written;
}

int Make(const Arguments& arguments) {
  const auto days = arguments.Number("days", 365, -3650, 36500);
  if (!days.ok()) return Complain(kUsage, days.status());
  const std::string out = arguments.Value("out");
  if (out.empty() || arguments.Has("key-out") == arguments.Has("key")) {
    return Complain(kUsage, "--out is needed, and --key-out or --key");
  }
  io::ProcessCrypto crypto;
  const auto key =
      arguments.Has("key") ? LoadKey(crypto, arguments, "key") : MakeKey(crypto, arguments);
  if (!key.ok()) return Complain(kUsage, key.status());
  absl::StatusOr<io::Issuer> issuer = io::Issuer{.certificate_der = {}, .key = *key};
  if (arguments.Has("ca") || arguments.Has("ca-key")) issuer = LoadIssuer(crypto, arguments);
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
  TellWritten(arguments, "CERTIFICATE", *der);
  return kDone;
}

int RunCert(const Arguments& arguments) {
  const std::string& what = arguments.words()[0];
  const struct {
    std::string_view name;
    size_t words;
    int (*run)(const Arguments&);
  } parts[] = {{"make", 1, Make},       {"show", 2, CertShow}, {"verify", 2, CertVerify},
               {"csr", 1, CertRequest}, {"sign", 1, CertSign}, {"crl", 1, CertCrl},
               {"ocsp", 2, CertOcsp}};
  for (const auto& part : parts) {
    if (what == part.name && arguments.words().size() == part.words) return part.run(arguments);
  }
  return Complain(
      kUsage, "merlon cert make, csr, sign or crl with options; show, verify or ocsp with a FILE");
}

}  // namespace

MutableBytes Room(std::string& text) {
  return MutableBytes(reinterpret_cast<uint8_t*>(text.data()), text.size());
}

std::string ToPem(std::string_view label, std::string_view der) {
  std::string out(x509::PemSize(label, der.size()), '\0');
  const Result<size_t> size = x509::EncodePem(label, AsBytes(der), Room(out));
  out.resize(size.ok() ? *size : 0);
  return out;
}

std::vector<std::string> DerBlocks(std::string_view text, std::string_view label) {
  std::vector<std::string> out;
  x509::PemReader reader(text);
  for (;;) {
    const auto block = reader.Next();
    if (!block.ok() || !*block) return out;
    if ((*block)->label != label) continue;
    std::string der((*block)->max_size(), '\0');
    const Result<Bytes> decoded = x509::DecodePem(**block, Room(der));
    if (!decoded.ok()) continue;
    der.resize(decoded->size());
    out.push_back(std::move(der));
  }
}

absl::Status Failed(std::string_view what, Error error) {
  return absl::InvalidArgumentError(Cat(what, ": ", tls::Explain(error).sentence));
}

absl::StatusOr<crypto::KeyHandle> LoadKey(io::ProcessCrypto& crypto, const Arguments& arguments,
                                          const std::string& name) {
  return KeyRing(crypto, arguments).Open(arguments.Value(name));
}

absl::StatusOr<io::Issuer> LoadIssuer(io::ProcessCrypto& crypto, const Arguments& arguments) {
  if (!arguments.Has("ca") || !arguments.Has("ca-key")) {
    return absl::InvalidArgumentError("--ca and --ca-key go together, and are needed");
  }
  auto chain = io::ReadCertificates(arguments.Value("ca"));
  if (!chain.ok()) return chain.status();
  const auto key = LoadKey(crypto, arguments, "ca-key");
  if (!key.ok()) return key.status();
  return io::Issuer{.certificate_der = chain->front(), .key = *key};
}

absl::StatusOr<crypto::KeyHandle> MakeKey(io::ProcessCrypto& crypto, const Arguments& arguments) {
  const auto kind = io::FindSigningKeyKind(arguments.Value("key-type", "p256"));
  if (!kind.ok()) return kind.status();
  const auto key = io::GenerateSigningKey(crypto.context(), /*exportable=*/true, *kind);
  if (!key.ok()) return key.status();
  absl::Status written = WriteKey(crypto, *key, arguments);
  if (!written.ok()) return written;
  return *key;
}

const Command kCert = {
    .name = "cert",
    .summary = "make, show, verify, request and sign certificates, write CRLs",
    .help =
        "  merlon cert make --out FILE (--key KEY | --key-out FILE) [--names NAME,...] [--cn "
        "NAME]\n"
        "                   [--key-type TYPE] [--is-ca] [--ca FILE --ca-key KEY] [--days N]\n"
        "  merlon cert show FILE [--json]\n"
        "  merlon cert verify FILE [--chain FILE,...] [--roots FILE] [--name NAME] [--json]\n"
        "                   [--purpose server|client|any] [--profile none|webpki|rfc5280]\n"
        "                   [--crl FILE,...] [--ocsp FILE,...] [--hard-fail] [--at DATE]\n"
        "                   [--uri URI,...] [--srv _SERVICE.DOMAIN,...] [--email MAILBOX,...]\n"
        "                   [--pin SHA256,...]\n"
        "  merlon cert csr  --out FILE (--key KEY | --key-out FILE [--key-type TYPE])\n"
        "                   [--names NAME,...] [--cn NAME] [--must-staple]\n"
        "  merlon cert sign --csr FILE --ca FILE --ca-key KEY --out FILE [--days N] [--is-ca]\n"
        "                   [--crl-url URL,...] [--ocsp-url URL,...]\n"
        "  merlon cert crl  --ca FILE --ca-key KEY --out FILE [--revoke SERIAL[:REASON],...]\n"
        "                   [--number N] [--days N]\n"
        "  merlon cert ocsp FILE --ca FILE --ca-key KEY --out FILE [--revoked REASON] [--days "
        "N]\n\n"
        "Files are PEM; a key's is for its owner alone.\n\n"
        "  --out FILE      the certificate\n"
        "  --key-out FILE  its private key, encrypted with the first line of\n"
        "  --out-pass-file FILE, if that is given\n"
        "  --names NAMES   DNS names and IP addresses that it is for\n"
        "  --cn NAME       its common name (the first of --names)\n"
        "  --key-type TYPE p256 (if not given), p384, p521, ed25519, ed448, rsa2048, rsa3072,\n"
        "                  rsa4096, mldsa44, mldsa65, mldsa87\n"
        "  --is-ca         it may issue certificates\n"
        "  --ca FILE       who issues it (itself), with\n"
        "  --ca-key KEY    the issuer's private key\n"
        "  --days N        how long it is valid (365; a CRL 7); negative: it ended so long ago\n"
        "  --key KEY       the private key that the certificate is for: a file, or store:NAME or\n"
        "                  agent:NAME (merlon key --help), as of --ca-key\n"
        "  --pass-file F   whose first line opens --key or --ca-key, if that is encrypted\n"
        "  --csr FILE      the request; its names and must-staple are granted\n"
        "  --must-staple   servers shall send an OCSP response along (RFC 7633)\n"
        "  --revoke LIST   serial numbers in hexadecimal, with reasons such as :key-compromise\n\n"
        "--json: one line of JSON, from each of these; what was written has its facts there.\n\n"
        "`show` takes certificates, requests and CRLs, in PEM or DER. `verify` takes the chain\n"
        "from FILE, the leaf first, and the system's roots (--roots); it tells in one sentence\n"
        "which certificate broke which rule. The leaf must be one of those that --name, --uri,\n"
        "--srv and --email name, where any does. --pin: a key of the path must be one of these,\n"
        "SHA-256 of SubjectPublicKeyInfo as `show` has it. Revocation is told by --crl (PEM, DER)\n"
        "and --ocsp (DER); --hard-fail: what they say nothing of is refused.\n\n"
        "A CA, and a server's certificate from it:\n"
        "  merlon cert make --is-ca --cn \"My CA\" --out ca.pem --key-out ca.key\n"
        "  merlon cert make --ca ca.pem --ca-key ca.key --names localhost,127.0.0.1 \\\n"
        "                   --out server.pem --key-out server.key\n",
    .arguments =
        {.options = "out key-out names cn key-type ca ca-key days chain roots name purpose "
                    "profile crl ocsp at uri srv email pin key pass-file out-pass-file csr "
                    "crl-url ocsp-url revoke revoked number key-store passphrase-file counts agent",
         .switches = "is-ca json hard-fail must-staple",
         .min_words = 1,
         .max_words = 2},
    .run = RunCert,
};

}  // namespace merlon::cli
