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

// No client offers this one.
constexpr char kNobodysProtocol[] = "merlon shim, -reject-alpn";

bool Allows(const Flags& flags, uint16_t version) {
  return (flags.min_version == 0 || !IsOlder(version, flags.min_version, flags.dtls)) &&
         (flags.max_version == 0 || !IsOlder(flags.max_version, version, flags.dtls));
}
bool Speaks13(const Flags& flags) { return !flags.no_tls13 && Allows(flags, Tls13(flags.dtls)); }
bool Speaks12(const Flags& flags) { return !flags.no_tls12 && Allows(flags, Tls12(flags.dtls)); }

// False: the flags leave neither TLS 1.2 nor 1.3.
template <class Builder>
bool SetVersions(const Flags& flags, Builder& builder) {
  const bool has12 = Speaks12(flags);
  const bool has13 = Speaks13(flags);
  builder.SetVersions(has12 ? tls::Version::kTls12 : tls::Version::kTls13,
                      has13 ? tls::Version::kTls13 : tls::Version::kTls12);
  return has12 || has13;
}

tls::Limits ShimLimits() {
  tls::Limits limits;
  limits.max_chain = 100;
  return limits;
}

// With a PSK and no word of certificates, the runner's client has nothing else in mind.
bool WantsPskAlone(const Flags& flags) {
  return !flags.server && !flags.verify_peer &&
         std::any_of(flags.credentials.begin(), flags.credentials.end(),
                     [](const CredentialFlags& c) { return c.is_psk; });
}

// What the runner counts on where no flag says what signatures are verified: BoringSSL's, which
// leave Ed25519 out. (SHA-1 and P-521 are not ours.)
std::vector<uint16_t> VerifySchemes(const Flags& flags) {
  if (!flags.verify_prefs.empty() || WantsPskAlone(flags)) return flags.verify_prefs;
  if (!Speaks12(flags)) return {0x0403, 0x0804, 0x0503, 0x0805, 0x0806};
  return {0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601};
}

// The same of a client's key shares over datagrams, where ours would leave X25519MLKEM768 out: the
// first hybrid of the groups and the first curve.
std::vector<uint16_t> KeyShares(const Flags& flags) {
  constexpr uint16_t kHybrid = 0x11ec, kX25519 = 0x001d;
  if (flags.curves.empty()) return {kHybrid, kX25519};
  std::vector<uint16_t> shares;
  for (const bool hybrid : {true, false}) {
    const auto first = std::find_if(flags.curves.begin(), flags.curves.end(),
                                    [&](uint16_t id) { return (id == kHybrid) == hybrid; });
    if (first != flags.curves.end()) shares.push_back(*first);
  }
  return shares;
}

// Of both roles.
template <class Builder>
void SetCommon(const Flags& flags, Builder& builder) {
  builder.SetGroups(flags.curves).SetSignatureSchemes(VerifySchemes(flags));
  builder.SetLimits(ShimLimits());
  // Its peers of TLS 1.2 need not have it, and no flag says so.
  if (Speaks12(flags)) builder.AllowWithoutExtendedMasterSecret();
  if (flags.export_traffic_secrets) builder.LogSecrets();
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
  if (flags.enable_ocsp_stapling) builder.RequestStatus();
  SetCommon(flags, builder);
  for (const std::string& name : Names(flags.advertise_alpn)) builder.AddAlpn(name);
  if (flags.key_shares) {
    builder.SetKeyShares(*flags.key_shares);
  } else if (flags.dtls && Speaks13(flags)) {
    builder.SetKeyShares(KeyShares(flags));
  }
  absl::Status added = AddCredentials(flags, builder);
  if (!added.ok()) return added;
  for (const std::string& name : ReadAuthorities(flags.use_client_ca_list)) {
    builder.NameAuthority(AsBytes(name));
  }
  if (WantsPskAlone(flags)) {
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
  SetCommon(flags, builder);
  if (!flags.select_alpn.empty()) builder.AddAlpn(flags.select_alpn);
  if (flags.reject_alpn) builder.AddAlpn(kNobodysProtocol);
  if (flags.no_ticket) builder.SetTickets(0);
  absl::Status added = AddCredentials(flags, builder);
  if (!added.ok()) return added;
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
      if (flags.decline_ocsp_callback) credential->ocsp_response.clear();
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
  credential.ocsp_response = flags.ocsp_response;
  return credential;
}

}  // namespace merlon::bogo
