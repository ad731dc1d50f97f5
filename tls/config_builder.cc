// SPDX-License-Identifier: Apache-2.0
#include "tls/config_builder.h"

#include <algorithm>
#include <deque>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace merlon::tls {
namespace {

struct SuiteRow {
  uint16_t id;
  crypto::AeadId aead;
  crypto::HashId hash;
};
// In order of preference.
constexpr SuiteRow kSuites[] = {
    {kTlsAes128GcmSha256, crypto::AeadId::kAes128Gcm, crypto::HashId::kSha256},
    {kTlsAes256GcmSha384, crypto::AeadId::kAes256Gcm, crypto::HashId::kSha384},
};
constexpr const NamedGroup* kGroups[] = {&kX25519, &kSecp256r1, &kSecp384r1};
constexpr const SignatureScheme* kSchemes[] = {
    &kEcdsaSecp256r1Sha256, &kEcdsaSecp384r1Sha384, &kEd25519,
    &kRsaPssRsaeSha256,     &kRsaPssRsaeSha384,     &kRsaPssRsaeSha512,
    &kRsaPssPssSha256,      &kRsaPssPssSha384,      &kRsaPssPssSha512};
// What chains may be signed with besides what CertificateVerify may (RFC 9846 s4.2.3).
constexpr uint16_t kChainSchemes[] = {kRsaPkcs1Sha256, kRsaPkcs1Sha384, kRsaPkcs1Sha512};

const SignatureScheme* const* FindScheme(uint16_t id) {
  return std::find_if(std::begin(kSchemes), std::end(kSchemes),
                      [&](auto* scheme) { return scheme->id == id; });
}

absl::Status Invalid(const std::string& sentence) { return absl::InvalidArgumentError(sentence); }
std::string Hex(uint16_t number) { return absl::StrCat("0x", absl::Hex(number, absl::kZeroPad4)); }

// Everything that a CommonConfig points to. Deques: growing them moves nothing.
struct CommonOwned {
  std::vector<CipherSuite> suites;
  std::vector<const NamedGroup*> groups;
  std::vector<const SignatureScheme*> schemes;
  std::vector<uint16_t> certificate_schemes;
  std::deque<std::string> strings;
  std::vector<std::string_view> alpn;
  std::deque<crypto::BoundSecret> secrets;
  std::vector<ExternalPsk> psks;
};

Bytes Own(CommonOwned& owned, std::string_view text) {
  return AsBytes(owned.strings.emplace_back(text));
}

absl::Status ResolveSuites(const CommonChoices& choices, const crypto::DriverTable& drivers,
                           CommonOwned& owned) {
  std::vector<uint16_t> wanted = choices.suites;
  if (wanted.empty()) {
    for (const SuiteRow& row : kSuites) wanted.push_back(row.id);
  }
  for (uint16_t id : wanted) {
    const auto* row = std::find_if(std::begin(kSuites), std::end(kSuites),
                                   [&](const SuiteRow& r) { return r.id == id; });
    if (row == std::end(kSuites)) return Invalid("unknown cipher suite " + Hex(id));
    const CipherSuite suite = {id, drivers.aead(row->aead), drivers.hash(row->hash)};
    const bool supported = suite.aead != nullptr && suite.hash != nullptr;
    if (supported) owned.suites.push_back(suite);
    if (!supported && !choices.suites.empty()) {
      return Invalid("no driver has the AEAD and the hash of cipher suite " + Hex(id));
    }
  }
  if (owned.suites.empty()) return Invalid("no driver supports any TLS 1.3 cipher suite");
  return absl::OkStatus();
}

absl::Status ResolveGroups(const CommonChoices& choices, const crypto::DriverTable& drivers,
                           CommonOwned& owned) {
  std::vector<uint16_t> wanted = choices.groups;
  if (wanted.empty()) {
    for (const NamedGroup* group : kGroups) wanted.push_back(static_cast<uint16_t>(group->id));
  }
  for (uint16_t id : wanted) {
    const auto* group = std::find_if(std::begin(kGroups), std::end(kGroups),
                                     [&](auto* g) { return static_cast<uint16_t>(g->id) == id; });
    if (group == std::end(kGroups)) return Invalid("unknown group " + Hex(id));
    const bool supported = drivers.key_agreement((*group)->id) != nullptr;
    if (supported) owned.groups.push_back(*group);
    if (!supported && !choices.groups.empty()) return Invalid("no driver has group " + Hex(id));
  }
  if (owned.groups.empty()) return Invalid("no driver supports any key exchange group");
  return absl::OkStatus();
}

absl::Status ResolveSchemes(const CommonChoices& choices, const crypto::DriverTable& drivers,
                            CommonOwned& owned) {
  std::vector<uint16_t> wanted = choices.schemes;
  if (wanted.empty()) {
    for (const SignatureScheme* scheme : kSchemes) wanted.push_back(scheme->id);
  }
  for (uint16_t id : wanted) {
    const auto* scheme = FindScheme(id);
    if (scheme == std::end(kSchemes)) return Invalid("unknown signature scheme " + Hex(id));
    const bool supported =
        drivers.sign((*scheme)->algorithm.family, (*scheme)->key_type) != nullptr &&
        ((*scheme)->algorithm.hash == crypto::HashId::kNone ||
         drivers.hash((*scheme)->algorithm.hash) != nullptr);
    if (supported) owned.schemes.push_back(*scheme);
    if (!supported && !choices.schemes.empty()) {
      return Invalid("no driver has signature scheme " + Hex(id));
    }
  }
  for (const SignatureScheme* scheme : owned.schemes) {
    owned.certificate_schemes.push_back(scheme->id);
  }
  if (drivers.sign(crypto::SignFamily::kRsaPkcs1, crypto::KeyType::kRsa) != nullptr) {
    owned.certificate_schemes.insert(owned.certificate_schemes.end(), std::begin(kChainSchemes),
                                     std::end(kChainSchemes));
  }
  return absl::OkStatus();
}

absl::Status ResolveAlpn(const CommonChoices& choices, CommonOwned& owned) {
  for (const std::string& name : choices.alpn) {
    // RFC 7301 s3.1.
    if (name.empty() || name.size() > 255) {
      return Invalid("an ALPN protocol name has 1 to 255 bytes");
    }
    owned.alpn.push_back(AsText(Own(owned, name)));
  }
  return absl::OkStatus();
}

absl::Status ResolvePsks(const CommonChoices& choices, const crypto::KeyStore& keys,
                         CommonOwned& owned) {
  for (const CommonChoices::Psk& psk : choices.psks) {
    if (psk.identity.empty() || psk.identity.size() > 65535) {
      return Invalid("a PSK identity has 1 to 65535 bytes");
    }
    const bool usable = std::any_of(owned.suites.begin(), owned.suites.end(),
                                    [&](const CipherSuite& s) { return s.hash->id == psk.hash; });
    if (!usable) return Invalid("no cipher suite has the hash of PSK \"" + psk.identity + "\"");
    const Result<crypto::BoundSecret> secret = crypto::BoundSecret::Bind(keys, psk.key);
    if (!secret.ok()) {
      return Invalid("the key of PSK \"" + psk.identity + "\" does not exist or may not derive");
    }
    owned.secrets.push_back(*secret);
    owned.psks.push_back({Own(owned, psk.identity), &owned.secrets.back(), psk.hash});
  }
  return absl::OkStatus();
}

absl::Status Resolve(const CommonChoices& choices, const crypto::Context& crypto,
                     CommonOwned& owned, CommonConfig& config) {
  for (const absl::Status& status :
       {ResolveSuites(choices, crypto.drivers, owned),
        ResolveGroups(choices, crypto.drivers, owned),
        ResolveSchemes(choices, crypto.drivers, owned), ResolveAlpn(choices, owned),
        ResolvePsks(choices, crypto.keys, owned)}) {
    if (!status.ok()) return status;
  }
  config.suites = owned.suites;
  config.groups = owned.groups;
  config.schemes = owned.schemes;
  config.certificate_schemes = owned.certificate_schemes;
  config.alpn = owned.alpn;
  config.psks = owned.psks;
  config.limits = choices.limits;
  config.log_secrets = choices.log_secrets;
  return absl::OkStatus();
}

struct OwnedClientConfig {
  CommonOwned common;
  ClientConfig config;
};

struct OwnedCredential {
  std::vector<std::string> chain;
  std::vector<Bytes> chain_views;
  std::vector<SigningKey> keys;
  std::vector<std::string> names;
  std::vector<std::string_view> name_views;
};
struct OwnedServerConfig {
  CommonOwned common;
  std::deque<OwnedCredential> owned_credentials;
  std::vector<Credential> credentials;
  ServerConfig config;
};

// Every scheme that the key may sign under: of `wanted`, in its order, else in ours.
absl::Status BindKey(const crypto::Context& crypto, crypto::KeyHandle key,
                     std::vector<uint16_t> wanted, OwnedCredential& owned) {
  const Result<crypto::KeyAttributes> attributes = crypto.keys.Attributes(key);
  if (!attributes.ok()) return Invalid("the key of a credential does not exist");
  if (wanted.empty()) {
    for (const SignatureScheme* scheme : kSchemes) wanted.push_back(scheme->id);
  }
  for (uint16_t id : wanted) {
    const auto* scheme = FindScheme(id);
    if (scheme == std::end(kSchemes)) return Invalid("unknown signature scheme " + Hex(id));
    if ((*scheme)->key_type != attributes->type) continue;
    const Result<crypto::BoundSigningKey> bound =
        crypto::BoundSigningKey::Bind(crypto.keys, key, (*scheme)->algorithm);
    if (bound.ok()) owned.keys.push_back({*scheme, *bound});
  }
  if (owned.keys.empty()) {
    return Invalid(
        "the key of a credential may not sign, or no driver signs with keys of its type");
  }
  return absl::OkStatus();
}

}  // namespace

