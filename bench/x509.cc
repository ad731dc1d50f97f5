// SPDX-License-Identifier: Apache-2.0
// Certificates: parsing one, verifying a chain of the web's kind, with the signatures' time and
// without; beside OpenSSL. Fails where a verification allocates.

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "bench/malloc_count.h"
#include "bench/table.h"
#include "crypto/drivers/default_drivers.h"
#include "x509/path_builder.h"
#include "x509/prepared_keys.h"
#include "x509/testing/openssl.h"
#include "x509/testing/web_chain.h"

namespace merlon::bench {
namespace {

using crypto::HashId;
using crypto::KeyType;
using crypto::SignFamily;

using x509::kWebChainName;
using x509::kWebChainNow;

// The default drivers' algorithms, but every signature is right at once.
class UncheckedDrivers {
 public:
  explicit UncheckedDrivers(KeyType type, SignFamily family)
      : sign_(*crypto::DefaultDrivers().sign(family, type)) {
    sign_.verify = [](Bytes, const crypto::HashAlgorithm*, Bytes, Bytes) { return Result<void>(); };
    signs_[0] = &sign_;
    hashes_[0] = crypto::DefaultDrivers().hash(HashId::kSha256);
    driver_.name = "unchecked";
    driver_.hashes = hashes_;
    driver_.signs = signs_;
    drivers_[0] = &driver_;
  }
  crypto::DriverTable table() const { return crypto::DriverTable(drivers_); }

 private:
  crypto::SignAlgorithm sign_;
  std::array<const crypto::SignAlgorithm*, 1> signs_;
  std::array<const crypto::HashAlgorithm*, 1> hashes_;
  crypto::Driver driver_{};
  std::array<const crypto::Driver*, 1> drivers_;
};

// Microseconds of one go: the median of many. A batch between two readings of the clock is short,
// so that few are interrupted.
template <class Work>
double Microseconds(const Options& options, size_t batch, Work work) {
  std::vector<double> goes;
  const double until = Seconds() + (options.quick ? 0 : 0.4);
  do {
    const double start = Seconds();
    for (size_t i = 0; i < batch; ++i) work();
    goes.push_back((Seconds() - start - ClockCost()) / static_cast<double>(batch) * 1e6);
  } while (Seconds() < until);
  return MedianOf(goes);
}

double Parse(const Options& options, const std::string& der) {
  return Microseconds(options, 64, [&] {
    Require(x509::Certificate::Parse(AsBytes(der)).ok(), "a certificate parses");
  });
}

double Verify(const Options& options, const x509::WebChain& chain, crypto::DriverTable drivers,
              size_t batch, const x509::PreparedKeys* prepared = nullptr) {
  const x509::TrustAnchor anchors[] = {*x509::TrustAnchor::FromCertificate(AsBytes(chain.root()))};
  const x509::TrustAnchors store(anchors);
  const Bytes presented[] = {AsBytes(chain.leaf()), AsBytes(chain.intermediate())};
  x509::VerifyOptions verify;
  verify.now = kWebChainNow;
  verify.server_name = kWebChainName;
  verify.drivers = drivers;
  verify.prepared = prepared;
  return Microseconds(options, batch, [&] {
    Require(x509::VerifyChain({presented}, store, verify).ok(), "a chain verifies");
  });
}

// With the keys of the root and of the intermediate prepared; below 0: this driver prepares none.
double VerifyPrepared(const Options& options, const x509::WebChain& chain) {
  std::array<x509::PreparedKeys::Entry, 2> entries;
  std::array<uint8_t, 16384> memory;
  x509::PreparedKeys prepared(absl::MakeSpan(entries), MutableBytes(memory));
  const crypto::DriverTable drivers = crypto::DefaultDrivers();
  for (const std::string* der : {&chain.root(), &chain.intermediate()}) {
    const x509::PublicKeyInfo key = x509::Certificate::Parse(AsBytes(*der))->public_key();
    Require(prepared.Add(key, drivers).ok(), "a key is prepared");
  }
  return prepared.size() == 0 ? -1 : Verify(options, chain, drivers, 1, &prepared);
}

// ---- OpenSSL ------------------------------------------------------------------------------------

using x509::openssl::Decode;
using x509::openssl::Free;
using x509::openssl::X509Ptr;

// Its extensions as well, which it decodes when they are first asked for.
double OpenSslParse(const Options& options, const std::string& der) {
  return Microseconds(options, 1, [&] {
    const X509Ptr parsed = Decode(der);
    Require(X509_check_purpose(parsed.get(), -1, 0) == 1, "OpenSSL parses it");
  });
}

// From the bytes of leaf and intermediate on, as for Merlon; the root is parsed already.
double OpenSslVerify(const Options& options, const x509::WebChain& chain) {
  const std::unique_ptr<X509_STORE, Free> store(X509_STORE_new());
  Require(X509_STORE_add_cert(store.get(), Decode(chain.root()).get()) == 1, "OpenSSL's root");
  return Microseconds(options, 1, [&] {
    const X509Ptr leaf = Decode(chain.leaf()), intermediate = Decode(chain.intermediate());
    STACK_OF(X509)* const others = sk_X509_new_null();
    sk_X509_push(others, intermediate.get());
    const std::unique_ptr<X509_STORE_CTX, Free> context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), others);
    X509_VERIFY_PARAM* const parameters = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_time(parameters,
                               kWebChainNow.time_since_epoch() / std::chrono::seconds(1));
    X509_VERIFY_PARAM_set1_host(parameters, kWebChainName.data(), kWebChainName.size());
    X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER);
    Require(X509_verify_cert(context.get()) == 1, "OpenSSL verifies it");
    sk_X509_free(others);
  });
}

