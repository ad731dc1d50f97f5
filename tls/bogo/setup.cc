// SPDX-License-Identifier: Apache-2.0
#include "tls/bogo/setup.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "x509/pem.h"
#include "x509/pkcs8.h"

namespace merlon::bogo {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

// The names of a list in which each stands behind its length.
std::vector<std::string> Names(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const auto size = static_cast<uint8_t>(list[0]);
    names.emplace_back(list.substr(1, size));
    list.remove_prefix(std::min<size_t>(list.size(), size + 1u));
  }
  return names;
}

constexpr char kTooOld[] = "versions before TLS 1.2";

// No client offers this one.
constexpr char kNobodysProtocol[] = "merlon shim, -reject-alpn";

// False: the flags leave neither TLS 1.2 nor 1.3.
template <class Builder>
bool SetVersions(const Flags& flags, Builder& builder) {
  const auto allows = [&](uint16_t version, bool excluded) {
    return !excluded &&
           (flags.min_version == 0 || !IsOlder(version, flags.min_version, flags.dtls)) &&
           (flags.max_version == 0 || !IsOlder(flags.max_version, version, flags.dtls));
  };
  const bool has12 = allows(Tls12(flags.dtls), flags.no_tls12);
  const bool has13 = allows(Tls13(flags.dtls), flags.no_tls13);
  builder.SetVersions(has12 ? tls::Version::kTls12 : tls::Version::kTls13,
                      has13 ? tls::Version::kTls13 : tls::Version::kTls12);
  return has12 || has13;
}

tls::Limits ShimLimits() {
  tls::Limits limits;
  limits.max_chain = 100;
  return limits;
}

}  // namespace

std::vector<std::string> ReadAuthorities(const std::string& list) {
  std::vector<std::string> names;
  if (list.empty() || list[0] == '<') return names;
  const std::vector<std::string> parts = absl::StrSplit(list, ',');
  for (const std::string& hex : parts) names.push_back(absl::HexStringToBytes(hex));
  return names;
}

std::vector<std::string> ReadChain(const std::string& path) {
  const std::string text = ReadFile(path);
  std::vector<std::string> chain;
  x509::PemReader reader(text);
  for (;;) {
    const Result<std::optional<x509::PemBlock>> block = reader.Next();
    if (!block.ok() || !block->has_value()) return chain;
    if ((*block)->label != "CERTIFICATE") continue;
    std::vector<uint8_t> der((*block)->max_size());
    const Result<Bytes> decoded = x509::DecodePem(**block, absl::MakeSpan(der));
    if (decoded.ok()) chain.emplace_back(AsText(*decoded));
  }
}

size_t Sessions::LookUp(Bytes key, MutableBytes out) {
  const auto found = sessions_.find(std::string(AsText(key)));
  if (found == sessions_.end() || found->second.size() > out.size()) return 0;
  std::copy(found->second.begin(), found->second.end(), out.begin());
  return found->second.size();
}

void Sessions::Store(Bytes key, Bytes session) {
  sessions_.insert_or_assign(std::string(AsText(key)), std::string(AsText(session)));
}

Setup::Setup() : drivers_(crypto::DefaultDrivers()), keys_(drivers_) {
  const Result<crypto::KeyHandle> key =
      keys_->Generate({.type = crypto::KeyType::kAes,
                       .bits = 256,
                       .usage = crypto::Usage::kEncrypt | crypto::Usage::kDecrypt},
                      rng_);
  if (!key.ok()) abort();
  const Result<crypto::BoundAeadKey> bound = crypto::BoundAeadKey::Bind(*keys_, *key);
  if (!bound.ok()) abort();
  ticket_key_ = *bound;
}

tls::Seed Setup::NewSeed() {
  return tls::Seed(32, [&](MutableBytes out) {
    if (!rng_.Fill(out).ok()) abort();
  });
}