ClientConfigBuilder& ClientConfigBuilder::SetSuites(std::vector<uint16_t> iana) {
  common_.suites = std::move(iana);
  return *this;
}
ClientConfigBuilder& ClientConfigBuilder::SetGroups(std::vector<uint16_t> iana) {
  common_.groups = std::move(iana);
  return *this;
}
ClientConfigBuilder& ClientConfigBuilder::SetSignatureSchemes(std::vector<uint16_t> iana) {
  common_.schemes = std::move(iana);
  return *this;
}
ClientConfigBuilder& ClientConfigBuilder::AddAlpn(std::string_view protocol) {
  common_.alpn.emplace_back(protocol);
  return *this;
}
ClientConfigBuilder& ClientConfigBuilder::AddRawExternalPsk(std::string_view identity,
                                                            crypto::KeyHandle key,
                                                            crypto::HashId hash) {
  common_.psks.push_back({std::string(identity), key, hash});
  return *this;
}
ClientConfigBuilder& ClientConfigBuilder::RequirePsk() {
  require_psk_ = true;
  return *this;
}
ClientConfigBuilder& ClientConfigBuilder::SetKeyShares(int count) {
  key_shares_ = count;
  return *this;
}
ClientConfigBuilder& ClientConfigBuilder::LookUpSessions() {
  look_up_sessions_ = true;
  return *this;
}
ClientConfigBuilder& ClientConfigBuilder::DisableMiddleboxCompatibility() {
  middlebox_compatibility_ = false;
  return *this;
}
ClientConfigBuilder& ClientConfigBuilder::SetLimits(const Limits& limits) {
  common_.limits = limits;
  return *this;
}
ClientConfigBuilder& ClientConfigBuilder::LogSecrets() {
  common_.log_secrets = true;
  return *this;
}

