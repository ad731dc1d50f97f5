// SPDX-License-Identifier: Apache-2.0
// What the programs with certificates have in common, so that their sizes compare: AES-128-GCM and
// ChaCha20-Poly1305, X25519 and P-256, ECDSA on P-256 and RSA verification, one trust anchor and
// one credential in flash.
#pragma once
#include "crypto/bound_key.h"
#include "crypto/context.h"
#include "crypto/drivers/portable/aes.h"
#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/asymmetric/algorithms.h"
#include "crypto/drivers/portable/chacha20_poly1305.h"
#include "crypto/drivers/portable/sha256.h"
#include "tls/local_operations.h"
#include "tls/profiles/device/board.h"
#include "x509/pkcs8.h"

namespace merlon::tls::board {

inline constexpr const crypto::HashAlgorithm* kHashes[] = {&crypto::kPortableSha256};
inline constexpr const crypto::AeadAlgorithm* kAeads[] = {&crypto::kPortableAes128Gcm,
                                                          &crypto::kPortableChaCha20Poly1305};
inline constexpr const crypto::KeyAgreementAlgorithm* kAgreements[] = {&crypto::kPortableX25519,
                                                                       &crypto::kPortableP256};
inline constexpr const crypto::SignAlgorithm* kSigns[] = {
    &crypto::kPortableEcdsaP256, &crypto::kPortableRsaPss, &crypto::kPortableRsaPkcs1};
inline constexpr crypto::Driver kDriver = {.name = "device",
                                           .location = crypto::kLocalStorage,
                                           .available = nullptr,
                                           .hashes = kHashes,
                                           .ciphers = {},
                                           .aeads = kAeads,
                                           .key_agreements = kAgreements,
                                           .signs = kSigns};
inline constexpr const crypto::Driver* kDrivers[] = {&kDriver};

inline constexpr CipherSuite kSuites13[] = {
    {kTlsAes128GcmSha256, &crypto::kPortableAes128Gcm, &crypto::kPortableSha256},
    {kTlsChaCha20Poly1305Sha256, &crypto::kPortableChaCha20Poly1305, &crypto::kPortableSha256}};
inline constexpr CipherSuite kSuites12[] = {
    {kTlsEcdheEcdsaAes128GcmSha256, &crypto::kPortableAes128Gcm, &crypto::kPortableSha256,
     KeyExchange::kEcdheEcdsa},
    {kTlsEcdheRsaAes128GcmSha256, &crypto::kPortableAes128Gcm, &crypto::kPortableSha256,
     KeyExchange::kEcdheRsa}};
inline constexpr const NamedGroup* kGroups[] = {&kX25519, &kSecp256r1};
inline constexpr const SignatureScheme* kSchemes[] = {&kEcdsaSecp256r1Sha256, &kRsaPssRsaeSha256,
                                                      &kRsaPkcs1Sha256};
inline constexpr uint16_t kCertificateSchemes[] = {0x0403, 0x0804, 0x0401};

// `versions12`: TLS 1.2 as well.
inline void SetCommon(CommonConfig& common, bool versions12) {
  common.suites = kSuites13;
  if (versions12) common.suites12 = kSuites12;
  common.groups = kGroups;
  common.schemes = kSchemes;
  common.certificate_schemes = kCertificateSchemes;
}

// The keys of a device with certificates: one that signs, one for tickets.
struct Keys {
  crypto::InlineKeyStore<2, 128> store{crypto::DriverTable(kDrivers)};
  crypto::CtrDrbg rng{crypto::kPortableAes256, kEntropy};

