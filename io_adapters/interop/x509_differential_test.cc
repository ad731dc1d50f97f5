// SPDX-License-Identifier: Apache-2.0
// The verifier against OpenSSL's, on one chain whose leaf is changed in many ways and signed again,
// from fixed seeds: where one accepts what the other refuses, the reason stands in a table here.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <string>

#include "crypto/drivers/default_drivers.h"
#include "x509/path_builder.h"
#include "x509/testing/openssl.h"
#include "x509/testing/web_chain.h"

namespace merlon::interop {
namespace {

using x509::openssl::Decode;
using x509::openssl::Free;
using x509::openssl::X509Ptr;

// 0: accepted. Else X509_V_ERR_..., or -1: it is not decoded.
int OpenSsl(const x509::WebChain& chain, const std::string& leaf_der) {
  const X509Ptr leaf = Decode(leaf_der), intermediate = Decode(chain.intermediate());
  if (leaf == nullptr) return -1;
  const std::unique_ptr<X509_STORE, Free> store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), Decode(chain.root()).get());
  STACK_OF(X509)* const others = sk_X509_new_null();
  sk_X509_push(others, intermediate.get());
  const std::unique_ptr<X509_STORE_CTX, Free> context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), others);
  X509_VERIFY_PARAM* const parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(parameters,
                             x509::kWebChainNow.time_since_epoch() / std::chrono::seconds(1));
  X509_VERIFY_PARAM_set1_host(parameters, x509::kWebChainName.data(), x509::kWebChainName.size());
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_X509_STRICT);
  X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER);
  const bool good = X509_verify_cert(context.get()) == 1;
  const int error = X509_STORE_CTX_get_error(context.get());
  sk_X509_free(others);
  return good ? 0 : error;
}

Code Ours(const x509::WebChain& chain, const std::string& leaf) {
  const x509::TrustAnchor anchors[] = {*x509::TrustAnchor::FromCertificate(AsBytes(chain.root()))};
  const Bytes presented[] = {AsBytes(leaf), AsBytes(chain.intermediate())};
  x509::VerifyOptions options;
  options.now = x509::kWebChainNow;
  options.server_name = x509::kWebChainName;
  options.drivers = crypto::DefaultDrivers();
  const auto verified = x509::VerifyChain({presented}, x509::TrustAnchors(anchors), options);
  return verified.ok() ? Code{} : verified.error().code;
}

// One to three bytes of the TBSCertificate become others, behind its header.
std::string Changed(std::string_view tbs, std::mt19937& random) {
  std::string out(tbs);
  const auto below = [&](size_t n) { return static_cast<size_t>(random() % n); };
  for (size_t edits = 1 + below(3); edits > 0; --edits) {
    char& byte = out[4 + below(out.size() - 4)];
    byte = below(2) == 0 ? static_cast<char>(byte ^ (1 << below(8))) : static_cast<char>(random());
  }
  return out;
}

struct Disagreement {
  Code ours;   // Code{}: accepted
  int theirs;  // as of OpenSsl
  const char* reason;
};
constexpr Disagreement kDisagreements[] = {
    // Accepted by OpenSSL alone.
    {Code::kBadCertificate, 0,
     "RFC 5280 s4.2: an extension that stands twice, or that is malformed; OpenSSL reads those "
     "that "
     "it uses"},
    {Code::kNameMismatch, 0,
     "RFC 9525 s2: a common name is no identity; to OpenSSL it is one where no DNS name is left"},
    // Accepted here alone. None of these certificates serves: its key signs no handshake.
    {Code{}, X509_V_ERR_UNSPECIFIED,
     "the leaf's public key is no point of its curve: whoever verifies with it finds out"},
    // Accepted here alone.
    {Code{}, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
     "RFC 4158 s3.5.12: a key identifier that names another key says what to try first, no more"},
    {Code{}, X509_V_ERR_MISSING_AUTHORITY_KEY_IDENTIFIER,
     "RFC 5280 s4.2.1.1 asks it of issuers; s6 does not ask for it"},
    {Code{}, -1,
     "RFC 5280 s6 reads a leaf's subject for constraints alone, not what its strings say"},
};

const Disagreement* Find(Code ours, int theirs) {
  for (const Disagreement& known : kDisagreements) {
    if (known.ours == ours && known.theirs == theirs) return &known;
  }
  return nullptr;
}

TEST(X509Differential, DisagreementsWithOpensslAreKnown) {
  x509::WebChain chain(crypto::KeyType::kEcP256, 256,
                       {crypto::SignFamily::kEcdsa, crypto::HashId::kSha256});
  ASSERT_EQ(Ours(chain, chain.leaf()), Code{});
  ASSERT_EQ(OpenSsl(chain, chain.leaf()), 0);
  const std::string tbs(AsText(x509::Certificate::Parse(AsBytes(chain.leaf()))->tbs()));
  std::mt19937 random(20261124);
  int both_accept = 0, both_refuse = 0;
  std::map<const Disagreement*, int> met;
  for (int i = 0; i < 600; ++i) {
    const std::string leaf = chain.Sign(AsBytes(Changed(tbs, random)));
    const Code ours = Ours(chain, leaf);
    const int theirs = OpenSsl(chain, leaf);
    if ((ours == Code{}) == (theirs == 0)) {
      ++(theirs == 0 ? both_accept : both_refuse);
      continue;
    }
    const Disagreement* const known = Find(ours, theirs);
    EXPECT_NE(known, nullptr) << "case " << i << ": " << static_cast<int>(ours) << ", "
                              << X509_verify_cert_error_string(theirs);
    ++met[known];
  }
  printf("both accept %d, both refuse %d\n", both_accept, both_refuse);
  for (const Disagreement& known : kDisagreements) {
    EXPECT_GT(met[&known], 0) << known.reason;
    printf("%d: %s\n", met[&known], known.reason);
  }
  EXPECT_GT(both_accept, 50);
  EXPECT_GT(both_refuse, 100);
}

}  // namespace
}  // namespace merlon::interop
