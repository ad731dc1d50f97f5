// SPDX-License-Identifier: Apache-2.0
#include "io_adapters/interop/rows.h"

#include <stdlib.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>

#include "io_adapters/interop/table.h"

namespace merlon::interop {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kPsk[] = "psk=a device:00112233445566778899aabbccddeeff";
constexpr char kOtherPsk[] = "psk=a device:10112233445566778899aabbccddeeff";

// Each enumeration's words: for people, for the peers' command line, for names of tests.
struct VersionWords {
  const char *said, *option, *id;
};
constexpr VersionWords kVersionWords[] = {{"TLS 1.3", "version=tls13", "Tls13"},
                                          {"DTLS 1.3", "version=dtls13", "Dtls13"},
                                          {"TLS 1.2", "version=tls12", "Tls12"},
                                          {"DTLS 1.2", "version=dtls12", "Dtls12"}};
constexpr const char* kAuthenticationWords[] = {"server certificate", "both certificates", "PSK"};
constexpr const char* kAuthenticationIds[] = {"Certificate", "BothCertificates", "Psk"};
constexpr const char* kFeatureWords[] = {
    "talks",      "server closes",  "other group",  "cookie",  "small datagrams", "resumes",
    "other keys", "Merlon updates", "peer updates", "refuses", "X25519MLKEM768"};
constexpr const char* kFeatureIds[] = {
    "Talks",     "ServerCloses",  "OtherGroup",  "Cookie",  "SmallDatagrams", "Resumes",
    "OtherKeys", "MerlonUpdates", "PeerUpdates", "Refuses", "Hybrid"};
template <class Enum, class Words>
const auto& Of(const Words& words, Enum value) {
  return words[static_cast<size_t>(value)];
}

bool Is13(Version version) { return version == Version::kTls13 || version == Version::kDtls13; }
bool IsDatagram(Version v) { return v == Version::kDtls13 || v == Version::kDtls12; }

template <class Range, class Value>
bool Has(const Range& range, Value value) {
  return std::find(std::begin(range), std::end(range), value) != std::end(range);
}

bool Authenticates(const Row& row) {
  const uint32_t can = row.peer->can;
  switch (row.authentication) {
    case Authentication::kServer:
      return true;
    case Authentication::kBoth:
      return (can & kClientCertificates) != 0;
    case Authentication::kPsk:
      return (can & (Is13(row.version) ? kPsks13 : kPsks12)) != 0;
  }
  return false;
}

bool HasEd25519(const Row& row) {
  const uint32_t can = row.peer->can;
  if (row.version == Version::kDtls12 && row.merlon_is_client && (can & kNoEd25519Dtls) != 0) {
    return false;
  }
  return (can & kEd25519Keys) != 0;
}

// The certificate that is refused: a server's, or where both have one a client's.
bool MerlonVerifies(const Row& row) {
  return row.merlon_is_client == (row.authentication == Authentication::kServer);
}

// Of a peer that is slow to start.
bool IsWorthwhile(const Row& row) {
  if (row.authentication == Authentication::kServer) return row.feature != Feature::kServerCloses;
  return row.feature == Feature::kTalks || row.feature == Feature::kRefuses;
}

// Whether the peer takes no other group of a server with a PSK.
bool MixesOnP256(const Row& row) {
  return !Is13(row.version) && (row.peer->can & kPsk12OnP256) != 0;
}

bool Applies(const Row& row) {
  const uint32_t can = row.peer->can;
  const bool psk = row.authentication == Authentication::kPsk;
  if ((can & kSlowStart) != 0 && !IsWorthwhile(row)) return false;
  switch (row.feature) {
    case Feature::kTalks:
    case Feature::kServerCloses:
      return true;
    case Feature::kRetries:
      return (can & kGroups) != 0 && (Is13(row.version) || !psk);
    case Feature::kCookie:
      return IsDatagram(row.version) && (!row.merlon_is_client || (can & kCookies) != 0);
    case Feature::kSmallDatagrams:
      // wolfSSL cannot send a ClientHello with a PSK in fragments.
      return (can & kMtu) != 0 && IsDatagram(row.version) && !psk;
    case Feature::kResumes:
      if ((can & kPlainMaster12) != 0 && !Is13(row.version)) return false;
      return (can & kResumption) != 0 && !psk;
    case Feature::kOtherKeys:
      return !psk;
    case Feature::kMerlonUpdates:
      return Is13(row.version);
    case Feature::kPeerUpdates:
      return Is13(row.version) && (can & (kKeyUpdates | kOwnKeyUpdates)) != 0;
    case Feature::kRefuses:
      // In DTLS 1.2 a wrong PSK is a record that does not open, and which Merlon discards in
      // silence (RFC 6347 s4.1.2.7).
      if (psk && row.version == Version::kDtls12 &&
          (!row.merlon_is_client || (can & kDiscards12) != 0)) {
        return false;
      }
      return psk || MerlonVerifies(row) || (can & kVerification) != 0;
    case Feature::kHybrid:
      return (can & kHybridGroup) != 0 && Is13(row.version);
  }
  return false;
}

constexpr Feature kFeatures[] = {
    Feature::kTalks,          Feature::kServerCloses, Feature::kRetries,   Feature::kCookie,
    Feature::kSmallDatagrams, Feature::kResumes,      Feature::kOtherKeys, Feature::kMerlonUpdates,
    Feature::kPeerUpdates,    Feature::kRefuses,      Feature::kHybrid};

std::vector<std::string> Split(const std::string& text) {
  std::vector<std::string> words;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(' ', at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

std::vector<std::string> Join(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

std::vector<Row> RowsOf(const std::vector<Peer>& peers) {
  std::vector<Row> rows;
  for (const Peer& peer : peers) {
    for (const Version version : peer.versions) {
      if (!Has(kMerlonVersions, version)) continue;
      for (const bool merlon_is_client : {true, false}) {
        for (const Authentication authentication : kMerlonAuthentications) {
          for (const Feature feature : kFeatures) {
            const Row row = {&peer, version, merlon_is_client, authentication, feature};
            if (Authenticates(row) && Applies(row)) rows.push_back(row);
          }
        }
      }
    }
  }
  return rows;
}

std::string NameOf(const Row& row) {
  return std::string(row.peer->id) + "_" + Of(kVersionWords, row.version).id + "_" +
         (row.merlon_is_client ? "MerlonIsClient" : "MerlonIsServer") + "_" +
         Of(kAuthenticationIds, row.authentication) + "_" + Of(kFeatureIds, row.feature);
}

std::ostream& operator<<(std::ostream& out, const Row& row) { return out << NameOf(row); }

PeerRow::Words PeerRow::Command(bool merlon, bool server, const Words& more) const {
  const char* own = getenv("MERLON_PEER");
  Words words = merlon ? Words{own == nullptr ? "" : own} : Split(GetParam().peer->command());
  words.push_back(server ? "server" : "client");
  words.push_back(Of(kVersionWords, GetParam().version).option);
  if (merlon && (GetParam().peer->can & kPlainMaster12) != 0) words.push_back("plain_master=1");
  const auto add_certificate = [&](const char* kind) {
    words.push_back("cert=" + Chain(kind));
    words.push_back("key=" + Key(kind));
  };
  const auto given = [&](const char* name) {
    return std::any_of(more.begin(), more.end(),
                       [&](const std::string& word) { return word.rfind(name, 0) == 0; });
  };
  const Authentication authentication = GetParam().authentication;
  const bool both = authentication == Authentication::kBoth;
  if (authentication == Authentication::kPsk) {
    if (!given("psk=")) words.push_back(kPsk);
    if (merlon && server && MixesOnP256(GetParam())) words.push_back("groups=P-256");
  } else {
    const bool identified = !merlon && (GetParam().peer->can & kAlwaysIdentified) != 0;
    if ((server || both || identified) && !given("cert=")) add_certificate(kEc);
    if (!server || both) words.push_back("ca=" + Chain("ca"));
  }
  return Join(words, more);
}

// Both ends; the server is ready before the client begins.
void PeerRow::Start(const Words& for_server, const Words& for_client) {
  const bool client = GetParam().merlon_is_client;
  ASSERT_FALSE(GetParam().peer->command().empty()) << GetParam().peer->name << " is absent";
  const Words port = {"port=" + std::to_string(FreePort())};
  server_ = std::make_unique<Process>(Command(!client, true, Join(port, for_server)));
  ASSERT_TRUE(server_->WaitFor("listening\n")) << server_->output();
  client_ = std::make_unique<Process>(Command(client, false, Join(port, for_client)));
}

void PeerRow::StartWithFeature() {
  Words server, client;
  const Row& row = GetParam();
  Words& peer = row.merlon_is_client ? server : client;
  if (row.feature == Feature::kTalks && (row.peer->can & kAlpn) != 0) {
    server = client = {"alpn=echo"};
  }
  if (row.feature == Feature::kRetries) {
    server = {"groups=P-256"};
    client = {"groups=X25519,P-256"};
  }
  if (row.feature == Feature::kHybrid) {
    server = {"groups=X25519MLKEM768"};
    client = {"groups=X25519MLKEM768,X25519"};
  }
  if (row.feature == Feature::kCookie) peer.push_back("cookie=1");
  if (row.feature == Feature::kSmallDatagrams) server = client = {"mtu=300"};
  if (row.feature == Feature::kPeerUpdates && (row.peer->can & kOwnKeyUpdates) != 0) {
    peer.push_back("update_after=4");
  }
  Start(server, client);
}

void PeerRow::Say(const std::string& line) {
  client_->Send(line + "\n");
  ASSERT_TRUE(client_->WaitFor("got " + line + "\n")) << "client:\n"
                                                      << client_->output() << "server:\n"
                                                      << server_->output();
}

void PeerRow::SayAll(std::initializer_list<const char*> lines) {
  for (const char* line : lines) ASSERT_NO_FATAL_FAILURE(Say(line));
}

// The client closes, and both ends see the other's close_notify.
void PeerRow::EndWell() {
  EXPECT_EQ(client_->Wait(), 0) << client_->output();
  EXPECT_TRUE(server_->WaitFor("closed\n")) << server_->output();
  for (const Process* process : {client_.get(), server_.get()}) {
    EXPECT_THAT(process->output(), Not(HasSubstr("failed")));
  }
}

void PeerRow::CheckRefusal(const Words& for_server, const Words& for_client, const char* alert) {
  ASSERT_NO_FATAL_FAILURE(Start(for_server, for_client));
  client_->Send("not for everyone\n");
  EXPECT_TRUE(merlon().WaitFor("failed: ")) << merlon().output();
  EXPECT_TRUE(merlon().WaitFor(alert)) << merlon().output();
  EXPECT_TRUE(peer().WaitFor("failed: ")) << peer().output();
  client_->CloseInput();
  EXPECT_NE(client_->Wait(), 0) << client_->output();
}

void PeerRow::CheckRefusals() {
  if (GetParam().authentication == Authentication::kPsk) {
    const bool goes = GetParam().merlon_is_client && Is13(GetParam().version) &&
                      (GetParam().peer->can & kNoPskAlert13) != 0;
    return CheckRefusal({kPsk}, {kOtherPsk}, goes ? "ended without close_notify" : "alert");
  }
  const auto kind = [](const char* name) {
    return Words{"cert=" + Chain(name), "key=" + Key(name)};
  };
  struct Bad {
    const char *kind, *alert;
  };
  for (const Bad& bad :
       {Bad{kUntrusted, "unknown_ca (48)"}, Bad{kExpired, "certificate_expired (45)"},
        Bad{kWrongName, "bad_certificate (42)"}}) {
    const char* alert = MerlonVerifies(GetParam()) ? bad.alert : "alert";
    if (GetParam().authentication == Authentication::kServer) {
      CheckRefusal(kind(bad.kind), {}, alert);
    } else if (bad.kind != std::string_view(kWrongName)) {
      CheckRefusal({}, kind(bad.kind), alert);
    }
    if ((GetParam().peer->can & kSlowStart) != 0) return;
  }
}

void PeerRow::CheckOtherKeys() {
  struct Keys {
    const char *server, *client, *scheme;
  };
  const uint32_t can = GetParam().peer->can;
  const auto identity = [](const char* kind) {
    return Words{"cert=" + Chain(kind), "key=" + Key(kind)};
  };
  for (const Keys& keys : {Keys{kP384, kP384, "ecdsa_secp384r1_sha384"},
                           Keys{kRsa, kRsaClient, "rsa_p"}, Keys{kEd25519, kEd25519, "ed25519"}}) {
    if (keys.server == kRsa && (can & kNoRsa) != 0) continue;
    if (keys.server == kEd25519 && !HasEd25519(GetParam())) continue;
    const bool both = GetParam().authentication == Authentication::kBoth;
    ASSERT_NO_FATAL_FAILURE(Start(identity(keys.server), both ? identity(keys.client) : Words{}));
    ASSERT_NO_FATAL_FAILURE(Say("first"));
    // In TLS 1.2 a scheme names the hash alone, which need not be that of the curve's size.
    const bool ecdsa12 = keys.server == kP384 && !Is13(GetParam().version);
    EXPECT_TRUE(merlon().WaitFor(ecdsa12 ? "ecdsa" : keys.scheme)) << merlon().output();
    client_->CloseInput();
    EndWell();
  }
}

void PeerRow::CheckUpdates() {
  const bool by_peer = GetParam().feature == Feature::kPeerUpdates;
  if (by_peer && (GetParam().peer->can & kOwnKeyUpdates) != 0) {
    ASSERT_NO_FATAL_FAILURE(SayAll({"two", "three", "four", "five", "six", "seven", "eight"}));
    EXPECT_TRUE(peer().WaitFor("Send keys updated to epoch 4")) << peer().output();
    EXPECT_TRUE(peer().WaitFor("Recv keys updated to epoch 4")) << peer().output();
    return;
  }
  for (const std::string round : {"second", "third"}) {
    if (by_peer != GetParam().merlon_is_client) {
      client_->Send("!update\n");
    } else {
      ASSERT_NO_FATAL_FAILURE(Say("?update " + round));
    }
    ASSERT_NO_FATAL_FAILURE(Say("under new keys " + round));
    ASSERT_NO_FATAL_FAILURE(Say("and again " + round));
  }
}

void PeerRow::CheckResumption() {
  client_->Send("!again\n");
  ASSERT_NO_FATAL_FAILURE(Say("second"));
  EXPECT_TRUE(merlon().WaitFor("resumed=yes")) << merlon().output();
  const bool tells = (GetParam().peer->can & kTellsResumption) != 0;
  EXPECT_TRUE(peer().WaitFor(tells ? "resumed=yes" : "resumed=?")) << peer().output();
}

// The program that users start: many clients on one socket, and a cookie for each.
PeerRow::Words PeerRow::DtlsServerCommand() const {
  const char* version = Is13(GetParam().version) ? "1.3" : "1.2";
  Words words = {Merlon(), "dtls-server",   "--host", "127.0.0.1",     "--port",
                 "0",      "--min-version", version,  "--max-version", version};
  if (GetParam().authentication == Authentication::kPsk) {
    std::ofstream(File("cookie.psk")) << std::string_view(kPsk).substr(strlen("psk=")) << "\n";
    words = Join(words, {"--raw-psk-file", File("cookie.psk")});
    if (MixesOnP256(GetParam())) words = Join(words, {"--groups", "P-256"});
  } else {
    words = Join(words, {"--cert", Chain(kEc), "--key", Key(kEc)});
  }
  if (GetParam().authentication == Authentication::kBoth) {
    words = Join(words, {"--client-ca", Chain("ca")});
  }
  return words;
}

// After this many connections: each proved its address, none without having been asked. A client
// that got impatient was asked twice.
void PeerRow::CheckOurCookies(int connections) {
  const std::string end = ", " + std::to_string(connections) + " cookies came back";
  ASSERT_TRUE(server_->WaitFor(end)) << server_->output();
  const std::string& output = server_->output();
  const size_t line = output.rfind("strangers: ", output.rfind(end));
  int answers = 0, bytes = 0;
  ASSERT_EQ(sscanf(output.c_str() + line, "strangers: %d answered with %d", &answers, &bytes), 2);
  EXPECT_GE(answers, connections);
  if (Is13(GetParam().version)) {
    EXPECT_THAT(output, HasSubstr("after a HelloRetryRequest"));
  } else {
    EXPECT_EQ(bytes, 46 * answers);  // a HelloVerifyRequest each
  }
}

void PeerRow::MeetDtlsServer() {
  const uint32_t can = GetParam().peer->can;
  ASSERT_FALSE(GetParam().peer->command().empty()) << GetParam().peer->name << " is absent";
  server_ = std::make_unique<Process>(DtlsServerCommand());
  ASSERT_TRUE(server_->WaitFor("listening on port ")) << server_->output();
  ASSERT_TRUE(server_->WaitFor("\n"));
  const std::string port = server_->output().substr(server_->output().find("port ") + 5);
  client_ = std::make_unique<Process>(
      Command(false, false, {"port=" + std::to_string(atoi(port.c_str()))}));
  ASSERT_NO_FATAL_FAILURE(SayAll({"first", "second"}));
  EXPECT_TRUE(server_->WaitFor(Of(kVersionWords, GetParam().version).said)) << server_->output();
  CheckOurCookies(1);
  if (Is13(GetParam().version) && (can & kKeyUpdates) != 0) {
    client_->Send("!update\n");
    ASSERT_NO_FATAL_FAILURE(SayAll({"under new keys", "and again"}));
  }
  if ((can & kResumption) != 0 && GetParam().authentication != Authentication::kPsk) {
    client_->Send("!again\n");
    ASSERT_NO_FATAL_FAILURE(Say("resumed"));
    EXPECT_TRUE(server_->WaitFor("resumed")) << server_->output();
    CheckOurCookies(2);
  }
  client_->CloseInput();
  EXPECT_EQ(client_->Wait(), 0) << client_->output();
  EXPECT_TRUE(server_->WaitFor("merlon: closed by the client\n")) << server_->output();
}

void PeerRow::CheckTalk() {
  ASSERT_NO_FATAL_FAILURE(Say(std::string(1000, 'x')));
  if ((GetParam().peer->can & kAlpn) == 0) return;
  EXPECT_TRUE(merlon().WaitFor("alpn=echo")) << merlon().output();
  EXPECT_TRUE(peer().WaitFor("alpn=echo")) << peer().output();
}

void PeerRow::CheckServerCloses() {
  client_->Send("?close\n");
  EXPECT_TRUE(client_->WaitFor("closed\n")) << client_->output();
  EXPECT_EQ(client_->Wait(), 0) << client_->output();
  EXPECT_THAT(server_->output(), Not(HasSubstr("failed")));
}

void PeerRow::CheckRetry() {
  const bool by_group = GetParam().feature == Feature::kRetries;
  if (by_group) {
    EXPECT_THAT(merlon().output(), HasSubstr("secp256r1,"));
  }
  if (!Is13(GetParam().version)) return;
  // Not for a group's sake then.
  if (!by_group) {
    EXPECT_THAT(merlon().output(), HasSubstr("x25519,"));
  }
  EXPECT_THAT(merlon().output(), HasSubstr("after a HelloRetryRequest"));
}

void PeerRow::Meet() {
  const Row& row = GetParam();
  Prove({.peer = row.peer->name,
         .version = Of(kVersionWords, row.version).said,
         .merlon = row.merlon_is_client ? "client" : "server",
         .authentication = Of(kAuthenticationWords, row.authentication)},
        Of(kFeatureWords, row.feature));
  if (row.feature == Feature::kCookie && !row.merlon_is_client) return MeetDtlsServer();
  if (row.feature == Feature::kRefuses) return CheckRefusals();
  if (row.feature == Feature::kOtherKeys) return CheckOtherKeys();
  ASSERT_NO_FATAL_FAILURE(StartWithFeature());
  ASSERT_NO_FATAL_FAILURE(Say("first"));
  EXPECT_TRUE(merlon().WaitFor(Of(kVersionWords, row.version).said)) << merlon().output();
  switch (row.feature) {
    case Feature::kTalks:
      CheckTalk();
      break;
    case Feature::kServerCloses:
      return CheckServerCloses();
    case Feature::kRetries:
    case Feature::kCookie:
      CheckRetry();
      break;
    case Feature::kResumes:
      CheckResumption();
      break;
    case Feature::kMerlonUpdates:
    case Feature::kPeerUpdates:
      CheckUpdates();
      break;
    case Feature::kHybrid:
      EXPECT_THAT(merlon().output(), HasSubstr("X25519MLKEM768,"));
      break;
    case Feature::kSmallDatagrams:
    case Feature::kOtherKeys:
    case Feature::kRefuses:
      break;
  }
  if (!HasFatalFailure()) EndWell();
}

}  // namespace merlon::interop
