// SPDX-License-Identifier: Apache-2.0
// The verifier against OpenSSL's, on one chain whose leaf is changed in many ways and signed again,
// from fixed seeds: where one accepts what the other refuses, the reason stands in a table here.
#include <gtest/gtest.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "crypto/drivers/default_drivers.h"
#include "x509/path_builder.h"
#include "x509/testing/web_chain.h"

namespace merlon::interop {
namespace {

struct Free {
  void operator()(X509* x) const { X509_free(x); }
  void operator()(X509_STORE* x) const { X509_STORE_free(x); }
  void operator()(X509_STORE_CTX* x) const { X509_STORE_CTX_free(x); }
};
using X509Ptr = std::unique_ptr<X509, Free>;

X509Ptr Decode(const std::string& der) {
  const auto* at = reinterpret_cast<const uint8_t*>(der.data());
  const auto* const end = at + der.size();
  X509Ptr out(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  return at == end ? std::move(out) : nullptr;
}

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
  Code ours;  // Code{}: accepted
  const char* reason;
};
// Where OpenSSL accepts. We are the stricter one in all of them.
constexpr Disagreement kStricter[] = {
    {Code::kBadDer,
     "X.690 s10, RFC 5280 s4.1: DER alone; OpenSSL takes some BER and bytes in "
     "extensions that it does not look into"},
    {Code::kBadCertificate,
     "RFC 5280 s4.2: an extension that is malformed or stands twice; OpenSSL "
     "looks at those that it uses"},
    {Code::kUnknownIssuer,
     "RFC 5280 s7.1: names in other string types than PrintableString, "
     "UTF8String and IA5String are compared octet by octet"},
    {Code::kBadExtendedKeyUsage, "RFC 5280 s4.2.1.12: the purpose is not listed"},
    {Code::kUnsupportedAlgorithm, "a key of a type, curve or form that is not supported here"},
    {Code::kBadKey, "the leaf's public key is not one"},
};

TEST(X509Differential, DisagreementsWithOpensslAreKnown) {
  x509::WebChain chain(crypto::KeyType::kEcP256, 256,
                       {crypto::SignFamily::kEcdsa, crypto::HashId::kSha256});
  ASSERT_EQ(Ours(chain, chain.leaf()), Code{});
  ASSERT_EQ(OpenSsl(chain, chain.leaf()), 0);
  const std::string tbs(AsText(x509::Certificate::Parse(AsBytes(chain.leaf()))->tbs()));
  std::mt19937 random(20261124);
  int both_accept = 0, both_refuse = 0;
  std::map<Code, int> stricter;
  for (int i = 0; i < 600; ++i) {
    const std::string leaf = chain.Sign(AsBytes(Changed(tbs, random)));
    const Code ours = Ours(chain, leaf);
    const int theirs = OpenSsl(chain, leaf);
    // What we accept, OpenSSL accepts.
    if (ours == Code{}) {
      EXPECT_EQ(theirs, 0) << "case " << i << ": " << X509_verify_cert_error_string(theirs);
      ++both_accept;
    } else if (theirs == 0) {
      ++stricter[ours];
    } else {
      ++both_refuse;
    }
  }
  printf("both accept %d, both refuse %d; refused here alone:\n", both_accept, both_refuse);
  for (const auto& [code, count] : stricter) {
    const char* reason = nullptr;
    for (const Disagreement& known : kStricter) {
      if (known.ours == code) reason = known.reason;
    }
    EXPECT_NE(reason, nullptr) << static_cast<int>(code);
    printf("  %d x %d: %s\n", count, static_cast<int>(code), reason == nullptr ? "?" : reason);
  }
  EXPECT_GT(both_accept, 50);
  EXPECT_GT(both_refuse, 100);
}

}  // namespace
}  // namespace merlon::interop
