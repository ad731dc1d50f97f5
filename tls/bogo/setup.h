// SPDX-License-Identifier: Apache-2.0
// Everything that the shim's connections are built from: keys, credentials and configurations, as
// the flags say.
#pragma once
#include <map>
#include <memory>

#include "absl/status/statusor.h"
#include "crypto/bound_key.h"
#include "crypto/key_store.h"
#include "crypto/system_rng.h"
#include "tls/bogo/flags.h"
#include "tls/config_builder.h"
#include "tls/core/connection_random.h"
#include "tls/local_operations.h"

namespace merlon::bogo {

inline constexpr char kTooOld[] = "versions before TLS 1.2";  // why a test is not implemented

// A server's sessions by ID.
class Sessions final : public tls::SessionCache {
 public:
  size_t LookUp(Bytes key, MutableBytes out) override;
  void Store(Bytes key, Bytes session) override;

 private:
  std::map<std::string, std::string> sessions_;
};

// One process's worth. An error of its methods: the flags ask for what the library does not have.
class Setup {
 public:
  Setup();
  Setup(const Setup&) = delete;

  absl::StatusOr<std::shared_ptr<const tls::ClientConfig>> Client(const Flags& flags);
  absl::StatusOr<std::shared_ptr<const tls::ServerConfig>> Server(const Flags& flags);
  crypto::Context crypto() { return {*keys_, drivers_, rng_}; }
  const crypto::BoundAeadKey& ticket_key() const { return *ticket_key_; }
  Sessions& sessions() { return sessions_; }
  tls::Seed NewSeed();

 private:
  // All credentials and PSKs of the flags.
  template <class Builder>
  absl::Status AddCredentials(const Flags& flags, Builder& builder);
  absl::StatusOr<tls::CredentialChoice> LoadCredential(const CredentialFlags& flags);

  crypto::DriverTable drivers_;
  crypto::SystemRng rng_;
  crypto::InlineKeyStore<64> keys_;
  std::optional<crypto::BoundAeadKey> ticket_key_;
  Sessions sessions_;
};

// The names of a list of authorities (-use-client-ca-list), as DER.
std::vector<std::string> ReadAuthorities(const std::string& list);
// The certificates of a PEM file, as DER.
std::vector<std::string> ReadChain(const std::string& path);

}  // namespace merlon::bogo
