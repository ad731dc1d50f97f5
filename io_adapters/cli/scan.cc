// SPDX-License-Identifier: Apache-2.0
// merlon scan: what a server offers, learned by connections that differ in what is offered on them;
// a line is a sentence.
#include <algorithm>
#include <cstdio>
#include <optional>

#include "io_adapters/cli/command.h"
#include "io_adapters/cli/protocol_arguments.h"
#include "io_adapters/cli/scan_attempt.h"
#include "io_adapters/sentences.h"
#include "io_adapters/text.h"
#include "x509/certificate.h"

namespace merlon::cli {
namespace {

using io::Cat;

void Say(const std::string& sentence) {
  printf("%s.\n", sentence.c_str());
  fflush(stdout);
}

// "WHAT is A", "WHAT are A, B".
std::string Are(const std::string& one, const std::string& several,
                const std::vector<std::string>& names) {
  if (names.empty()) return Cat(several, " are none of those that are built here");
  return Cat(names.size() == 1 ? Cat(one, " is ") : Cat(several, " are "), io::Join(names, ", "));
}

std::string KeyName(const x509::PublicKeyInfo& key) {
  switch (key.type) {
    case crypto::KeyType::kEcP256:
      return "a P-256 key";
    case crypto::KeyType::kEcP384:
      return "a P-384 key";
    case crypto::KeyType::kEcP521:
      return "a P-521 key";
    case crypto::KeyType::kEd25519:
      return "an Ed25519 key";
    case crypto::KeyType::kRsa:
    case crypto::KeyType::kRsaPss:
      return Cat("an RSA key of ", key.bits, " bits");
    default:
      return "a key of a type that is not known here";
  }
}

// Of the key that signs by an ECDSA scheme; 0: it is no such scheme.
uint16_t CurveOf(std::optional<uint16_t> scheme) {
  if (scheme == 0x0403) return 23;  // ecdsa_secp256r1_sha256
  if (scheme == 0x0503) return 24;  // ecdsa_secp384r1_sha384
  if (scheme == 0x0603) return 25;  // ecdsa_secp521r1_sha512
  return 0;
}

class Scan {
 public:
  Scan(ScanTarget target, io::TlsClientOptions options, std::vector<std::string> protocols)
      : target_(std::move(target)), options_(std::move(options)), protocols_(std::move(protocols)) {
    where_ = io::Written(target_.address);
  }

  int Run() {
    for (const tls::Version version : {tls::Version::kTls13, tls::Version::kTls12}) {
      if (version < options_.min_version || version > options_.max_version) continue;
      const Attempt attempt = TryAll(version);
      if (attempt.end == Attempt::End::kUnreachable) return Complain(kTransport, attempt.sentence);
      attempt.connected() ? OnVersion(version, attempt) : OnNoVersion(version, attempt);
    }
    if (!best_) {
      return Complain(silent_ ? kTimeout : kTls,
                      Cat("no version of ", target_.datagrams ? "DTLS" : "TLS", " came about"));
    }
    SayProtocols();
    SayChain();
    const bool accepted = Verify();
    Say(Cat(target_.datagrams ? "" : "Versions before TLS 1.2, ",
            target_.datagrams ? "Cipher" : "cipher",
            " suites with CBC or without forward secrecy, and other groups are not built here: "
            "this says nothing of them"));
    if (!trouble_.empty()) {
      return Complain(kTransport, Cat("the lists may lack something: ", trouble_));
    }
    return accepted ? kDone : kTls;
  }

 private:
  // What is asked of a server here is what it speaks, not who it is: that comes last.
  io::TlsClientOptions Probe(tls::Version version) const {
    io::TlsClientOptions options = options_;
    options.dangerously_trust_any_chain = true;
    options.min_version = options.max_version = version;
    options.suites = BuiltSuites(version);
    return options;
  }
  Attempt Try(const io::TlsClientOptions& options) {
    Attempt attempt = TryConnection(target_, options);
    // Servers of datagrams may refuse by silence.
    if (attempt.end == Attempt::End::kUnreachable ||
        (attempt.end == Attempt::End::kSilent && !target_.datagrams)) {
      trouble_ = attempt.sentence;
    }
    return attempt;
  }
  Attempt TryAll(tls::Version version) { return Try(Probe(version)); }
  std::string Name(tls::Version version) const {
    return Cat(target_.datagrams ? "D" : "",
               version == tls::Version::kTls13 ? "TLS 1.3" : "TLS 1.2");
  }

