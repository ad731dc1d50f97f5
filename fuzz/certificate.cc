// SPDX-License-Identifier: Apache-2.0
// Fuzz target: parsing and verification of chains. Certificates, the leaf first, each behind two
// bytes of length. Under the fuzz driver signatures verify.
#include <vector>

#include "crypto/base/reader.h"
#include "fuzz/end.h"
#include "fuzz/entry.h"
#include "fuzz/fuzz_driver.h"
#include "x509/chain_stream.h"
#include "x509/locations.h"
#include "x509/path_builder.h"
#include "x509/service_identity.h"
#include "x509/testing/toy_pki.h"

namespace merlon::fuzz {
namespace {

constexpr x509::ReferenceIdentity kReferences[] = {
    {x509::IdentityType::kUri, "https://server.example/"},
    {x509::IdentityType::kSrv, "_https.server.example"},
    {x509::IdentityType::kEmail, "me@server.example"},
    {x509::IdentityType::kEmail, "\xc3\xbc@server.example"}};

const x509::TrustAnchor& Root() {
  static const x509::Buffer& name = *new x509::Buffer(x509::ToyName("root"));
  static const x509::Buffer& key = *new x509::Buffer(x509::ToyKey(9));
  static const x509::TrustAnchor& root =
      *new x509::TrustAnchor(*x509::TrustAnchor::FromKey(Bytes(name), Bytes(key)));
  return root;
}

// The same chain, one certificate after the other: whether it verifies does not depend on that.
void Arrive(absl::Span<const Bytes> chain, const x509::TrustStore& anchors,
            const x509::VerifyOptions& options, const Result<x509::VerifiedChain>& whole) {
  x509::ChainVerification verification({}, options, options.budget, x509::Arrival::kMayContinue);
  for (size_t i = 1; i <= chain.size() && !verification.done(); ++i) {
    const auto arrival = i == chain.size() ? x509::Arrival::kComplete : x509::Arrival::kMayContinue;
    Expect(verification.AnswerCertificates(chain.first(i), arrival).ok(), "it waits for more");
    while (!verification.done() &&
           !std::holds_alternative<x509::NeedCertificates>(verification.step())) {
      Expect(x509::AnswerStep(verification, anchors, options).ok(), "each step has its answer");
    }
  }
  Expect(verification.done(), "with all of a chain it ends");
  const Result<x509::VerifiedChain> verified = verification.result();
  const auto spent = [](const Result<x509::VerifiedChain>& result) {
    return !result.ok() && result.error().code == Code::kWorkBudget;
  };
  Expect(verified.ok() == whole.ok() || spent(verified) || spent(whole), "orders agree");
}

// In pieces, of which nothing is kept that is not needed: what verifies so verifies whole.
void Stream(absl::Span<const Bytes> chain, const x509::TrustStore& anchors,
            const x509::VerifyOptions& options, const Result<x509::VerifiedChain>& whole) {
  std::vector<uint8_t> memory(4096);
  x509::ChainStream stream(anchors, options, absl::MakeSpan(memory));
  for (Bytes der : chain) {
    if (!stream.Begin(der.size()).ok()) break;
    const size_t half = der.size() / 2;
    if (!stream.Receive(Slice(der, 0, half)).ok() || !stream.Receive(Slice(der, half)).ok()) break;
  }
  const Result<x509::VerifiedChain> streamed = stream.Finish();
  if (!streamed.ok()) return;
  Expect(whole.ok() || whole.error().code == Code::kWorkBudget, "a stream accepts no more");
  Expect(stream.peak() <= memory.size(), "memory is bounded");
  Expect(x509::CheckServerName(streamed->leaf, "server.example").ok(), "the leaf's names are kept");
}

void Fuzz(Bytes input) {
  std::vector<Bytes> chain;
  Reader reader(input);
  Bytes der;
  while (chain.size() < 12 && reader.Prefixed<2>(&der)) chain.push_back(der);
  if (chain.empty()) chain.push_back(input);

  x509::VerifyOptions options;
  options.now = x509::kToyNow;
  options.drivers = FuzzDrivers();
  options.server_name = "server.example";
  const x509::TrustAnchors anchors(absl::Span<const x509::TrustAnchor>(&Root(), 1));
  const Result<x509::VerifiedChain> verified = x509::VerifyChain({chain}, anchors, options);
  if (verified.ok()) {
    Expect(verified->leaf.der() == chain[0], "the leaf is the first");
    Expect(verified->anchor == &Root(), "an anchor is one of ours");
    Expect(verified->length >= 1 && verified->length <= x509::kMaxPathCertificates,
           "a path is bounded");
    Expect(x509::CheckServerName(verified->leaf, "server.example").ok(), "the name was checked");
  } else {
    Expect(verified.error().origin == Origin::kPeer, "a bad chain is the peer's fault");
  }
  Arrive(chain, anchors, options, verified);
  Stream(chain, anchors, options, verified);
  for (Bytes one : chain) {
    const Result<x509::Certificate> certificate = x509::Certificate::Parse(one);
    if (!certificate.ok()) continue;
    Expect(certificate->der() == one, "a certificate is all of its bytes");
    (void)x509::CheckServerName(*certificate, "192.0.2.1");
    (void)x509::CheckServerName(*certificate, "a.other.example");
    for (const x509::ReferenceIdentity& reference : kReferences) {
      (void)x509::CheckIdentity(*certificate, reference);
    }
    x509::Locations locations(certificate->extensions());
    for (x509::Location location; locations.Next(&location);) {
      Expect(location.uri.size() < one.size(), "a location is a part");
    }
  }
}

}  // namespace
}  // namespace merlon::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  merlon::fuzz::Fuzz({data, size});
  return 0;
}
