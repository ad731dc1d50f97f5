// SPDX-License-Identifier: Apache-2.0
// The key schedule and the transcript against RFC 8448's handshakes, and against values computed
// elsewhere where the RFC has none.
#include "tls/core/key_schedule13.h"

#include <numeric>
#include <string>

#include "crypto/drivers/portable/sha256.h"
#include "crypto/drivers/portable/sha512.h"
#include "crypto/testing/rfc8448.h"
#include "crypto/testing/vectors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tls/core/known_secrets13.h"
#include "tls/core/transcript.h"
#include "tls/msgs/testing/rfc8448_section3.h"

namespace merlon::tls {
namespace {

using rfc8448::Buffer;
using rfc8448::FromHex;

constexpr KeySchedule kSha256 = {&crypto::kPortableSha256, crypto::LabelPrefix::kTls13};
constexpr KeySchedule kDtlsSha384 = {&crypto::kPortableSha384, crypto::LabelPrefix::kDtls13};

template <class T>
concept CanAgreeOnLvalue = requires(T& stage) { stage.Agree(Bytes()); };
template <class T>
concept CanMasterOnLvalue = requires(T& stage) { stage.Master(); };
template <class T>
concept CanResumeOnLvalue = requires(T& stage) { stage.ResumptionMaster(crypto::Digest()); };
static_assert(!CanAgreeOnLvalue<EarlyStage> && !CanMasterOnLvalue<HandshakeStage> &&
              !CanResumeOnLvalue<MasterStage>);

MATCHER_P(IsHex, hex, "") { return Bytes(arg) == Bytes(FromHex(hex)); }

Buffer Counting(size_t size) {
  Buffer out(size);
  std::iota(out.begin(), out.end(), uint8_t{0});
  return out;
}

void AddMessage(Transcript& transcript, const Buffer& message) {
  transcript.Add({.type = message[0], .body = Slice(Bytes(message), 4)});
}

TEST(KeySchedule13, Section3OfRfc8448) {
  Transcript transcript(crypto::kPortableSha256);
  for (const char* hex : {rfc8448::kClientHello, rfc8448::kServerHello}) {
    AddMessage(transcript, FromHex(hex));
  }
  EarlyStage early = EarlyStage::WithoutPsk(kSha256);
  HandshakeStage handshake = std::move(early).Agree(FromHex(rfc8448::kSharedSecret));
  const TrafficPair hs = handshake.Handshake(transcript.Peek());
  EXPECT_THAT(hs.client.reveal(), IsHex(rfc8448::kClientHandshakeTraffic));
  EXPECT_THAT(hs.server.reveal(), IsHex(rfc8448::kServerHandshakeTraffic));

  for (const char* hex :
       {rfc8448::kEncryptedExtensions, rfc8448::kCertificate, rfc8448::kCertificateVerify}) {
    AddMessage(transcript, FromHex(hex));
  }
  const Buffer server_finished = FromHex(rfc8448::kServerFinished);
  EXPECT_EQ(FinishedMac(kSha256, hs.server, transcript.Peek()).view(),
            Slice(Bytes(server_finished), 4));
  transcript.AddWhole(server_finished);
  MasterStage master = std::move(handshake).Master();
  const ApplicationSecrets ap = master.Application(transcript.Peek());
  EXPECT_THAT(ap.traffic.client.reveal(), IsHex(rfc8448::kClientTraffic));
  EXPECT_THAT(ap.traffic.server.reveal(), IsHex(rfc8448::kServerTraffic));
  EXPECT_THAT(ap.exporter_master.reveal(), IsHex(rfc8448::kExporterMaster));

  const Buffer client_finished = FromHex(rfc8448::kClientFinished);
  EXPECT_EQ(FinishedMac(kSha256, hs.client, transcript.Peek()).view(),
            Slice(Bytes(client_finished), 4));
  transcript.AddWhole(client_finished);
  const HashSecret resumption = std::move(master).ResumptionMaster(transcript.Peek());
  EXPECT_THAT(resumption.reveal(), IsHex(rfc8448::kResumptionMaster));
  const uint8_t nonce[] = {0, 0};
  EXPECT_THAT(ResumptionPsk(kSha256, resumption, nonce).reveal(), IsHex(rfc8448::kResumptionPsk));
}

// One handshake of the RFC, walked through with our stages.
class Trace {
 public:
  explicit Trace(const rfc8448::Section& section)
      : section_(section), transcript_(crypto::kPortableSha256) {}

