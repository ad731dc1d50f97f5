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
#include "record/stream_layer.h"

namespace merlon::record {
namespace {

using rfc8448::Buffer;
using rfc8448::Section;
using rfc8448::Step;

// What one side writes with, and what its peer reads that with.
struct Side {
  StreamWriter writer;
  StreamReader reader;
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
    const TrafficKeys keys = {&crypto::kPortableAes128Gcm, &crypto::kPortableSha256,
                              TrafficSecret::CopyOf(secret)};
    const Epoch number = epoch == "e"    ? Epoch::kEarly
                         : epoch == "hs" ? Epoch::kHandshake
                                         : Epoch::kApplication;
    Side& side = sides_[step.who];
    ASSERT_TRUE(side.writer.Install(number, keys).ok());
    HandshakeDeframer nothing_pending{MutableBytes()};
    ASSERT_TRUE(side.reader.Install(*nothing_pending.Boundary(), number, keys).ok());
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
    const Buffer* record = step.Find("complete record");
    ASSERT_NE(payload, nullptr);
    const ContentType type = TypeOf(step);
    const Bytes content(*payload);
    const bool is_first = in_the_clear_ == 0;
    Side& side = sides_[step.who];
    // RFC 9846 s5.1: 0x0301 in the first ClientHello for compatibility.
    side.writer.set_handshake_version(is_first ? kLegacyFirstVersion : kLegacyVersion);
    Buffer out(payload->size() + side.writer.overhead());
    const Result<size_t> size = side.writer.Write(type, {&content, 1}, absl::MakeSpan(out));
    ASSERT_TRUE(size.ok());
    out.resize(*size);
    EXPECT_EQ(out, *record);

    Buffer in = *record;
    const ParsedRecord parsed = side.reader.Parse(absl::MakeSpan(in));
    ASSERT_TRUE(std::holds_alternative<StreamRecord>(parsed));
    const Result<Content> opened = side.reader.Open(std::get<StreamRecord>(parsed));
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(opened->type, type);
    EXPECT_EQ(Bytes(opened->bytes), content);

    // RFC 9846 s5: a change_cipher_spec record is never encrypted.
    const bool is_sealed = type != ContentType::kChangeCipherSpec && side.reader.is_protected();
    ++(is_sealed ? sealed_ : in_the_clear_);
    early_ += side.writer.epoch() == Epoch::kEarly;
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