absl::StatusOr<std::shared_ptr<const tls::ClientConfig>> Setup::Client(const Flags& flags) {
  tls::ClientConfigBuilder builder(crypto());
  if (!SetVersions(flags, builder)) return absl::UnimplementedError(kTooOld);
  if (flags.no_ticket) builder.DisableTickets12();
  builder.SetGroups(flags.curves).SetSignatureSchemes(flags.verify_prefs);
  builder.SetLimits(ShimLimits());
  if (flags.export_traffic_secrets) builder.LogSecrets();
  for (const std::string& name : Names(flags.advertise_alpn)) builder.AddAlpn(name);
  if (flags.key_shares) builder.SetKeyShares(*flags.key_shares);
  absl::Status added = AddCredentials(flags, builder);
  if (!added.ok()) return added;
  for (const std::string& name : ReadAuthorities(flags.use_client_ca_list)) {
    builder.NameAuthority(AsBytes(name));
  }
  // With a PSK and no word of certificates, the runner's client has nothing else in mind.
  const bool has_psk = std::any_of(flags.credentials.begin(), flags.credentials.end(),
                                   [](const CredentialFlags& c) { return c.is_psk; });
  if (has_psk && !flags.verify_peer) {
    builder.RequirePsk();
  } else {
    builder.ChooseCredentials();  // so that every CertificateRequest is seen
  }
  return builder.Build();
}

absl::StatusOr<std::shared_ptr<const tls::ServerConfig>> Setup::Server(const Flags& flags) {
  tls::ServerConfigBuilder builder(crypto());
  if (!SetVersions(flags, builder)) return absl::UnimplementedError(kTooOld);
  builder.StoreSessionIds();
  builder.SetGroups(flags.curves).SetLimits(ShimLimits());
  if (flags.export_traffic_secrets) builder.LogSecrets();
  if (!flags.select_alpn.empty()) builder.AddAlpn(flags.select_alpn);
  if (flags.reject_alpn) builder.AddAlpn(kNobodysProtocol);
  if (flags.no_ticket) builder.SetTickets(0);
  absl::Status added = AddCredentials(flags, builder);
  if (!added.ok()) return added;
  builder.SetSignatureSchemes(flags.verify_prefs);
  if (flags.verify_peer) {
    builder.SetClientAuthentication(tls::ClientAuthentication::kOptional);
  } else if (flags.require_any_client_certificate) {
    builder.SetClientAuthentication(tls::ClientAuthentication::kRequired);
  }
  if (flags.verify_peer || flags.require_any_client_certificate) {
    for (const std::string& name : ReadAuthorities(flags.use_client_ca_list)) {
      builder.NameAuthority(AsBytes(name));
    }
  }
  return builder.Build();
}

template <class Builder>
absl::Status Setup::AddCredentials(const Flags& flags, Builder& builder) {
  std::vector<CredentialFlags> all = flags.credentials;
  if (!flags.credential.cert_file.empty()) all.push_back(flags.credential);
  for (const CredentialFlags& one : all) {
    if (one.is_psk) {
      const Result<crypto::KeyHandle> key = keys_->Import(
          {.type = crypto::KeyType::kSecret, .usage = crypto::Usage::kDerive}, AsBytes(one.psk));
      if (!key.ok()) return absl::UnimplementedError("a PSK of this kind");
      builder.AddExternalPsk(one.psk_identity, *key, one.psk_context,
                             one.psk_sha384 ? crypto::HashId::kSha384 : crypto::HashId::kSha256);
    } else {
      absl::StatusOr<tls::CredentialChoice> credential = LoadCredential(one);
      if (!credential.ok()) return credential.status();
      builder.AddCredential(*std::move(credential));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<tls::CredentialChoice> Setup::LoadCredential(const CredentialFlags& flags) {
  const Result<crypto::KeyHandle> key =
      x509::ImportPrivateKeyPem(*keys_, ReadFile(flags.key_file), crypto::Usage::kSign);
  if (!key.ok()) return absl::UnimplementedError("a private key of this kind");
  tls::CredentialChoice credential;
  credential.chain_der = ReadChain(flags.cert_file);
  credential.key = *key;
  credential.schemes = flags.signing_prefs;
  credential.only_for_authorities = flags.must_match_issuer;
  return credential;
}

}  // namespace merlon::bogo