  void OnVersion(tls::Version version, const Attempt& attempt) {
    if (!best_) {
      best_ = attempt;
      best_version_ = version;
    }
    const std::string name = Name(version);
    Say(Cat(where_, " speaks ", name));
    Say(Are(Cat("Its only cipher suite in ", name), Cat("Its cipher suites in ", name),
            Suites(version)));
    SayGroups(version, attempt.scheme);
    Say(Cat("Offered all of them, it chose ", io::SuiteName(attempt.suite), " and ",
            io::GroupName(attempt.group),
            attempt.scheme ? Cat(", and signed with ", io::SchemeName(*attempt.scheme)) : ""));
    if (attempt.asks_for_certificate) {
      Say(Cat("It asked for a client's certificate in ", name));
    }
  }
  void OnNoVersion(tls::Version version, const Attempt& attempt) {
    silent_ |= attempt.end == Attempt::End::kSilent;
    Say(attempt.of_the_version
            ? Cat(where_, " does not speak ", Name(version), ": ", attempt.sentence)
            : Cat("No handshake of ", Name(version), " came about: ", attempt.sentence));
  }

  // Without what it chose it has to choose another one, until there is none.
  std::vector<std::string> Suites(tls::Version version) {
    std::vector<std::string> out;
    io::TlsClientOptions options = Probe(version);
    while (!options.suites.empty()) {
      const Attempt attempt = Try(options);
      const auto taken = std::find(options.suites.begin(), options.suites.end(), attempt.suite);
      if (!attempt.connected() || taken == options.suites.end()) break;
      out.push_back(io::SuiteName(attempt.suite));
      options.suites.erase(taken);
    }
    return out;
  }

  enum class Taken : uint8_t { kYes, kNo, kUnseen };
  // Alone, or else as the most wanted: in TLS 1.2 the groups are also those that an ECDSA key of
  // the certificate may be of (RFC 8422 s5.1.1), so its curve has to be there.
  Taken Takes(tls::Version version, uint16_t group, std::optional<uint16_t> scheme) {
    io::TlsClientOptions options = Probe(version);
    options.groups = {group};
    if (Try(options).connected()) return Taken::kYes;
    const uint16_t curve = version == tls::Version::kTls12 ? CurveOf(scheme) : 0;
    if (curve == 0 || curve == group) return Taken::kNo;
    options.groups.push_back(curve);
    const Attempt attempt = Try(options);
    if (!attempt.connected()) return Taken::kNo;
    return attempt.group == group ? Taken::kYes : Taken::kUnseen;
  }
  void SayGroups(tls::Version version, std::optional<uint16_t> scheme) {
    std::vector<std::string> taken, unseen;
    for (const uint16_t group : BuiltGroups(version)) {
      const Taken answer = Takes(version, group, scheme);
      if (answer != Taken::kNo) {
        (answer == Taken::kYes ? taken : unseen).push_back(io::GroupName(group));
      }
    }
    const std::string name = Name(version);
    Say(Are(Cat("Its only group in ", name), Cat("Its groups in ", name), taken));
    if (unseen.empty() || taken.empty()) return;
    Say(Cat("Whether it has ", io::Join(unseen, ", "), " in ", name,
            " cannot be seen: the certificate asks for another, which is chosen then"));
  }

  void SayProtocols() {
    std::vector<std::string> taken;
    for (const std::string& protocol : protocols_) {
      io::TlsClientOptions options = Probe(best_version_);
      options.alpn = {protocol};
      const Attempt attempt = Try(options);
      if (attempt.connected() && attempt.alpn == protocol) taken.push_back(io::Printable(protocol));
    }
    Say(taken.empty() ? Cat("By ALPN it agrees on none of ", io::Join(protocols_, ", "))
                      : Cat("By ALPN it agrees on ", io::Join(taken, ", ")));
  }