  // How many values were compared.
  int Run() {
    EarlyStage early = Early();
    TakeHellos(early);
    HandshakeStage handshake =
        std::move(early).Agree(Value("server", "extract secret \"handshake\"", "IKM"));
    const TrafficPair hs = handshake.Handshake(transcript_.Peek());
    Compare("server", "derive secret \"tls13 c hs traffic\"", hs.client);
    Compare("server", "derive secret \"tls13 s hs traffic\"", hs.server);
    ServerFlight(hs.server);
    MasterStage master = std::move(handshake).Master();
    const ApplicationSecrets ap = master.Application(transcript_.Peek());
    Compare("server", "derive secret \"tls13 c ap traffic\"", ap.traffic.client);
    Compare("server", "derive secret \"tls13 s ap traffic\"", ap.traffic.server);
    Compare("server", "derive secret \"tls13 exp master\"", ap.exporter_master);
    ClientFlight(hs.client);
    Compare("client", "derive secret \"tls13 res master\"",
            std::move(master).ResumptionMaster(transcript_.Peek()));
    TrafficKeys();
    return compared_;
  }

 private:
  const Buffer& Value(std::string_view who, std::string_view title, std::string_view name) {
    const rfc8448::Step* step = section_.Find(who, title);
    const Buffer* value = step == nullptr ? nullptr : step->Find(name);
    static const Buffer kNone;
    EXPECT_NE(value, nullptr) << section_.number << " " << title << " " << name;
    return value == nullptr ? kNone : *value;
  }
  void Compare(std::string_view who, std::string_view title, const HashSecret& secret) {
    EXPECT_EQ(secret.reveal(), Bytes(Value(who, title, "expanded")))
        << section_.number << " " << title;
    EXPECT_EQ(transcript_.Peek().view(), Bytes(Value(who, title, "hash"))) << title;
    compared_ += 2;
  }
  EarlyStage Early() {
    const bool resumes = section_.number == 4;
    const char* who = resumes ? "client" : "server";
    const Buffer& secret = Value(who, "extract secret \"early\"", "secret");
    const EarlyStage behind_handle = EarlyStage::FromEarlySecret(kSha256, secret);
    EarlyStage early = EarlyStage::FromPsk(kSha256, Value(who, "extract secret \"early\"", "IKM"));
    EXPECT_EQ(early.BinderKey(BinderKind::kResumption).reveal(),
              behind_handle.BinderKey(BinderKind::kResumption).reveal());
    ++compared_;
    if (!resumes) return EarlyStage::WithoutPsk(kSha256);
    return early;
  }
  void Binder(const EarlyStage& early) {
    const char* title = "calculate PSK binder";
    const HashSecret key = early.BinderKey(BinderKind::kResumption);
    EXPECT_EQ(key.reveal(), Bytes(Value("client", title, "PRK")));
    const Buffer& prefix = Value("client", title, "ClientHello prefix");
    Transcript truncated(crypto::kPortableSha256);
    truncated.AddTruncated(1, Slice(Bytes(prefix), 4), size_t{prefix[2]} << 8 | prefix[3]);
    EXPECT_EQ(truncated.Peek().view(), Bytes(Value("client", title, "binder hash")));
    EXPECT_EQ(FinishedMac(kSha256, key, truncated.Peek()).view(),
              Bytes(Value("client", title, "finished")));
    compared_ += 3;
  }
  void TakeHellos(const EarlyStage& early) {
    if (section_.number == 4) {
      Binder(early);
      AddMessage(transcript_, Value("client", "send handshake record", "payload"));
      Compare("client", "derive secret \"tls13 c e traffic\"",
              early.ClientEarlyTraffic(transcript_.Peek()));
      Compare("client", "derive secret \"tls13 e exp master\"",
              early.EarlyExporterMaster(transcript_.Peek()));
      AddMessage(transcript_, Value("server", "construct a ServerHello", "ServerHello"));
      return;
    }
    int hellos = 0;
    for (const rfc8448::Step& step : section_.steps) {
      for (const char* name : {"ClientHello", "ServerHello"}) {
        if (const Buffer* message = step.Find(name)) {
          if (section_.number == 5 && hellos == 1) transcript_.BecomeMessageHash();
          AddMessage(transcript_, *message);
          ++hellos;
        }
      }
    }
    EXPECT_EQ(hellos, section_.number == 5 ? 4 : 2);
  }
  void Flight(std::string_view who, std::initializer_list<const char*> names) {
    for (const char* name : names) {
      const rfc8448::Step* step = section_.Find(
          who, std::string("construct ") + (name[0] == 'E' ? "an " : "a ") + name + " handshake");
      if (step != nullptr) AddMessage(transcript_, *step->Find(name));
    }
  }
  void FinishedOf(const char* who, const HashSecret& base) {
    EXPECT_EQ(FinishedMac(kSha256, base, transcript_.Peek()).view(),
              Bytes(Value(who, "calculate finished \"tls13 finished\"", "finished")))
        << section_.number << " " << who;
    ++compared_;
    AddMessage(transcript_, Value(who, "construct a Finished", "Finished"));
  }
  void ServerFlight(const HashSecret& base) {
    Flight("server",
           {"EncryptedExtensions", "CertificateRequest", "Certificate", "CertificateVerify"});
    FinishedOf("server", base);
  }
  void ClientFlight(const HashSecret& base) {
    Flight("client", {"EndOfEarlyData", "Certificate", "CertificateVerify"});
    FinishedOf("client", base);
  }
  void TrafficKeys() {
    for (const rfc8448::Step& step : section_.steps) {
      if (step.Find("key expanded") == nullptr) continue;
      const auto expand = [&](const char* label, const Buffer& expected) {
        Buffer out(expected.size());
        crypto::HkdfExpandLabel(*kSha256.hash, *step.Find("PRK"), kSha256.prefix, label, {},
                                MutableBytes(out));
        EXPECT_EQ(out, expected) << section_.number << " " << step.title;
        ++compared_;
      };
      expand("key", *step.Find("key expanded"));
      expand("iv", *step.Find("iv expanded"));
    }
  }

