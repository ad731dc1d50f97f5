// SPDX-License-Identifier: Apache-2.0
#include "tls/config_builder.h"

#include <algorithm>
#include <deque>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tls/config_algorithms.h"
#include "tls/core/protocol_profile.h"
#include "tls/psk_importer.h"

namespace merlon::tls {
namespace {

const SignatureScheme* const* FindScheme(uint16_t id) {
  return std::find_if(std::begin(kBuiltSchemes), std::end(kBuiltSchemes),
                      [&](auto* scheme) { return scheme->id == id; });
}

absl::Status Invalid(const std::string& sentence) { return absl::InvalidArgumentError(sentence); }
std::string Hex(uint16_t number) { return absl::StrCat("0x", absl::Hex(number, absl::kZeroPad4)); }

// Bytes of a PSK's identity: 65,535 go into a ClientHello, and an importer adds some (RFC 9258).
constexpr size_t kMostIdentity = 65'000;

// External PSKs of a client: each is a request, and several offers.
constexpr size_t kMostPsks = 4;

// Everything that a CommonConfig points to. Deques: growing them moves nothing.
struct CommonOwned {
  std::vector<CipherSuite> suites, suites12;
  std::vector<const NamedGroup*> groups;
  std::vector<const SignatureScheme*> schemes;
  std::vector<uint16_t> certificate_schemes;
  std::deque<std::string> strings;
  std::vector<std::string_view> alpn;
  std::deque<crypto::BoundSecret> secrets;
  std::deque<ImportedPsk> imported_psks;
  std::string authorities;
  OwnedCredentials credentials;
  std::vector<ExternalPsk> psks, psks12;
};

Bytes Own(CommonOwned& owned, std::string_view text) {
  return AsBytes(owned.strings.emplace_back(text));
}

bool Speaks(const CommonChoices& choices, Version version) {
  return choices.min_version <= version && version <= choices.max_version;
}
Version VersionOf(const SuiteRow& row) {
  return row.key_exchange == KeyExchange::kTls13 ? Version::kTls13 : Version::kTls12;
}

// What is taken where no suites are named: all of the versions that are spoken, and of TLS 1.2
// those that some credential could serve.
std::vector<uint16_t> DefaultSuites(const CommonChoices& choices) {
  std::vector<uint16_t> out;
  for (const SuiteRow& row : kBuiltSuites) {
    if (!row.by_default || !Speaks(choices, VersionOf(row))) continue;
    if (UsesPsk(row.key_exchange) && choices.psks.empty()) continue;
    if (UsesCertificates(row.key_exchange) && choices.psk_only) continue;
    out.push_back(row.id);
  }
  return out;
}

absl::Status CheckVersions(const CommonChoices& choices, const CommonOwned& owned) {
  if (owned.suites.empty() && owned.suites12.empty()) {
    return Invalid("no driver supports any cipher suite of the versions that are spoken");
  }
  if (choices.versions_named && Speaks(choices, Version::kTls13) && owned.suites.empty()) {
    return Invalid("SetVersions names TLS 1.3, for which there is no cipher suite");
  }
  if (choices.versions_named && Speaks(choices, Version::kTls12) && owned.suites12.empty()) {
    return Invalid("SetVersions names TLS 1.2, for which there is no cipher suite");
  }
  return absl::OkStatus();
}

absl::Status ResolveSuites(const CommonChoices& choices, const crypto::DriverTable& drivers,
                           CommonOwned& owned) {
  if (choices.min_version > choices.max_version) {
    return Invalid("SetVersions: the lowest version is above the highest");
  }
  std::vector<uint16_t> wanted = choices.suites;
  if (wanted.empty()) wanted = DefaultSuites(choices);
  for (uint16_t id : wanted) {
    const auto* row = std::find_if(std::begin(kBuiltSuites), std::end(kBuiltSuites),
                                   [&](const SuiteRow& r) { return r.id == id; });
    if (row == std::end(kBuiltSuites)) return Invalid("unknown cipher suite " + Hex(id));
    if (!Speaks(choices, VersionOf(*row))) {
      return Invalid("cipher suite " + Hex(id) + " is of a version that SetVersions leaves out");
    }
    if (UsesPsk(row->key_exchange) && choices.psks.empty()) {
      return Invalid("cipher suite " + Hex(id) + " needs a PSK, and there is none");
    }
    if (UsesCertificates(row->key_exchange) && choices.psk_only) {
      return Invalid("cipher suite " + Hex(id) +
                     " needs certificates, which RequirePsk leaves out");
    }
    const CipherSuite suite = {id, drivers.aead(row->aead), drivers.hash(row->hash),
                               row->key_exchange};
    const bool supported = suite.aead != nullptr && suite.hash != nullptr;
    const bool is13 = row->key_exchange == KeyExchange::kTls13;
    if (supported) (is13 ? owned.suites : owned.suites12).push_back(suite);
    if (!supported && !choices.suites.empty()) {
      return Invalid("no driver has the AEAD and the hash of cipher suite " + Hex(id));
    }
  }
  return CheckVersions(choices, owned);
}

absl::Status ResolveGroups(const CommonChoices& choices, const crypto::DriverTable& drivers,
                           CommonOwned& owned) {
  std::vector<uint16_t> wanted = choices.groups;
  if (wanted.empty()) {
    for (const NamedGroup* group : kBuiltGroups) {
      if (group->unasked) wanted.push_back(static_cast<uint16_t>(group->id));
    }
  }
  for (uint16_t id : wanted) {
    const auto* group = std::find_if(std::begin(kBuiltGroups), std::end(kBuiltGroups),
                                     [&](auto* g) { return static_cast<uint16_t>(g->id) == id; });
    if (group == std::end(kBuiltGroups)) return Invalid("unknown group " + Hex(id));
    const bool supported = drivers.key_agreement((*group)->id) != nullptr;
    if (!supported && !choices.groups.empty()) return Invalid("no driver has group " + Hex(id));
    if (supported && ((*group)->tls12 || !owned.suites.empty())) owned.groups.push_back(*group);
  }
  if (owned.groups.empty()) {
    return Invalid("no driver, or no version, has any of the key exchange groups");
  }
  return absl::OkStatus();
}

absl::Status ResolveSchemes(const CommonChoices& choices, const crypto::DriverTable& drivers,
                            CommonOwned& owned) {
  std::vector<uint16_t> wanted = choices.schemes;
  if (wanted.empty()) {
    for (const SignatureScheme* scheme : kBuiltSchemes) {
      if (scheme->unasked) wanted.push_back(scheme->id);
    }
  }
  for (uint16_t id : wanted) {
    const auto* scheme = FindScheme(id);
    if (scheme == std::end(kBuiltSchemes)) return Invalid("unknown signature scheme " + Hex(id));
    const bool supported =
        drivers.sign((*scheme)->algorithm.family, (*scheme)->key_type) != nullptr &&
        ((*scheme)->algorithm.hash == crypto::HashId::kNone ||
         drivers.hash((*scheme)->algorithm.hash) != nullptr);
    const bool spoken = (*scheme)->tls13 || !owned.suites12.empty();
    if (supported && spoken) owned.schemes.push_back(*scheme);
    if ((!supported || !spoken) && !choices.schemes.empty()) {
      return Invalid("no driver, or no version, has signature scheme " + Hex(id));
    }
  }
  // RFC 9846 s4.2.3: signature_algorithms_cert is for those whose chains may be signed with more.
  // With TLS 1.2 the one list has it all.
  if (!choices.schemes.empty() || owned.suites12.empty()) {
    for (const SignatureScheme* scheme : owned.schemes) {
      owned.certificate_schemes.push_back(scheme->id);
    }
    for (const SignatureScheme* scheme : kBuiltSchemes) {
      const bool has = drivers.sign(scheme->algorithm.family, scheme->key_type) != nullptr;
      const auto end = owned.certificate_schemes.end();
      const bool listed = std::find(owned.certificate_schemes.begin(), end, scheme->id) != end;
      if (!scheme->tls13 && has && !listed) owned.certificate_schemes.push_back(scheme->id);
    }
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

// One ExternalPsk for each protocol and each hash of the suites.
absl::Status ImportPsk(const CommonChoices::Psk& psk, const crypto::Context& crypto,
                       CommonOwned& owned) {
  const crypto::HashAlgorithm* hash = crypto.drivers.hash(psk.hash);
  if (hash == nullptr) return Invalid("no driver has the hash of PSK \"" + psk.identity + "\"");
  std::vector<const crypto::HashAlgorithm*> targets;
  for (const CipherSuite& suite : owned.suites) {
    if (std::find(targets.begin(), targets.end(), suite.hash) == targets.end()) {
      targets.push_back(suite.hash);
    }
  }
  for (const uint16_t protocol : {kStreamProtocol.version13, kDatagramProtocol.version13}) {
    for (const crypto::HashAlgorithm* target : targets) {
      const ImportedIdentity identity = {.external_identity = AsBytes(psk.identity),
                                         .context = AsBytes(psk.context),
                                         .target_protocol = protocol,
                                         .target_kdf = KdfOf(target->id)};
      std::string& encoded = owned.strings.emplace_back(identity.EncodedSize(), '\0');
      const Result<size_t> size =
          identity.Encode(MutableBytes(reinterpret_cast<uint8_t*>(encoded.data()), encoded.size()));
      if (!size.ok() || encoded.size() > kMostIdentity) {
        return Invalid("a PSK's identity and context have 65,000 bytes at most");
      }
      ImportedPsk& imported = owned.imported_psks.emplace_back();
      if (!imported.Import(crypto.keys, psk.key, *hash, *target, AsBytes(encoded)).ok()) {
        return Invalid("PSK \"" + psk.identity + "\" cannot be imported");
      }
      owned.psks.push_back(imported.psk());
    }
  }
  return absl::OkStatus();
}

absl::Status AddRawPsk(const CommonChoices::Psk& psk, const crypto::KeyStore& keys,
                       CommonOwned& owned) {
  if (owned.suites.empty()) return absl::OkStatus();
  const bool usable = std::any_of(owned.suites.begin(), owned.suites.end(),
                                  [&](const CipherSuite& s) { return s.hash->id == psk.hash; });
  if (!usable) return Invalid("no cipher suite has the hash of PSK \"" + psk.identity + "\"");
  const Result<crypto::BoundSecret> secret = crypto::BoundSecret::Bind(keys, psk.key);
  if (!secret.ok()) return Invalid("PSK \"" + psk.identity + "\" cannot be bound");
  owned.secrets.push_back(*secret);
  owned.psks.push_back({Own(owned, psk.identity), &owned.secrets.back(), psk.hash});
  return absl::OkStatus();
}

// RFC 9258 s7: TLS 1.2 uses a PSK as it is. Its PRF keeps it apart from what is imported.
absl::Status AddPsk12(const CommonChoices::Psk& psk, const crypto::KeyStore& keys,
                      CommonOwned& owned) {
  if (owned.suites12.empty()) return absl::OkStatus();
  const Result<crypto::BoundSecret> secret = crypto::BoundSecret::Bind(keys, psk.key);
  if (!secret.ok()) return Invalid("PSK \"" + psk.identity + "\" cannot be bound");
  owned.secrets.push_back(*secret);
  owned.psks12.push_back({Own(owned, psk.identity), &owned.secrets.back(), psk.hash});
  return absl::OkStatus();
}

absl::Status ResolvePsks(const CommonChoices& choices, const crypto::Context& crypto,
                         CommonOwned& owned) {
  for (const CommonChoices::Psk& psk : choices.psks) {
    if (psk.identity.empty() || psk.identity.size() > kMostIdentity) {
      return Invalid("a PSK identity has 1 to 65,000 bytes");
    }
    const Result<crypto::KeyAttributes> key = crypto.keys.Attributes(psk.key);
    if (!key.ok() || key->type != crypto::KeyType::kSecret ||
        !crypto::Allows(key->usage, crypto::Usage::kDerive)) {
      return Invalid("the key of PSK \"" + psk.identity + "\" does not exist or may not derive");
    }
    // RFC 9257 s6: "Each PSK [...] MUST be at least 128 bits long".
    if (key->bits < 128) return Invalid("PSK \"" + psk.identity + "\" is shorter than 16 bytes");
    for (const absl::Status& status :
         {psk.raw ? AddRawPsk(psk, crypto.keys, owned) : ImportPsk(psk, crypto, owned),
          AddPsk12(psk, crypto.keys, owned)}) {
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

absl::Status Resolve(const CommonChoices& choices, const crypto::Context& crypto,
                     CommonOwned& owned, CommonConfig& config) {
  for (const absl::Status& status :
       {ResolveSuites(choices, crypto.drivers, owned),
        ResolveGroups(choices, crypto.drivers, owned),
        ResolveSchemes(choices, crypto.drivers, owned), ResolveAlpn(choices, owned),
        ResolvePsks(choices, crypto, owned),
        EncodeAuthorities(choices.authorities, owned.authorities)}) {
    if (!status.ok()) return status;
  }
  for (const CredentialChoice& choice : choices.credentials) {
    const absl::Status status = owned.credentials.Add(choice, crypto, kBuiltSchemes);
    if (!status.ok()) return status;
  }
  config.suites = owned.suites;
  config.suites12 = owned.suites12;
  config.groups = owned.groups;
  config.schemes = owned.schemes;
  config.certificate_schemes = owned.certificate_schemes;
  config.alpn = owned.alpn;
  config.authorities = AsBytes(owned.authorities);
  config.psks = owned.psks;
  config.psks12 = owned.psks12;
  config.allow_plain_master_secret = choices.allow_plain_master_secret;
  config.limits = choices.limits;
  config.log_secrets = choices.log_secrets;
  return absl::OkStatus();
}

struct OwnedClientConfig {
  CommonOwned common;
  std::vector<const NamedGroup*> key_shares;
  ClientConfig config;
};

bool Contains(const std::vector<uint16_t>& list, const NamedGroup* group) {
  return std::find(list.begin(), list.end(), static_cast<uint16_t>(group->id)) != list.end();
}

// RFC 9846 s4.2.8: shares come in the order of supported_groups.
absl::Status ResolveKeyShares(const std::vector<uint16_t>& wanted, OwnedClientConfig& owned) {
  bool has_curve = false, has_hybrid = false;
  for (const NamedGroup* group : owned.common.groups) {
    bool& has_kind = group->tls12 ? has_curve : has_hybrid;
    const bool taken = wanted.empty() ? !has_kind : Contains(wanted, group);
    has_kind = true;
    if (taken) owned.key_shares.push_back(group);
  }
  if (!wanted.empty() && owned.key_shares.size() != wanted.size()) {
    return Invalid("SetKeyShares names a group twice, or one that is not offered");
  }
  if (owned.key_shares.size() > kMaxKeyShares) {
    return Invalid("a ClientHello brings 1 or 2 key shares");
  }
  owned.config.key_shares = owned.key_shares;
  if (wanted.empty() && owned.key_shares.size() == 2) {
    const size_t curve = owned.key_shares[0]->tls12 ? 0 : 1;
    owned.config.datagram_key_shares = absl::MakeConstSpan(&owned.key_shares[curve], 1);
  }
  return absl::OkStatus();
}

struct OwnedServerConfig {
  CommonOwned common;
  ServerConfig config;
};

absl::Status CheckClientAuthentication(ClientAuthentication mode, const CommonChoices& choices,
                                       const CommonConfig& config) {
  if (mode == ClientAuthentication::kNone) {
    if (choices.authorities.empty()) return absl::OkStatus();
    return Invalid("NameAuthorities without SetClientAuthentication: no certificate is asked for");
  }
  if (config.schemes.empty()) {
    return Invalid("no driver verifies any signature: clients cannot be asked for certificates");
  }
  if (choices.credentials.empty() && !choices.choose_credentials) {
    return Invalid("a server that has PSKs alone never asks for certificates (RFC 9846 s4.3.2)");
  }
  // RFC 9846 s4.3.2: no CertificateRequest in a handshake with a PSK.
  if (mode == ClientAuthentication::kRequired && !choices.psks.empty()) {
    return Invalid("a client with a PSK shows no certificate: require certificates or add a PSK");
  }
  return absl::OkStatus();
}

}  // namespace

ClientConfigBuilder& ClientConfigBuilder::DisableTickets12() {
  tickets_ = false;
  return *this;
}
ClientConfigBuilder& ClientConfigBuilder::RequirePsk() {
  common_.psk_only = true;
  return *this;
}
ClientConfigBuilder& ClientConfigBuilder::SetKeyShares(std::vector<uint16_t> iana) {
  key_shares_ = std::move(iana);
  return *this;
}
ClientConfigBuilder& ClientConfigBuilder::LookUpSessions() {
  look_up_sessions_ = true;
  return *this;
}
ClientConfigBuilder& ClientConfigBuilder::RequestStatus() {
  request_status_ = true;
  return *this;
}
ClientConfigBuilder& ClientConfigBuilder::DisableMiddleboxCompatibility() {
  middlebox_compatibility_ = false;
  return *this;
}

absl::StatusOr<std::shared_ptr<const ClientConfig>> ClientConfigBuilder::Build() const {
  auto owned = std::make_shared<OwnedClientConfig>();
  if (absl::Status status = Resolve(common_, crypto_, owned->common, owned->config.common);
      !status.ok()) {
    return status;
  }
  if (absl::Status status = ResolveKeyShares(key_shares_, *owned); !status.ok()) return status;
  if (common_.psks.size() > kMostPsks) return Invalid("a client offers 4 external PSKs at most");
  if (common_.psk_only) {
    if (common_.psks.empty()) return Invalid("RequirePsk without a PSK");
    if (!common_.schemes.empty()) return Invalid("RequirePsk leaves no use for signature schemes");
    if (!common_.credentials.empty() || common_.choose_credentials ||
        !common_.authorities.empty()) {
      return Invalid("RequirePsk leaves no use for credentials and authorities");
    }
    owned->config.common.schemes = {};
    owned->config.common.certificate_schemes = {};
  } else if (owned->common.schemes.empty()) {
    return Invalid("no driver verifies any signature; RequirePsk does without");
  }
  owned->config.look_up_sessions = look_up_sessions_;
  owned->config.credentials = owned->common.credentials.view();
  owned->config.choose_credential = common_.choose_credentials;
  owned->config.middlebox_compatibility = middlebox_compatibility_;
  owned->config.tickets = tickets_;
  owned->config.request_status = request_status_;
  const ClientConfig* config = &owned->config;
  return std::shared_ptr<const ClientConfig>(std::move(owned), config);
}

ServerConfigBuilder& ServerConfigBuilder::StoreSessionIds() {
  session_ids_ = true;
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
  return AddCredential({.chain_der = std::move(chain_der),
                        .key = key,
                        .names = std::move(names),
                        .schemes = std::move(schemes)});
}
ServerConfigBuilder& ServerConfigBuilder::SetClientAuthentication(ClientAuthentication mode) {
  client_authentication_ = mode;
  return *this;
}
ServerConfigBuilder& ServerConfigBuilder::SetTickets(int count, uint32_t lifetime_seconds) {
  tickets_ = count;
  ticket_lifetime_ = lifetime_seconds;
  return *this;
}

absl::StatusOr<std::shared_ptr<const ServerConfig>> ServerConfigBuilder::Build() const {
  auto owned = std::make_shared<OwnedServerConfig>();
  absl::Status status = Resolve(common_, crypto_, owned->common, owned->config.common);
  if (!status.ok()) return status;
  if (common_.credentials.empty() && !common_.choose_credentials && common_.psks.empty()) {
    return Invalid("a server needs a credential (AddCredential) or a PSK (AddExternalPsk)");
  }
  status = CheckClientAuthentication(client_authentication_, common_, owned->config.common);
  if (!status.ok()) return status;
  // RFC 9846 s4.6.1: at most seven days.
  if (ticket_lifetime_ > 604800) return Invalid("tickets live for 604,800 seconds at most");
  if (tickets_ < 0 || tickets_ > 10) return Invalid("a server sends 0 to 10 tickets");
  if (alpn_required_ && common_.alpn.empty()) return Invalid("RequireAlpn without any protocol");
  owned->config.credentials = owned->common.credentials.view();
  owned->config.choose_credential = common_.choose_credentials;
  owned->config.client_authentication = client_authentication_;
  owned->config.alpn_required = alpn_required_;
  owned->config.tickets = static_cast<uint8_t>(tickets_);
  owned->config.ticket_lifetime = ticket_lifetime_;
  owned->config.session_ids = session_ids_;
  const ServerConfig* config = &owned->config;
  return std::shared_ptr<const ServerConfig>(std::move(owned), config);
}

}  // namespace merlon::tls
