// SPDX-License-Identifier: Apache-2.0
// TLS 1.2 over streams whose bytes come in other pieces: both ends do and say the same, to the
// byte, in every kind of handshake. Here for the transparent driver, as a handshake costs little.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "fuzz/fuzz_driver.h"
#include "record/content_type.h"
#include "tls/testing/stream_pair.h"

namespace merlon::tls::testing {
namespace {

enum class Kind12 {
  kFull,
  kClientCertificate,
  kNoCertificateToShow,
  kTicket,
  kId,
  kPsk,
  kEcdhePsk
};
constexpr Kind12 kKinds[] = {Kind12::kFull,
                             Kind12::kClientCertificate,
                             Kind12::kNoCertificateToShow,
                             Kind12::kTicket,
                             Kind12::kId,
                             Kind12::kPsk,
                             Kind12::kEcdhePsk};

class Sessions : public SessionCache {
 public:
  size_t LookUp(Bytes key, MutableBytes out) override {
    const auto found = kept_.find(std::string(AsText(key)));
    if (found == kept_.end() || found->second.size() > out.size()) return 0;
    std::copy(found->second.begin(), found->second.end(), out.begin());
    return found->second.size();
  }
  void Store(Bytes key, Bytes session) override {
    kept_[std::string(AsText(key))] = AsText(session);
  }

 private:
  std::map<std::string, std::string> kept_;
};

struct Pieces {
  size_t chunk = SIZE_MAX, cut = 0;
  unsigned seed = 0;
};

struct Story {
  std::string client, server;        // what happened
  std::string to_client, to_server;  // bytes
  Authentication authentication = Authentication::kNone;
  bool good = false;
  friend bool operator==(const Story&, const Story&) = default;
};

StreamPairOptions OptionsOf(Kind12 kind, World& world) {
  constexpr Version k12 = Version::kTls12;
  ClientConfigBuilder client = world.ClientBuilder();
  ServerConfigBuilder server = world.ServerBuilder();
  client.SetVersions(k12, k12);
  server.SetVersions(k12, k12);
  StreamPairOptions out;
  if (kind == Kind12::kClientCertificate) client.AddCredential(world.ClientCredential());
  if (kind == Kind12::kClientCertificate || kind == Kind12::kNoCertificateToShow) {
    server.SetClientAuthentication(ClientAuthentication::kOptional);
  }
  if (kind == Kind12::kId) {
    client.DisableTickets12();
    server.StoreSessionIds();
  }
  if (kind == Kind12::kPsk || kind == Kind12::kEcdhePsk) {
    client.AddRawExternalPsk(kPskIdentity, world.psk()).RequirePsk();
    client.SetSuites({kind == Kind12::kPsk ? kTlsPskAes128GcmSha256 : kTlsEcdhePskAes128GcmSha256});
    server.AddRawExternalPsk(kPskIdentity, world.psk());
  }
  out.client = client.Build().value();
  out.server = server.Build().value();
  return out;
}

Story StoryOf(Kind12 kind, const Pieces& pieces) {
  World world(7, fuzz::FuzzDrivers());
  Sessions sessions;
  StreamPairOptions options = OptionsOf(kind, world);
  options.sessions = &sessions;
  if (kind == Kind12::kTicket || kind == Kind12::kId) {
    StreamPair first(options, world);
    first.Run();
    options.session = first.client->log.sessions.at(0);
  }
  options.chunk = pieces.chunk;
  options.cut = pieces.cut;
  options.pieces = pieces.seed;
  StreamPair pair(options, world);
  pair.Run();
  pair.DeliverToServer(pair.client->Seal("question"));
  pair.DeliverToClient(pair.server->Seal(std::string(300, 'a')));
  (void)pair.client->face.Close();
  pair.Run();
  const auto told = [](const Log& log) {
    std::string out = log.events + log.data;
    for (const std::string& session : log.sessions) out += session;
    return out;
  };
  Story story = {told(pair.client->log), told(pair.server->log), pair.to_client, pair.to_server};
  story.authentication = pair.server->core.negotiated().authentication;
  story.good = pair.client->connected() && pair.server->connected() && !pair.client->log.error &&
               !pair.server->log.error && pair.server->log.data == "question" &&
               story.server.find("closed") != std::string::npos;
  return story;
}

// Of records, of what is behind their headers and of the messages in those in the clear; and next
// to each.
void AddBoundaries(std::string_view bytes, std::set<size_t>& cuts) {
  const auto number = [&](size_t at, size_t size) {
    size_t out = 0;
    for (size_t i = 0; i < size && at + i < bytes.size(); ++i) {
      out = out << 8 | static_cast<uint8_t>(bytes[at + i]);
    }
    return out;
  };
  const auto add = [&](size_t at) {
    for (const size_t cut : {at, at + 1, at - std::min<size_t>(at, 1)}) cuts.insert(cut);
  };
  bool in_clear = true;
  for (size_t at = 0; at < bytes.size();) {
    const size_t end = at + 5 + number(at + 3, 2);
    add(at);
    add(at + 5);
    in_clear &= number(at, 1) != static_cast<size_t>(record::ContentType::kChangeCipherSpec);
    for (size_t message = at + 5; in_clear && message < end;) {
      add(message);
      add(message + record::kHandshakeHeaderSize);
      message += record::kHandshakeHeaderSize + number(message + 1, 3);
    }
    at = end;
  }
}

TEST(Tls12Splits, EveryKindOfHandshakeIsTheSameInAnyPieces) {
  for (const Kind12 kind : kKinds) {
    SCOPED_TRACE(static_cast<int>(kind));
    const Story whole = StoryOf(kind, {});
    ASSERT_TRUE(whole.good);
    const bool resumes = kind == Kind12::kTicket || kind == Kind12::kId;
    const bool psk = kind == Kind12::kPsk || kind == Kind12::kEcdhePsk;
    EXPECT_EQ(whole.authentication, resumes ? Authentication::kResumption
                                    : psk   ? Authentication::kExternalPsk
                                            : Authentication::kCertificate);
    EXPECT_TRUE(StoryOf(kind, {.chunk = 1}) == whole) << "byte by byte";
    std::set<size_t> cuts;
    AddBoundaries(whole.to_client, cuts);
    AddBoundaries(whole.to_server, cuts);
    EXPECT_GE(cuts.size(), 30u);
    for (const size_t cut : cuts) {
      EXPECT_TRUE(StoryOf(kind, {.cut = cut}) == whole) << "cut " << cut;
    }
    for (unsigned seed = 1; seed <= 25; ++seed) {
      EXPECT_TRUE(StoryOf(kind, {.seed = seed}) == whole) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace merlon::tls::testing
