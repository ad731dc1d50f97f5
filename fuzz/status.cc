// SPDX-License-Identifier: Apache-2.0
// Fuzz target: CRLs, OCSP responses and certification requests; the same bytes are taken for each.
// Under the fuzz driver signatures verify, so what they say of a certificate counts.
#include <algorithm>

#include "fuzz/end.h"
#include "fuzz/entry.h"
#include "fuzz/fuzz_driver.h"
#include "x509/crl_source.h"
#include "x509/ocsp.h"
#include "x509/path_builder.h"
#include "x509/request.h"
#include "x509/testing/toy_pki.h"

namespace merlon::fuzz {
namespace {

// The root "root" with the ninth toy key, and a leaf of it: seeds speak of its serial number.
struct Pki {
  x509::Buffer root_name = x509::ToyName("root"), root_key = x509::ToyKey(9), leaf;
  x509::TrustAnchor root;
  Pki() {
    const uint8_t serial[] = {0x4d, 1};
    leaf = x509::Issue({.spec = {.serial = serial, .subject = "leaf"},
                        .key = 1,
                        .issuer = "root",
                        .issuer_key = 9});
    root = *x509::TrustAnchor::FromKey(Bytes(root_name), Bytes(root_key));
  }
};

// What `source` makes of a verification: an answer, or an error of the few that it may give.
void Verify(const x509::StatusSource& source) {
  static const Pki& pki = *new Pki();
  const x509::StatusSource* const sources[] = {&source};
  const x509::Revocation revocation(sources);
  x509::VerifyOptions options;
  options.now = x509::kToyNow;
  options.drivers = FuzzDrivers();
  options.path_check = &revocation;
  const Bytes presented[] = {pki.leaf};
  const auto chain = x509::VerifyChain(
      {presented}, x509::TrustAnchors(absl::Span<const x509::TrustAnchor>(&pki.root, 1)), options);
  const Code code = chain.ok() ? Code{} : chain.error().code;
  Expect(code == Code{} || code == Code::kRevoked || code == Code::kRevocationUnknown ||
             code == Code::kWorkBudget,
         "revocation alone decides");
}

void TryCrl(Bytes der) {
  const Result<x509::Crl> crl = x509::Crl::Parse(der);
  if (!crl.ok()) return;
  Expect(crl->der() == der, "a CRL is all of its bytes");
  size_t count = 0;
  x509::Crl::Entries entries(*crl);
  for (x509::CrlEntry entry; entries.Next(&entry);) ++count;
  Expect(count == crl->size(), "each entry was looked at");
  // As a complete CRL, and as a delta beside itself.
  const x509::Crl both[] = {*crl, *crl};
  Verify(x509::CrlSource(both));
}

void TryOcsp(Bytes der) {
  const Result<x509::OcspResponse> response = x509::OcspResponse::Parse(der);
  if (!response.ok()) return;
  size_t count = 0;
  x509::OcspSingleResponse single;
  for (DerReader reader = response->responses(); !reader.done(); ++count) {
    Expect(x509::ReadOcspSingleResponse(reader, &single), "each response was looked at");
  }
  Expect(count == response->size(), "responses are counted");
  Verify(x509::OcspSource(absl::Span<const x509::OcspResponse>(&*response, 1),
                          {.sha1 = FuzzDrivers().hash(crypto::HashId::kSha256)}));
}

void TryRequest(Bytes der) {
  const Result<x509::Request> request = x509::Request::Parse(der);
  if (request.ok()) (void)request->CheckSignature(FuzzDrivers());
}

}  // namespace
}  // namespace merlon::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const merlon::Bytes input(data, size);
  merlon::fuzz::TryCrl(input);
  merlon::fuzz::TryOcsp(input);
  merlon::fuzz::TryRequest(input);
  return 0;
}
