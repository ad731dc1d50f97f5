// SPDX-License-Identifier: Apache-2.0
// merlon cert show: certificates, requests and CRLs of a file, in lines or as JSON.
#include <cstdio>

#include "io_adapters/cli/cert_commands.h"
#include "io_adapters/cli/cert_facts.h"
#include "io_adapters/files.h"
#include "io_adapters/text.h"
#include "tls/error.h"
#include "x509/pem.h"

namespace merlon::cli {
namespace {

using io::Cat;

struct Shown {
  std::string_view kind;
  absl::StatusOr<Facts> facts;
};

template <class T>
Shown Show(std::string_view kind, const Result<T>& parsed) {
  if (!parsed.ok()) return {kind, Failed(kind, parsed.error())};
  return {kind, FactsOf(*parsed)};
}

Shown ShowRequest(Bytes der) {
  constexpr std::string_view kKind = "certification request";
  const Result<x509::Request> request = x509::Request::Parse(der);
  if (!request.ok()) return {kKind, Failed(kKind, request.error())};
  io::ProcessCrypto crypto;
  return {kKind, FactsOf(*request, request->CheckSignature(crypto.context().drivers).ok())};
}

Shown ShowBlock(std::string_view label, Bytes der) {
  if (label == "CERTIFICATE") return Show("certificate", x509::Certificate::Parse(der));
  if (label == "X509 CRL") return Show("CRL", x509::Crl::Parse(der));
  if (label == "CERTIFICATE REQUEST") return ShowRequest(der);
  return {label, absl::InvalidArgumentError("this is not shown")};
}

// What stands in a file: blocks of PEM, or DER of a kind that is tried out.
std::vector<Shown> ShowAll(const std::string& content) {
  std::vector<Shown> out;
  x509::PemReader reader(content);
  for (;;) {
    const auto block = reader.Next();
    if (!block.ok()) out.push_back({"PEM", Failed("PEM", block.error())});
    if (!block.ok() || !*block) break;
    std::string der((*block)->max_size(), '\0');
    const Result<Bytes> decoded = x509::DecodePem(**block, Room(der));
    out.push_back(decoded.ok() ? ShowBlock((*block)->label, *decoded)
                               : Shown{(*block)->label, Failed("PEM", decoded.error())});
  }
  if (!out.empty()) return out;
  for (std::string_view label : {"CERTIFICATE", "X509 CRL", "CERTIFICATE REQUEST"}) {
    Shown shown = ShowBlock(label, AsBytes(content));
    if (shown.facts.ok()) return {std::move(shown)};
  }
  return {};
}

std::string Json(const Shown& shown) {
  return Cat("{\"kind\":", JsonString(shown.kind),
             shown.facts.ok() ? Cat(",\"facts\":", shown.facts->Json()) : "", "}");
}

}  // namespace

void TellWritten(const Arguments& arguments, std::string_view label, std::string_view der) {
  if (!arguments.Has("json")) return;
  printf("{\"out\":%s,\"written\":%s}\n", JsonString(arguments.Value("out")).c_str(),
         Json(ShowBlock(label, AsBytes(der))).c_str());
}

int CertShow(const Arguments& arguments) {
  const std::string& path = arguments.words()[1];
  const auto content = io::ReadFile(path);
  if (!content.ok()) return Complain(kUsage, content.status());
  const std::vector<Shown> all = ShowAll(*content);
  if (all.empty()) {
    return Complain(kUsage, Cat("no certificate, request or CRL stands in ", path));
  }
  int code = kDone;
  std::vector<std::string> objects;
  for (size_t i = 0; i < all.size(); ++i) {
    if (!all[i].facts.ok()) {
      code = Complain(kTls, Cat("block ", i + 1, " of ", path, ": ",
                                std::string(all[i].facts.status().message())));
    } else if (arguments.Has("json")) {
      objects.push_back(Json(all[i]));
    } else {
      printf("%zu: %s\n%s", i + 1, std::string(all[i].kind).c_str(), all[i].facts->Text().c_str());
    }
  }
  if (arguments.Has("json")) printf("[%s]\n", io::Join(objects, ",\n ").c_str());
  return code;
}

}  // namespace merlon::cli