  void SayChain() const {
    const size_t count = best_->chain_der.size();
    Say(count == 1 ? std::string("It sends one certificate")
                   : Cat("It sends ", count, " certificates"));
    for (size_t i = 0; i < count; ++i) {
      const Result<x509::Certificate> certificate =
          x509::Certificate::Parse(AsBytes(best_->chain_der[i]));
      Say(Cat("Number ", i + 1, " is ",
              certificate.ok() ? Cat(io::DescribeCertificate(*certificate), ", with ",
                                     KeyName(certificate->public_key()))
                               : "not a certificate by RFC 5280"));
    }
  }

  bool Verify() {
    const Attempt attempt = Try(options_);
    const std::string who = Cat("A client that trusts the authorities of ", options_.ca_file);
    Say(attempt.connected() ? Cat(who, " accepts this chain for ", target_.server_name)
                            : Cat(who, " refuses it: ", attempt.sentence));
    return attempt.connected();
  }

  ScanTarget target_;
  io::TlsClientOptions options_;
  std::vector<std::string> protocols_;
  std::string where_;
  std::optional<Attempt> best_;  // of the highest version, with everything offered
  tls::Version best_version_ = tls::Version::kTls13;
  bool silent_ = false;
  std::string trouble_;  // of a connection whose end tells nothing of the server
};

// Of "https://example.org/page", as browsers show it, the host and port.
std::string_view WithoutUrl(std::string_view text) {
  if (text.starts_with("https://")) text.remove_prefix(8);
  return text.substr(0, text.find('/'));
}

int RunScan(const Arguments& arguments) {
  const bool datagrams = arguments.Has("dtls");
  const auto address = io::ParseAddress(WithoutUrl(arguments.words()[0]), datagrams ? 4433 : 443);
  const auto patience = arguments.Number("timeout", 5, 1, 3600);
  for (const absl::Status& s : {address.status(), patience.status()}) {
    if (!s.ok()) return Complain(kUsage, s);
  }
  ScanTarget target = {.address = *address,
                       .server_name = arguments.Value("servername", address->host),
                       .datagrams = datagrams,
                       .patience = std::chrono::seconds(*patience)};
  io::TlsClientOptions options;
  options.ca_file = arguments.Value("cafile", io::kSystemCaFile);
  options.cert_file = arguments.Value("client-cert");
  options.key_file = arguments.Value("client-key");
  if (absl::Status s = ReadProtocol(arguments, options); !s.ok()) return Complain(kUsage, s);
  // Files that are missing are said before anybody is connected to.
  const auto client = io::TlsClient::Create(options);
  if (!client.ok()) return Complain(kUsage, client.status());
  std::vector<std::string> protocols = arguments.List("alpn");
  if (protocols.empty()) protocols = {"h2", "http/1.1"};
  return Scan(std::move(target), std::move(options), std::move(protocols)).Run();
}

}  // namespace

const Command kScan = {
    .name = "scan",
    .summary = "say what a server offers: versions, suites, groups, ALPN, chain",
    .help =
        "  merlon scan HOST[:PORT] [OPTIONS]\n\n"
        "Some twenty connections, which differ in what they offer; nothing is sent on them. Each\n"
        "line is a sentence.\n\n"
        "  --dtls             DTLS, over UDP; the port is 4433 then, else 443\n"
        "  --servername NAME  whom to ask for (HOST)\n"
        "  --alpn NAMES       protocols to try, with commas (h2,http/1.1)\n"
        "  --cafile FILE      PEM of the authorities to verify its chain with (the system's)\n"
        "  --client-cert FILE PEM of a chain, for servers that ask for one\n"
        "  --client-key FILE  PEM of its private key\n"
        "  --min-version V    1.2 or 1.3 (1.2)\n"
        "  --max-version V    1.2 or 1.3 (1.3)\n"
        "  --timeout SECONDS  for each connection (5)\n\n"
        "Exit codes: 0 its chain is accepted; 1 usage; 2 network; 3 no version of TLS came about,\n"
        "or its chain is refused; 4 no answer.\n",
    .arguments = {.options = "servername alpn cafile client-cert client-key timeout "
                             "min-version max-version",
                  .switches = "dtls",
                  .min_words = 1,
                  .max_words = 1},
    .run = RunScan,
};

}  // namespace merlon::cli
