// SPDX-License-Identifier: Apache-2.0
// Rows of tests with peers that have the command line of peers/plumbing.h: each peer, version,
// direction, authentication and feature that both ends have. A test program names its peers.
#pragma once
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "io_adapters/interop/fixture.h"

namespace merlon::interop {

enum class Version : uint8_t { kTls13, kDtls13, kTls12, kDtls12 };
enum class Authentication : uint8_t { kServer, kBoth, kPsk };
enum class Feature : uint8_t {
  kTalks,           // verified, ALPN, echoes, closed by the client
  kServerCloses,    // closed by the server
  kRetries,         // the server wants another group (TLS 1.3: HelloRetryRequest)
  kCookie,          // the server wants a cookie; Merlon's is the program `merlon dtls-server`
  kSmallDatagrams,  // both ends send datagrams of 300 bytes at most: messages come in fragments
  kResumes,         // with a ticket or a session ID
  kOtherKeys,       // certificates with keys of P-384, RSA and, where the peer has it, Ed25519
  kMerlonUpdates,   // Merlon begins KeyUpdates, and asks for one back
  kPeerUpdates,     // the peer does
  // The client refuses the server's certificate; the server the client's, if both have one; or the
  // PSKs differ.
  kRefuses,
  kHybrid,  // the key exchange is X25519MLKEM768
};

// What a Merlon of this tree has. A version or a way to authenticate that is added here adds its
// rows with every peer that has it.
inline constexpr Version kMerlonVersions[] = {Version::kTls13, Version::kDtls13, Version::kTls12,
                                              Version::kDtls12};
inline constexpr Authentication kMerlonAuthentications[] = {
    Authentication::kServer, Authentication::kBoth, Authentication::kPsk};

// What a peer can, besides talking.
enum Ability : uint32_t {
  kAlpn = 1 << 0,
  kResumption = 1 << 1,
  kTellsResumption = 1 << 2,
  kGroups = 1 << 3,         // chooses groups; as a client asks for one and has another
  kCookies = 1 << 4,        // as a server
  kKeyUpdates = 1 << 5,     // begins them when told
  kOwnKeyUpdates = 1 << 6,  // begins them after `update_after=N` records, and says so
  kVerification = 1 << 7,   // refuses bad certificates
  kClientCertificates = 1 << 8,
  kAlwaysIdentified = 1 << 9,  // has a certificate as a client, wanted or not
  kPsks13 = 1 << 10,           // in (D)TLS 1.3
  kPsks12 = 1 << 11,
  kMtu = 1 << 12,
  kPlainMaster12 = 1 << 14,  // has no extended master secret: Merlon allows that, resumes nothing
  // Discards a record of DTLS 1.2 that does not open in silence (RFC 6347 s4.1.2.7), as Merlon
  // does.
  kDiscards12 = 1 << 15,
  kPsk12OnP256 = 1 << 16,   // as a client of TLS 1.2 mixes PSKs with that group alone
  kNoPskAlert13 = 1 << 17,  // as a server of TLS 1.3 just goes when a PSK is wrong
  kNoRsa = 1 << 18,
  kEd25519Keys = 1 << 19,
  kNoEd25519Dtls = 1 << 20,  // as a server of DTLS 1.2
  kHybridGroup = 1 << 21,    // has X25519MLKEM768
  kSlowStart = 1 << 13,      // costs too much to be started for every row
};

struct Peer {
  const char* name;
  const char* id;            // in names of tests
  std::string (*command)();  // words with spaces between them; empty: it is absent, and tests fail
  std::vector<Version> versions;
  uint32_t can;
};

struct Row {
  const Peer* peer;
  Version version;
  bool merlon_is_client;
  Authentication authentication;
  Feature feature;
};
std::vector<Row> RowsOf(const std::vector<Peer>& peers);
std::string NameOf(const Row& row);
std::ostream& operator<<(std::ostream& out, const Row& row);

class PeerRow : public Interop, public testing::WithParamInterface<Row> {
 protected:
  void Meet();

 private:
  using Words = std::vector<std::string>;
  Words Command(bool merlon, bool server, const Words& more) const;
  Words DtlsServerCommand() const;
  void Start(const Words& for_server, const Words& for_client);
  void StartWithFeature();
  void Say(const std::string& line);
  void SayAll(std::initializer_list<const char*> lines);
  void CheckTalk();
  void CheckServerCloses();
  void CheckRetry();
  void CheckOurCookies(int connections);
  void MeetDtlsServer();
  void CheckResumption();
  void CheckUpdates();
  void CheckOtherKeys();
  void EndWell();
  void CheckRefusals();
  void CheckRefusal(const Words& for_server, const Words& for_client, const char* alert);
  Process& merlon() { return GetParam().merlon_is_client ? *client_ : *server_; }
  Process& peer() { return GetParam().merlon_is_client ? *server_ : *client_; }

  std::unique_ptr<Process> server_, client_;
};

}  // namespace merlon::interop
