// SPDX-License-Identifier: Apache-2.0
// Fuzz target: parsing and verification of chains. Certificates, the leaf first, each behind two
// bytes of length. Under the fuzz driver signatures verify.
#include <vector>

#include "crypto/base/reader.h"
#include "fuzz/end.h"
#include "fuzz/entry.h"
#include "fuzz/fuzz_driver.h"
#include "x509/path_builder.h"
#include "x509/service_identity.h"
#include "x509/testing/toy_pki.h"

namespace merlon::fuzz {
namespace {

const x509::TrustAnchor& Root() {
  static const x509::Buffer& name = *new x509::Buffer(x509::ToyName("root"));
  static const x509::Buffer& key = *new x509::Buffer(x509::ToyKey(9));
  static const x509::TrustAnchor& root =
      *new x509::TrustAnchor(*x509::TrustAnchor::FromKey(Bytes(name), Bytes(key)));
  return root;
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
  for (Bytes one : chain) {
    const Result<x509::Certificate> certificate = x509::Certificate::Parse(one);
    if (!certificate.ok()) continue;
    Expect(certificate->der() == one, "a certificate is all of its bytes");
    (void)x509::CheckServerName(*certificate, "192.0.2.1");
    (void)x509::CheckServerName(*certificate, "a.other.example");
  }
}

}  // namespace
}  // namespace merlon::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  merlon::fuzz::Fuzz({data, size});
  return 0;
}
