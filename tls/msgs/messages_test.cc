// SPDX-License-Identifier: Apache-2.0
// What decoding keeps and what encoding writes, beyond giving back what came.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tls/ext/extension_block.h"
#include "tls/msgs/any_message.h"
#include "tls/msgs/message_builder.h"

namespace merlon::tls {
namespace {

std::string Hello(const std::string& extensions) {
  return "0303 00*32 [] {1301} [00] {" + extensions + "}";
}
std::string Server(const std::string& extensions) {
  return "0303 00*32 [] 1301 00 {" + extensions + "}";
}
std::string Retry(const std::string& extensions) {
  return "0303 cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c [] 1301 00 {" +
         extensions + "}";
}

TEST(Messages, SeenHoldsWhatWasKnown) {
  const auto body = Build(Server("002b {0304} 7a7a {}"));
  const auto message = DecodeWhole<ServerHelloMessage>(body);
  ASSERT_TRUE(message.ok());
  const auto& hello = std::get<ServerHello>(message->hello);
  EXPECT_TRUE(hello.unknown_extension);
  EXPECT_TRUE(hello.seen.Has(ExtensionType::kSupportedVersions));
  EXPECT_FALSE(hello.seen.Has(ExtensionType::kKeyShare));
}

TEST(Messages, OldServerHelloHasNoVersion) {
  const auto body = Build("0303 00*32 [01*32] c02f 00");
  const auto message = DecodeWhole<ServerHelloMessage>(body);
  ASSERT_TRUE(message.ok());
  const auto& hello = std::get<ServerHello>(message->hello);
  EXPECT_FALSE(hello.supported_version);
  EXPECT_EQ(hello.session_id.size(), 32u);
}

// The second ClientHello: the first with a cookie, another share, without early data.
TEST(Messages, EncodesChangedFieldsInTheOldOrder) {
  const auto body = Build(
      Hello("7a7a {} 0033 {{001d {aa}}} 002a {} 002b {[0304]} 0029 {{{'id'} 00000001} {[bb*32]}}"));
  auto hello = DecodeWhole<ClientHello>(body);
  ASSERT_TRUE(hello.ok());
  const auto share = Build("0017 {cc}"), cookie = Build("'cookie'"), binders = Build("[dd*32]");
  hello->key_share = Bytes(share);
  hello->early_data = false;
  hello->cookie = Bytes(cookie);
  hello->pre_shared_key->binders = binders;
  EXPECT_EQ(EncodeWhole(*hello),
            Build(Hello("7a7a {} 0033 {{0017 {cc}}} 002b {[0304]} 002c {{'cookie'}} 0029 {{{'id'} "
                        "00000001} {[dd*32]}}")));
}

TEST(Messages, EncodesOwnHelloWithPskLastAndPadding) {
  const auto random = Build("11*32"), suites = Build("1301"), null = Build("00");
  const auto versions = Build("0304"), identities = Build("{'id'} 00000000"),
             binders = Build("[00*32]");
  ClientHello hello;
  hello.random = random;
  hello.cipher_suites = U16List(suites);
  hello.compression_methods = null;
  hello.server_name = "a.example";
  hello.supported_versions = U16List(versions);
  hello.pre_shared_key = OfferedPsks{.identities = identities, .binders = binders};
  hello.padding = 3;
  const auto bytes = EncodeWhole(hello);
  EXPECT_EQ(bytes, Build("0303 11*32 [] {1301} [00] {0015 {00*3} 0000 {{00 {'a.example'}}} 002b "
                         "{[0304]} 0029 {{{'id'} 00000000} {[00*32]}}}"));
  const auto again = DecodeWhole<ClientHello>(bytes);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->pre_shared_key->truncated_size, bytes.size() - 2 - binders.size());
}

TEST(Messages, EncodesOldHelloWithoutExtensions) {
  const auto random = Build("11*32"), suites = Build("c02f"), null = Build("00");
  ClientHello hello;
  hello.random = random;
  hello.cipher_suites = U16List(suites);
  hello.compression_methods = null;
  EXPECT_EQ(EncodeWhole(hello), Build("0303 11*32 [] {c02f} [00]"));
}

TEST(Messages, EncodesOwnServerHelloAndRetry) {
  const auto random = Build("11*32"), key = Build("aa*32"), cookie = Build("'cookie'");
  ServerHello hello;
  hello.random = random;
  hello.cipher_suite = 0x1301;
  hello.supported_version = 0x0304;
  hello.key_share = KeyShareEntry{.group = 0x001d, .key_exchange = key};
  EXPECT_EQ(EncodeWhole(ServerHelloMessage{hello}),
            Build("0303 11*32 [] 1301 00 {0033 {001d {aa*32}} 002b {0304}}"));
  HelloRetryRequest retry;
  retry.cipher_suite = 0x1301;
  retry.supported_version = 0x0304;
  retry.selected_group = 0x0017;
  retry.cookie = Bytes(cookie);
  EXPECT_EQ(EncodeWhole(ServerHelloMessage{retry}),
            Build(Retry("0033 {0017} 002c {{'cookie'}} 002b {0304}")));
}

TEST(Messages, EncodeOfWhatDoesNotFitFails) {
  std::vector<uint8_t> out(3);
  Writer writer{MutableBytes(out)};
  EncryptedExtensions message;
  message.server_name = true;
  message.Encode(writer, kStreamContext);
  EXPECT_FALSE(writer.ok());
}

// 16,383 extensions in one message: found, and in linear time.
TEST(Messages, DuplicateAmongManyExtensionsIsFound) {
  std::vector<uint8_t> block(2 + 16383 * 4);
  const auto fill = [&](uint16_t last) {
    Writer writer{MutableBytes(block)};
    writer.Int<2>(16383 * 4);
    for (uint16_t i = 0; i < 16383; ++i) {
      WriteExtension(writer,
                     {.type = i == 16382 ? last : static_cast<uint16_t>(i * 4 + 1), .body = {}});
    }
    ASSERT_TRUE(writer.ok());
  };
  fill(2);
  Reader good{Bytes(block)};
  EXPECT_TRUE(ReadExtensionBlock(good).ok());
  fill(4 * 5000 + 1);
  Reader bad{Bytes(block)};
  const auto result = ReadExtensionBlock(bad);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error(), IllegalParameter(Code::kDuplicateExtension));
}

}  // namespace
}  // namespace merlon::tls