  const rfc8448::Section& section_;
  Transcript transcript_;
  int compared_ = 0;
};

TEST(KeySchedule13, AllSectionsOfRfc8448) {
  const auto sections = rfc8448::Load();
  if (sections.empty()) GTEST_SKIP() << crypto::testing::kNoVectors;
  ASSERT_EQ(sections.size(), 5u);
  int compared = 0;
  for (const rfc8448::Section& section : sections) compared += Trace(section).Run();
  // 15 in each section, 7 of the PSK in section 4, and 21 pairs of key and IV.
  EXPECT_EQ(compared, 5 * 15 + 7 + 2 * 21);
}

// The values below were computed with Python's hmac and hashlib from the formulas of RFC 9846 s7.1,
// s7.2 and s7.5.
TEST(KeySchedule13, UpdatesTrafficSecrets) {
  const TrafficSecret secret = TrafficSecret::CopyOf(Counting(32));
  EXPECT_THAT(NextTrafficSecret(kSha256, secret).reveal(),
              IsHex("2cecd0a17506ef5fa73edc062d6e7b5397cf074ec1b4d8f99a120772932f0b45"));
}

TEST(KeySchedule13, Exports) {
  const HashSecret secret = HashSecret::CopyOf(Counting(32));
  Buffer out(40);
  ExportKeyingMaterial(kSha256, secret, "EXPERIMENTAL merlon", AsBytes("context"),
                       MutableBytes(out));
  EXPECT_THAT(out, IsHex("6b5f591f58d0859888ec76d772daea3021ef73dc93eeabce6472029d91fefb42475d07c24"
                         "970bd04"));
}

TEST(KeySchedule13, WorksWithSha384AndTheLabelsOfDtls) {
  Transcript transcript(crypto::kPortableSha384);
  transcript.AddWhole(AsBytes("transcript"));
  const crypto::Digest digest = transcript.Peek();
  EarlyStage early = EarlyStage::FromPsk(kDtlsSha384, Counting(48));
  EXPECT_THAT(early.BinderKey(BinderKind::kExternal).reveal(),
              IsHex("e772223a64d5b0edab4599a1f8ebb113d0b1b5a10a607ebde6d08b38e2f4c9e80c67b8bebfd824"
                    "440e5a7ce40c1b91ce"));
  HandshakeStage handshake = std::move(early).Agree(Counting(66));
  EXPECT_THAT(handshake.Handshake(digest).client.reveal(),
              IsHex("298d4a908701e557969f5ec732c134ba4910977346c4f8ce73f1f342e7873e04746e3e024f87b3"
                    "3e43ad0eadd2ae003a"));
  MasterStage master = std::move(handshake).Master();
  EXPECT_THAT(master.Application(digest).traffic.server.reveal(),
              IsHex("3f913d2868af826c6b2666b6851a0ab2eca2101d173114f616e8c81cfb089f0b7b950217f952fb"
                    "f2c285b696c7f9f279"));
  const HashSecret resumption = std::move(master).ResumptionMaster(digest);
  EXPECT_THAT(resumption.reveal(),
              IsHex("202f38c63d131d682af6fb6e23722d171870ad8b2acf4d49873c4a095ae2cf3dc5cf2f5fbf7643"
                    "e404bb06875edbcb5b"));
  EXPECT_THAT(FinishedMac(kDtlsSha384, resumption, digest).view(),
              IsHex("0b69716acc3449a38219a50e9f7fcf80d47e75766c6b4dc076f37ad77a4f2407f4fcaec84b906f"
                    "64320d4d689a045a6a"));
}

TEST(KeySchedule13, AgreesOnNothingButThePsk) {
  Transcript transcript(crypto::kPortableSha384);
  transcript.AddWhole(AsBytes("transcript"));
  HandshakeStage handshake = EarlyStage::FromPsk(kDtlsSha384, Counting(48)).Agree({});  // psk_ke
  EXPECT_THAT(handshake.Handshake(transcript.Peek()).client.reveal(),
              IsHex("0251c93c646a9a11cd02e3c7283b30e91d35b6656650379d0872a3a4178192010c0b6f848d6b2f"
                    "a6799c997fd16646c7"));
}

// A PSK of zeros is none at all (RFC 9846 s7.1): what is known beforehand is what comes of it.
TEST(KeySchedule13, KnowsWhatNoPskComesTo) {
  const crypto::Digest transcript = crypto::Digest::OfSize(32);
  for (const auto* hash : {&crypto::kPortableSha256, &crypto::kPortableSha384}) {
    ASSERT_TRUE(KnownHashOfNothing(hash->id).has_value());
    EXPECT_EQ(*KnownHashOfNothing(hash->id), crypto::HashOf(*hash, Bytes()).view());
    for (const auto prefix : {crypto::LabelPrefix::kTls13, crypto::LabelPrefix::kDtls13}) {
      ASSERT_TRUE(KnownSaltWithoutPsk(hash->id, prefix).has_value());
      const KeySchedule schedule = {hash, prefix};
      const TrafficPair known =
          EarlyStage::WithoutPsk(schedule).Agree(Counting(32)).Handshake(transcript);
      const TrafficPair computed =
          EarlyStage::FromPsk(schedule, {}).Agree(Counting(32)).Handshake(transcript);
      EXPECT_EQ(known.client.reveal(), computed.client.reveal());
      EXPECT_EQ(known.server.reveal(), computed.server.reveal());
    }
  }
}

TEST(KeySchedule13DeathTest, SpentStagesTrap) {
  const crypto::Digest digest = crypto::Digest::OfSize(32);
  EarlyStage early = EarlyStage::WithoutPsk(kSha256);
  EXPECT_DEATH((void)early.BinderKey(BinderKind::kExternal), "");
  HandshakeStage handshake = std::move(early).Agree({});
  EXPECT_DEATH((void)std::move(early).Agree({}), "");  // NOLINT: that is the test
  EarlyStage with_psk = EarlyStage::FromPsk(kSha256, Counting(32));
  (void)std::move(with_psk).Agree({});
  EXPECT_DEATH((void)with_psk.BinderKey(BinderKind::kExternal), "");  // NOLINT
  MasterStage master = std::move(handshake).Master();
  EXPECT_DEATH((void)std::move(handshake).Master(), "");  // NOLINT
  EXPECT_DEATH((void)handshake.Handshake(digest), "");    // NOLINT
  (void)std::move(master).ResumptionMaster(digest);
  EXPECT_DEATH((void)master.Application(digest), "");  // NOLINT
  EXPECT_DEATH((void)EarlyStage::FromEarlySecret(kSha256, Counting(31)), "");
}

}  // namespace
}  // namespace merlon::tls