absl::StatusOr<std::shared_ptr<const ClientConfig>> ClientConfigBuilder::Build() const {
  auto owned = std::make_shared<OwnedClientConfig>();
  if (absl::Status status = Resolve(common_, crypto_, owned->common, owned->config.common);
      !status.ok()) {
    return status;
  }
  if (key_shares_ < 1 || key_shares_ > 2) return Invalid("a ClientHello brings 1 or 2 key shares");
  if (common_.psks.size() > 1) return Invalid("a client offers one external PSK");
  if (require_psk_) {
    if (common_.psks.empty()) return Invalid("RequirePsk without a PSK");
    if (!common_.schemes.empty()) return Invalid("RequirePsk leaves no use for signature schemes");
    owned->config.common.schemes = {};
    owned->config.common.certificate_schemes = {};
  } else if (owned->common.schemes.empty()) {
    return Invalid("no driver verifies any signature; RequirePsk does without");
  }
  owned->config.key_shares = static_cast<uint8_t>(key_shares_);
  owned->config.look_up_sessions = look_up_sessions_;
  owned->config.middlebox_compatibility = middlebox_compatibility_;
  const ClientConfig* config = &owned->config;
  return std::shared_ptr<const ClientConfig>(std::move(owned), config);
}

ServerConfigBuilder& ServerConfigBuilder::SetSuites(std::vector<uint16_t> iana) {
  common_.suites = std::move(iana);
  return *this;
}
ServerConfigBuilder& ServerConfigBuilder::SetGroups(std::vector<uint16_t> iana) {
  common_.groups = std::move(iana);
  return *this;
}
ServerConfigBuilder& ServerConfigBuilder::AddAlpn(std::string_view protocol) {
  common_.alpn.emplace_back(protocol);
  return *this;
}
ServerConfigBuilder& ServerConfigBuilder::RequireAlpn() {
  alpn_required_ = true;
  return *this;
}
ServerConfigBuilder& ServerConfigBuilder::AddCredential(std::vector<std::string> chain_der,
                                                        crypto::KeyHandle key,
                                                        std::vector<std::string> names,
                                                        std::vector<uint16_t> schemes) {
  credentials_.push_back({std::move(chain_der), key, std::move(names), std::move(schemes)});
  return *this;
}
ServerConfigBuilder& ServerConfigBuilder::ChooseCredentials() {
  choose_credentials_ = true;
  return *this;
}
ServerConfigBuilder& ServerConfigBuilder::AddRawExternalPsk(std::string_view identity,
                                                            crypto::KeyHandle key,
                                                            crypto::HashId hash) {
  common_.psks.push_back({std::string(identity), key, hash});
  return *this;
}
ServerConfigBuilder& ServerConfigBuilder::SetTickets(int count, uint32_t lifetime_seconds) {
  tickets_ = count;
  ticket_lifetime_ = lifetime_seconds;
  return *this;
}
ServerConfigBuilder& ServerConfigBuilder::SetLimits(const Limits& limits) {
  common_.limits = limits;
  return *this;
}
ServerConfigBuilder& ServerConfigBuilder::LogSecrets() {
  common_.log_secrets = true;
  return *this;
}

