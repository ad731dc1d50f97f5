// SPDX-License-Identifier: Apache-2.0
// Every record of RFC 8448's traces, to the byte: those in the clear, those of 0-RTT under early
// keys, and all others under the secrets that the text derives, in the order in which it sends
// them.
#include <gtest/gtest.h>

#include <map>

#include "crypto/drivers/portable/aes_gcm.h"
#include "crypto/drivers/portable/sha256.h"
#include "crypto/testing/rfc8448.h"
#include "crypto/testing/vectors.h"
#include "record/stream_record.h"

namespace merlon::record {
namespace {

using rfc8448::Buffer;
using rfc8448::Section;
using rfc8448::Step;

// One side of a trace: what it writes with, and what its peer reads that with.
struct Side {
  RecordKeys writing, reading;
  bool wrote = false, early = false;
};

class Trace {
 public:
  explicit Trace(const Section& section) : section_(section) {}

  void Run() {
    for (const Step& step : section_.steps) {
      if (step.title.starts_with("derive secret \"tls13 ")) Remember(step);
      if (step.title.starts_with("derive write traffic keys for ")) Install(step);
      if (step.Find("complete record") != nullptr) Check(step);
    }
  }
  int in_the_clear() const { return in_the_clear_; }
  int sealed() const { return sealed_; }
  int early() const { return early_; }

 private:
  // "c hs traffic" and its like; shown once, by the side that comes to it first.
  void Remember(const Step& step) {
    const std::string_view title = step.title;
    const size_t begin = title.find("tls13 ") + 6;
    const Buffer* secret = step.Find("expanded");
    if (secret != nullptr) {
      secrets_[std::string(title.substr(begin, title.find('"', begin) - begin))] = *secret;
    }
  }
  // Keys to write with come from the secret of that epoch and side; where the text shows which
  // (PRK), it is that one.
  void Install(const Step& step) {
    const std::string_view epoch = step.title.find("early") != std::string::npos       ? "e"
                                   : step.title.find("handshake") != std::string::npos ? "hs"
                                                                                       : "ap";
    const std::string name = step.who.substr(0, 1) + " " + std::string(epoch) + " traffic";
    SCOPED_TRACE(name);
    ASSERT_TRUE(secrets_.contains(name));
    const Buffer& secret = secrets_[name];
    if (const Buffer* shown = step.Find("PRK")) {
      EXPECT_EQ(*shown, secret);
    }
    Side& side = sides_[step.who];
    for (RecordKeys* keys : {&side.writing, &side.reading}) {
      ASSERT_TRUE(keys->Install({&crypto::kPortableAes128Gcm, &crypto::kPortableSha256,
                                 TrafficSecret::CopyOf(secret)},
                                crypto::LabelPrefix::kTls13)
                      .ok());
    }
    side.early = epoch == "e";
  }
  static ContentType TypeOf(const Step& step) {
    if (step.title.starts_with("send handshake")) return ContentType::kHandshake;
    if (step.title.starts_with("send alert")) return ContentType::kAlert;
    if (step.title.starts_with("send change_cipher_spec")) return ContentType::kChangeCipherSpec;
    EXPECT_TRUE(step.title.starts_with("send application_data")) << step.title;
    return ContentType::kApplicationData;
  }
  void Check(const Step& step) {
    SCOPED_TRACE(step.who + " " + step.title);
    const Buffer* payload = step.Find("payload");
    ASSERT_NE(payload, nullptr);
    Side& side = sides_[step.who];
    const ContentType type = TypeOf(step);
    // RFC 9846 s5: a change_cipher_spec record is never encrypted.
    if (type == ContentType::kChangeCipherSpec || !side.writing.installed()) {
      CheckPlain(type, *payload, *step.Find("complete record"), step.who, side);
    } else {
      CheckSealed(type, *payload, *step.Find("complete record"), side);
      early_ += side.early;
    }
    side.wrote = true;
  }
  void CheckPlain(ContentType type, const Buffer& payload, const Buffer& record,
                  const std::string& who, const Side& side) {
    // RFC 9846 s5.1: 0x0301 in the first ClientHello for compatibility.
    const uint16_t version = who == "client" && !side.wrote ? kLegacyFirstVersion : kLegacyVersion;
    const Bytes content(payload);
    Buffer out(payload.size() + kStreamHeaderSize);
    ASSERT_EQ(WritePlaintext(type, version, {&content, 1}, absl::MakeSpan(out)), out.size());
    EXPECT_EQ(out, record);
    const ParsedRecord parsed = ParseStreamRecord(absl::MakeSpan(out), StreamForm::kPlain);
    ASSERT_TRUE(std::holds_alternative<StreamRecord>(parsed));
    const auto opened = OpenPlaintext(std::get<StreamRecord>(parsed));
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(opened->type, type);
    EXPECT_EQ(Bytes(opened->bytes), content);
    ++in_the_clear_;
  }
  void CheckSealed(ContentType type, const Buffer& payload, const Buffer& record, Side& side) {
    const Bytes content(payload);
    Buffer out(payload.size() + StreamOverhead(side.writing));
    const auto size = SealProtected(side.writing, type, {&content, 1}, 0, absl::MakeSpan(out));
    ASSERT_TRUE(size.ok());
    EXPECT_EQ(out, record);
    Buffer in = record;
    const ParsedRecord parsed = ParseStreamRecord(absl::MakeSpan(in), StreamForm::kProtected13);
    ASSERT_TRUE(std::holds_alternative<StreamRecord>(parsed));
    const auto opened = OpenProtected(side.reading, std::get<StreamRecord>(parsed));
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(opened->type, type);
    EXPECT_EQ(Bytes(opened->bytes), content);
    ++sealed_;
  }

  const Section& section_;
  std::map<std::string, Buffer> secrets_;
  std::map<std::string, Side> sides_;
  int in_the_clear_ = 0, sealed_ = 0, early_ = 0;
};

TEST(Rfc8448Records, OfEverySectionAreReproduced) {
  const std::vector<Section> sections = rfc8448::Load();
  if (sections.empty()) GTEST_SKIP() << crypto::testing::kNoVectors;
  struct Expected {
    int section, in_the_clear, sealed, early;
  };
  // Counted in the text. 5 has a retry, 7 two change_cipher_spec.
  static constexpr Expected kExpected[] = {
      {3, 2, 7, 0}, {4, 2, 8, 2}, {5, 4, 4, 0}, {6, 2, 4, 0}, {7, 4, 4, 0}};
  ASSERT_EQ(sections.size(), std::size(kExpected));
  for (size_t i = 0; i < sections.size(); ++i) {
    SCOPED_TRACE("section " + std::to_string(sections[i].number));
    ASSERT_EQ(sections[i].number, kExpected[i].section);
    Trace trace(sections[i]);
    trace.Run();
    EXPECT_EQ(trace.in_the_clear(), kExpected[i].in_the_clear);
    EXPECT_EQ(trace.sealed(), kExpected[i].sealed);
    EXPECT_EQ(trace.early(), kExpected[i].early);
  }
}

}  // namespace
}  // namespace merlon::record