  crypto::Context crypto() { return {*store, crypto::DriverTable(kDrivers), rng}; }
};

// The trust anchor in flash.
inline Result<const x509::TrustStore*> LoadAnchor() {
  static std::array<uint8_t, 512> der;
  MERLON_ASSIGN_OR_RETURN(const x509::TrustAnchor loaded,
                          x509::TrustAnchor::FromCertificate(ReadFlash(der)));
  static const x509::TrustAnchor anchors[] = {loaded};
  static const x509::TrustAnchors store(anchors);
  return static_cast<const x509::TrustStore*>(&store);
}

// The device's own certificate and its key.
inline Result<absl::Span<const Credential>> LoadCredential(crypto::KeyStore& keys) {
  static std::array<uint8_t, 512> der;
  static const Bytes chain[] = {ReadFlash(der)};
  std::array<uint8_t, 138> pkcs8;
  MERLON_ASSIGN_OR_RETURN(const crypto::KeyHandle handle,
                          x509::ImportPrivateKeyDer(keys, ReadFlash(pkcs8), crypto::Usage::kSign));
  Wipe(MutableBytes(pkcs8));
  MERLON_ASSIGN_OR_RETURN(
      const crypto::BoundSigningKey bound,
      crypto::BoundSigningKey::Bind(keys, handle, kEcdsaSecp256r1Sha256.algorithm));
  static const SigningKey signing[] = {{&kEcdsaSecp256r1Sha256, bound}};
  static const Credential credentials[] = {{.chain_der = chain, .signing_keys = signing}};
  return absl::Span<const Credential>(credentials);
}

// A key for the tickets of this run.
inline Result<const crypto::BoundAeadKey*> NewTicketKey(Keys& keys) {
  crypto::KeyAttributes attributes;
  attributes.type = crypto::KeyType::kAes;
  attributes.bits = 128;
  attributes.usage = crypto::Usage::kEncrypt | crypto::Usage::kDecrypt;
  MERLON_ASSIGN_OR_RETURN(const crypto::KeyHandle handle,
                          keys.store->Generate(attributes, keys.rng));
  MERLON_ASSIGN_OR_RETURN(const crypto::BoundAeadKey bound,
                          crypto::BoundAeadKey::Bind(*keys.store, handle));
  static const crypto::BoundAeadKey key = bound;
  return &key;
}

// A connection of the profile's over a byte stream, or over datagrams.
template <class Profile>
Error ServeStream(HandshakeCore<Profile>& core, LocalOperations& operations) {
  static std::array<uint8_t, 8192> reassembly;
  static StreamConnection connection(core, MutableBytes(reassembly));
  return Serve(connection, operations);
}
template <class Profile>
Error ServeDatagrams(HandshakeCore<Profile>& core, LocalOperations& operations) {
  static std::array<uint8_t, 8192> reassembly;
  static DatagramConnection connection(core, MutableBytes(reassembly), DatagramOptions{});
  return Serve(connection, operations);
}
template <class Profile>
Error Serve(HandshakeCore<Profile>& core, LocalOperations& operations, Transport transport) {
  return transport == Transport::kStream ? ServeStream(core, operations)
                                         : ServeDatagrams(core, operations);
}

// A client that trusts the anchor in flash and can show the device's certificate. kDatagrams: over
// either transport, else over streams alone. Gives what stopped it.
template <class Profile, bool kDatagrams>
Result<void> RunClient(Keys& keys, Transport transport) {
  static ClientConfig config;
  SetCommon(config.common, (Profile::kFeatures & kTls12) != 0);
  MERLON_ASSIGN_OR_RETURN(config.credentials, LoadCredential(*keys.store));
  VerifyAgainst policy;
  MERLON_ASSIGN_OR_RETURN(policy.anchors, LoadAnchor());
  static LocalOperations operations(keys.crypto(), LocalOperations::ForClient(config, policy));
  static std::array<uint8_t, 8192> storage;
  static HandshakeCore<Profile> core(config, ClientOptions{.server_name = "device.example"},
                                     transport, MutableBytes(storage), NewSeed(keys.rng), Now{});
  if constexpr (kDatagrams) return Serve(core, operations, transport);
  return ServeStream(core, operations);
}

// A server that asks for a certificate under the anchor in flash, and gives out tickets.
template <class Profile, bool kDatagrams>
Result<void> RunServer(Keys& keys, Transport transport) {
  static ServerConfig config;
  SetCommon(config.common, (Profile::kFeatures & kTls12) != 0);
  MERLON_ASSIGN_OR_RETURN(config.credentials, LoadCredential(*keys.store));
  config.client_authentication = ClientAuthentication::kOptional;
  VerifyAgainst policy;
  MERLON_ASSIGN_OR_RETURN(policy.anchors, LoadAnchor());
  MERLON_ASSIGN_OR_RETURN(const crypto::BoundAeadKey* ticket_key, NewTicketKey(keys));
  static LocalOperations operations(keys.crypto(),
                                    LocalOperations::ForServer(config, ticket_key, policy));
  static std::array<uint8_t, 8192> storage;
  static HandshakeCore<Profile> core(config, ServerOptions{}, transport, MutableBytes(storage),
                                     NewSeed(keys.rng), Now{});
  if constexpr (kDatagrams) return Serve(core, operations, transport);
  return ServeStream(core, operations);
}

}  // namespace merlon::tls::board