absl::StatusOr<std::shared_ptr<const ServerConfig>> ServerConfigBuilder::Build() const {
  auto owned = std::make_shared<OwnedServerConfig>();
  absl::Status status = Resolve(common_, crypto_, owned->common, owned->config.common);
  if (!status.ok()) return status;
  for (const CredentialChoice& choice : credentials_) {
    if (choice.chain_der.empty()) return Invalid("a credential needs a certificate");
    OwnedCredential& credential = owned->owned_credentials.emplace_back();
    credential.chain = choice.chain_der;
    credential.names = choice.names;
    for (const std::string& der : credential.chain) credential.chain_views.push_back(AsBytes(der));
    for (const std::string& name : credential.names) credential.name_views.push_back(name);
    status = BindKey(crypto_, choice.key, choice.schemes, credential);
    if (!status.ok()) return status;
    owned->credentials.push_back({credential.chain_views, credential.keys, credential.name_views});
  }
  if (credentials_.empty() && !choose_credentials_ && common_.psks.empty()) {
    return Invalid("a server needs a credential (AddCredential) or a PSK (AddRawExternalPsk)");
  }
  // RFC 9846 s4.6.1: at most seven days.
  if (ticket_lifetime_ > 604800) return Invalid("tickets live for 604,800 seconds at most");
  if (tickets_ < 0 || tickets_ > 10) return Invalid("a server sends 0 to 10 tickets");
  if (alpn_required_ && common_.alpn.empty()) return Invalid("RequireAlpn without any protocol");
  owned->config.credentials = owned->credentials;
  owned->config.choose_credential = choose_credentials_;
  owned->config.alpn_required = alpn_required_;
  owned->config.tickets = static_cast<uint8_t>(tickets_);
  owned->config.ticket_lifetime = ticket_lifetime_;
  const ServerConfig* config = &owned->config;
  return std::shared_ptr<const ServerConfig>(std::move(owned), config);
}

}  // namespace merlon::tls