// One signature of the chain, with the key decoded and the context made.
double OpenSslSignature(const Options& options, const std::string& der, const std::string& issuer) {
  const auto certificate = x509::Certificate::Parse(AsBytes(der));
  const X509Ptr above = Decode(issuer);
  EVP_PKEY* const key = X509_get0_pubkey(above.get());
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  return Microseconds(options, 1, [&] {
    EVP_MD_CTX_reset(context.get());
    Require(EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
                EVP_DigestVerify(context.get(), certificate->signature().data(),
                                 certificate->signature().size(), certificate->tbs().data(),
                                 certificate->tbs().size()) == 1,
            "OpenSSL verifies a signature");
  });
}

// ---- Both ---------------------------------------------------------------------------------------

struct Numbers {
  double ours, theirs;  // theirs below 0: not measured
};
void Add(Table& table, std::string_view name, Numbers numbers) {
  const double times = numbers.theirs < 0 ? -1 : numbers.theirs / numbers.ours;
  table.Row(name, {numbers.ours, numbers.theirs, times});
}

bool AllocatesNothing(const x509::WebChain& chain) {
  const uint64_t before = Allocations();
  const x509::TrustAnchor anchors[] = {*x509::TrustAnchor::FromCertificate(AsBytes(chain.root()))};
  const Bytes presented[] = {AsBytes(chain.leaf()), AsBytes(chain.intermediate())};
  x509::VerifyOptions verify;
  verify.now = kWebChainNow;
  verify.server_name = kWebChainName;
  verify.drivers = crypto::DefaultDrivers();
  const bool verified = x509::VerifyChain({presented}, x509::TrustAnchors(anchors), verify).ok();
  return verified && Allocations() == before;
}

bool Run(Table& table) {
  const Options& options = table.options();
  table.Section("Certificates", "microseconds", {"Merlon", "OpenSSL", "times"});
  bool none_allocated = true;
  const struct {
    const char* name;
    KeyType type;
    uint16_t bits;
    crypto::SignAlg algorithm;
  } kinds[] = {{"P-256", KeyType::kEcP256, 256, {SignFamily::kEcdsa, HashId::kSha256}},
               {"RSA-2048", KeyType::kRsa, 2048, {SignFamily::kRsaPkcs1, HashId::kSha256}}};
  for (const auto& kind : kinds) {
    const x509::WebChain chain(kind.type, kind.bits, kind.algorithm);
    const UncheckedDrivers unchecked(kind.type, kind.algorithm.family);
    none_allocated = AllocatesNothing(chain) && none_allocated;
    Numbers parse{Parse(options, chain.leaf()), -1};
    Numbers all{Verify(options, chain, crypto::DefaultDrivers(), 1), -1};
    Numbers without{Verify(options, chain, unchecked.table(), 16), -1};
    if (options.peers) {
      parse.theirs = OpenSslParse(options, chain.leaf());
      all.theirs = OpenSslVerify(options, chain);
      without.theirs = all.theirs - OpenSslSignature(options, chain.leaf(), chain.intermediate()) -
                       OpenSslSignature(options, chain.intermediate(), chain.root());
    }
    const std::string name = kind.name;
    Add(table, "parse a leaf, " + name, parse);
    Add(table, "verify a chain of two, " + name, all);
    Add(table, "the same without signatures, " + name, without);
    const double prepared = VerifyPrepared(options, chain);
    if (prepared > 0) Add(table, "the same with prepared keys, " + name, {prepared, all.theirs});
  }
  Require(none_allocated, "a verification allocates nothing");
  return none_allocated;
}

const Registration kRegistration("x509", Run);

}  // namespace
}  // namespace merlon::bench
