// SPDX-License-Identifier: Apache-2.0
// Fuzz target: names against each other. The first two bytes (little endian) are the length of one,
// the rest is the other, as in BoringSSL's corpora of name matching; both are taken for everything
// that they may be: Names, texts, a subjectAltName under constraints or asked for.
#include "x509/name.h"

#include <algorithm>
#include <string>

#include "fuzz/end.h"
#include "fuzz/entry.h"
#include "x509/dns_name.h"
#include "x509/general_name.h"
#include "x509/ip_address.h"
#include "x509/name_constraints.h"
#include "x509/name_forms.h"
#include "x509/service_identity.h"
#include "x509/testing/toy_pki.h"

namespace merlon::fuzz {
namespace {

// As of RFC 9525 s6.3: what matching must not see.
std::string OtherCase(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) c = static_cast<char>(c ^ 0x20);
  }
  return out;
}

void DirectoryNames(Bytes a, Bytes b) {
  if (!x509::IsName(a)) return;
  Expect(x509::NamesEqual(a, a) && x509::NameWithin(a, a), "a name is itself");
  if (!x509::IsName(b)) return;
  const bool equal = x509::NamesEqual(a, b);
  Expect(equal == x509::NamesEqual(b, a), "being equal is mutual");
  Expect(equal == (x509::NameWithin(a, b) && x509::NameWithin(b, a)), "within each other is equal");
  Expect(!equal || x509::NameHash(a) == x509::NameHash(b), "equal names have one hash");
}

void Texts(std::string_view a, std::string_view b) {
  const bool pattern = x509::IsDnsPattern(a), name = x509::IsDnsName(b);
  Expect(!x509::IsDnsName(a) || pattern, "a DNS name is a pattern");
  if (pattern && name) {
    const bool matches = x509::DnsPatternMatches(a, b);
    Expect(matches == x509::DnsPatternMatches(OtherCase(a), b), "case is not looked at");
    const auto labels = [](std::string_view text) { return std::ranges::count(text, '.'); };
    Expect(!matches || labels(a) == labels(b), "a wildcard is one label");
    Expect(!matches || a.starts_with('*') || x509::DnsNamesEqual(a, b), "else it is the name");
    if (x509::DnsNameWithin(b, a)) {
      Expect(b.size() >= a.size() && !a.starts_with('*'), "below is longer");
    }
  }
  x509::Mailbox mailbox;
  if (x509::ReadMailbox(a, &mailbox)) {
    Expect(mailbox.local.size() + 1 + mailbox.host.size() == a.size(), "two parts and an at sign");
  }
  x509::UriName uri;
  if (x509::ReadUri(a, &uri)) Expect(uri.host.size() < a.size(), "a host is a part of its URI");
  x509::SrvName srv;
  if (x509::ReadSrvName(a, &srv)) Expect(srv.service.starts_with('_'), "a service begins so");
  if (const auto address = x509::ParseIpAddress(a)) {
    const auto again = x509::ParseIpAddress(x509::IpAddressText(address->view()).view());
    Expect(again && *again == *address, "an address is read as written");
    Expect(!x509::IsDnsName(a), "an address is no DNS name");
  }
}

// The names of a certificate under constraints.
void Constraints(Bytes names, Bytes der) {
  const auto constraints = x509::NameConstraints::Parse(der);
  if (!constraints.ok() || !x509::AreGeneralNames(names)) return;
  const uint8_t no_name[] = {0x30, 0};
  const auto check = [&](uint32_t budget) { return constraints->Check(no_name, names, &budget); };
  const Result<void> whole = check(1u << 20), little = check(8);
  const auto code = [](const Result<void>& result) {
    return result.ok() ? Code{} : result.error().code;
  };
  Expect(code(whole) == Code{} || code(whole) == Code::kNameConstraint, "constraints decide");
  Expect(code(little) == code(whole) || code(little) == Code::kWorkBudget,
         "a smaller budget changes no verdict");
}

// Whether a certificate with these names is who is asked for.
void Identity(Bytes names, std::string_view asked) {
  if (!x509::AreGeneralNames(names)) return;
  x509::ToyCertificate leaf = x509::ToyLeaf();
  leaf.spec.dns_names = {};
  leaf.spec.subject_alt_name = names;
  const x509::Buffer der = x509::Issue(leaf);
  const auto certificate = x509::Certificate::Parse(der);
  if (!certificate.ok()) return;
  using Type = x509::IdentityType;
  for (const Type type : {Type::kDnsName, Type::kIpAddress, Type::kUri, Type::kSrv, Type::kEmail}) {
    const x509::ReferenceIdentity reference{type, asked};
    const bool matches = x509::CheckIdentity(*certificate, reference).ok();
    Expect(!matches || x509::IsIdentity(reference), "what is none of its type matches nothing");
    // A mailbox's local part has case (RFC 5280 s7.5).
    if (type == Type::kEmail) continue;
    const std::string other = OtherCase(asked);
    Expect(matches == x509::CheckIdentity(*certificate, {type, other}).ok(),
           "references fold case");
  }
}

void Fuzz(Bytes input) {
  if (input.size() < 2) return;
  const Bytes parts = Slice(input, 2);
  const size_t size = std::min<size_t>(input[0] | input[1] << 8, parts.size());
  const Bytes a = Slice(parts, 0, size), b = Slice(parts, size);
  DirectoryNames(a, b);
  DirectoryNames(input, input);
  Texts(AsText(a), AsText(b));
  Constraints(a, b);
  Identity(a, AsText(b));
}

}  // namespace
}  // namespace merlon::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  merlon::fuzz::Fuzz({data, size});
  return 0;
}
