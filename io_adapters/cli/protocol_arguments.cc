// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/cli/protocol_arguments.h"

#include "io_adapters/sentences.h"
#include "io_adapters/text.h"

namespace merlon::cli {
namespace {

using io::Cat;

absl::Status ReadVersion(const Arguments& arguments, const std::string& name, tls::Version& out) {
  if (!arguments.Has(name)) return absl::OkStatus();
  const std::string text = arguments.Value(name);
  if (text != "1.2" && text != "1.3") {
    return absl::InvalidArgumentError(Cat("--", name, " takes 1.2 or 1.3"));
  }
  out = text == "1.2" ? tls::Version::kTls12 : tls::Version::kTls13;
  return absl::OkStatus();
}

template <class Options>
absl::Status Read(const Arguments& arguments, Options& options) {
  absl::Status s = ReadVersion(arguments, "min-version", options.min_version);
  if (s.ok()) s = ReadVersion(arguments, "max-version", options.max_version);
  if (!s.ok()) return s;
  if (options.min_version > options.max_version) {
    return absl::InvalidArgumentError("--min-version is above --max-version");
  }
  for (const std::string& name : arguments.List("suites")) {
    const std::optional<uint16_t> suite = io::SuiteByName(name);
    if (!suite) {
      return absl::InvalidArgumentError(
          Cat("no cipher suite is called \"", name, "\"; --help lists those that there are"));
    }
    options.suites.push_back(*suite);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadProtocol(const Arguments& arguments, io::TlsClientOptions& options) {
  return Read(arguments, options);
}

absl::Status ReadProtocol(const Arguments& arguments, io::TlsServerOptions& options) {
  return Read(arguments, options);
}

std::string ProtocolHelp() {
  std::string out =
      "\nVersions and cipher suites:\n\n"
      "  --min-version V  1.2 or 1.3 (1.2); of DTLS the version with this number\n"
      "  --max-version V  1.2 or 1.3 (1.3)\n"
      "  --suites NAMES   most wanted first, with commas (those with GCM and ChaCha20-Poly1305);\n"
      "                   a version without one is not spoken. There are:\n";
  for (const std::string& name : io::SuiteNames()) out += Cat("    ", name, "\n");
  return out;
}

}  // namespace merlon::cli
