// SPDX-License-Identifier: Apache-2.0
#include "tls/listener/cookie.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "crypto/drivers/default_drivers.h"

namespace merlon::tls {
namespace {

using std::chrono::seconds;

constexpr Instant kStart{seconds(1'000'000)};

class CookieTest : public testing::Test {
 protected:
  CookieTest() {
    hello_.legacy_version = 0xfefd;
    hello_.random = random_;
    hello_.session_id = session_id_;
    hello_.cipher_suites = U16List(suites_);
    hello_.compression_methods = compression_;
    suite_.id = 0x1301;
    suite_.hash = crypto::DefaultDrivers().hash(crypto::HashId::kSha256);
  }
  crypto::BoundMacKey Key(uint8_t number) {
    const std::vector<uint8_t> material(32, number);
    handle_ =
        *keys_->Import({.type = crypto::KeyType::kHmac, .usage = crypto::Usage::kSign}, material);
    return *crypto::BoundMacKey::Bind(*keys_, handle_, crypto::HashId::kSha256);
  }
  std::vector<uint8_t> Make12(Cookies& cookies, Instant at = kStart) {
    std::vector<uint8_t> out(kCookie12Size);
    EXPECT_EQ(cookies.Make12(peer_, hello_, at, absl::MakeSpan(out))->size(), kCookie12Size);
    return out;
  }
  std::vector<uint8_t> Make13(Cookies& cookies, bool group_named = true, Instant at = kStart) {
    std::vector<uint8_t> out(kMaxCookieSize);
    const RetriedHello hello = {.hash = crypto::Digest(hash_), .group_named = group_named};
    out.resize(
        cookies.Make13(peer_, hello_, {&suite_, &kX25519, hello}, at, absl::MakeSpan(out))->size());
    return out;
  }
  bool Check12(Cookies& cookies, Bytes cookie, Instant at = kStart) {
    hello_.cookie12 = cookie;
    return *cookies.Check12(peer_, hello_, at);
  }
  std::optional<RetriedHello> Check13(Cookies& cookies, Bytes cookie, Instant at = kStart) {
    hello_.cookie = cookie;
    return *cookies.Check13(peer_, hello_, suite_, *group_, at);
  }

  crypto::InlineKeyStore<4, 64> keys_{crypto::DefaultDrivers()};
  crypto::KeyHandle handle_;
  Cookies cookies_{Key(1)};
  std::vector<uint8_t> random_ = std::vector<uint8_t>(32, 7), session_id_ = {1, 2, 3},
                       suites_ = {0x13, 0x01, 0xc0, 0x2b}, compression_ = {0},
                       hash_ = std::vector<uint8_t>(32, 9);
  Bytes peer_ = AsBytes("198.51.100.7:4433");
  ClientHello hello_;
  CipherSuite suite_;
  const NamedGroup* group_ = &kX25519;
};

TEST_F(CookieTest, TakesItsOwn) {
  EXPECT_TRUE(Check12(cookies_, Make12(cookies_)));
  for (const bool group_named : {false, true}) {
    const auto cookie = Make13(cookies_, group_named);
    EXPECT_EQ(cookie.size(), 2 + 32 + kCookieMacSize);
    const auto retried = Check13(cookies_, cookie);
    ASSERT_TRUE(retried);
    EXPECT_EQ(retried->hash.view(), Bytes(hash_));
    EXPECT_EQ(retried->group_named, group_named);
  }
  EXPECT_EQ(cookies_.macs(), 6u);
}

TEST_F(CookieTest, RefusesEveryChange) {
  const auto cookie12 = Make12(cookies_), cookie13 = Make13(cookies_);
  for (size_t bit = 0; bit < 8 * cookie12.size(); ++bit) {
    auto changed = cookie12;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_FALSE(Check12(cookies_, changed)) << bit;
  }
  for (size_t bit = 0; bit < 8 * cookie13.size(); ++bit) {
    auto changed = cookie13;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_FALSE(Check13(cookies_, changed)) << bit;
  }
  for (size_t size = 0; size < cookie13.size(); ++size) {
    EXPECT_FALSE(Check12(cookies_, Slice(Bytes(cookie13), 0, size)));
    EXPECT_FALSE(Check12(cookies_, Slice(Bytes(cookie12), 0, std::min(size, cookie12.size() - 1))));
    EXPECT_FALSE(Check13(cookies_, Slice(Bytes(cookie13), 0, size)));
  }
  auto longer = cookie12;
  longer.push_back(0);
  EXPECT_FALSE(Check12(cookies_, longer));
  // One kind is not the other's.
  EXPECT_FALSE(Check12(cookies_, cookie13));
  EXPECT_FALSE(Check13(cookies_, cookie12));
  EXPECT_TRUE(Check12(cookies_, cookie12));
  EXPECT_TRUE(Check13(cookies_, cookie13));
}

TEST_F(CookieTest, IsForOnePeerAndOneClientHello) {
  const auto cookie12 = Make12(cookies_), cookie13 = Make13(cookies_);
  struct Change {
    const char* what;
    std::function<void()> apply;
    bool matters12, matters13;
  };
  std::vector<uint8_t> other_random = random_, other_suites = suites_;
  other_random[31] ^= 1;
  other_suites[3] ^= 1;
  const Bytes two_methods = AsBytes(std::string_view("\0\1", 2));
  CipherSuite other_suite = suite_;
  other_suite.id = 0x1303;
  const CipherSuite suite = suite_;
  const ClientHello hello = hello_;
  const Bytes peer = peer_;
  const Change changes[] = {
      {"peer", [&] { peer_ = AsBytes("198.51.100.7:4434"); }, true, true},
      {"shorter peer", [&] { peer_ = AsBytes("198.51.100.7:443"); }, true, true},
      {"random", [&] { hello_.random = other_random; }, true, true},
      {"version", [&] { hello_.legacy_version = 0xfeff; }, true, false},
      {"session id", [&] { hello_.session_id = Bytes(session_id_).first(2); }, false, false},
      {"suites", [&] { hello_.cipher_suites = U16List(other_suites); }, true, false},
      {"compression", [&] { hello_.compression_methods = two_methods; }, true, false},
      {"chosen suite", [&] { suite_ = other_suite; }, false, true},
      {"chosen group", [&] { group_ = &kSecp256r1; }, false, true},
      {"extensions", [&] { hello_.extensions = AsBytes("x"); }, false, false},
  };
  for (const Change& change : changes) {
    SCOPED_TRACE(change.what);
    change.apply();
    EXPECT_EQ(Check12(cookies_, cookie12), !change.matters12);
    EXPECT_EQ(Check13(cookies_, cookie13).has_value(), !change.matters13);
    hello_ = hello;
    peer_ = peer;
    suite_ = suite;
    group_ = &kX25519;
  }
}

TEST_F(CookieTest, IsGoodForItsLifetimeAndNeverAgain) {
  const auto cookie12 = Make12(cookies_), cookie13 = Make13(cookies_);
  const auto good = [&](Instant at) {
    const bool good12 = Check12(cookies_, cookie12, at);
    EXPECT_EQ(Check13(cookies_, cookie13, at).has_value(), good12);
    return good12;
  };
  for (int age = 0; age <= 240; ++age) EXPECT_TRUE(good(kStart + seconds(age))) << age;
  // Also where the byte of the second comes round again.
  for (int age = 241; age <= 2000; ++age) EXPECT_FALSE(good(kStart + seconds(age))) << age;
  for (int age = 1; age <= 300; ++age) EXPECT_FALSE(good(kStart - seconds(age))) << age;
}

TEST_F(CookieTest, OutlivesOneRotation) {
  const auto first12 = Make12(cookies_), first13 = Make13(cookies_);
  cookies_.Rotate(Key(2));
  EXPECT_TRUE(Check12(cookies_, first12));
  EXPECT_TRUE(Check13(cookies_, first13));
  const auto second = Make12(cookies_);
  EXPECT_NE(first12, second);
  EXPECT_TRUE(Check12(cookies_, second));
  cookies_.Rotate(Key(3));
  EXPECT_FALSE(Check12(cookies_, first12));
  EXPECT_FALSE(Check13(cookies_, first13));
  EXPECT_TRUE(Check12(cookies_, second));
}

TEST_F(CookieTest, IsOneKeysOwn) {
  Cookies other(Key(2)), same(Key(1));
  EXPECT_FALSE(Check12(other, Make12(cookies_)));
  EXPECT_FALSE(Check13(other, Make13(cookies_)));
  EXPECT_TRUE(Check12(same, Make12(cookies_)));
  EXPECT_TRUE(Check13(same, Make13(cookies_)));
}

TEST_F(CookieTest, FailsWithoutItsKey) {
  Cookies cookies(Key(2));
  const auto cookie = Make12(cookies);
  ASSERT_TRUE(keys_->Destroy(handle_).ok());
  hello_.cookie12 = cookie;
  EXPECT_EQ(cookies.Check12(peer_, hello_, kStart).error(), Misuse(Code::kStaleHandle));
  std::vector<uint8_t> out(kMaxCookieSize);
  EXPECT_EQ(cookies.Make12(peer_, hello_, kStart, absl::MakeSpan(out)).error(),
            Misuse(Code::kStaleHandle));
  EXPECT_EQ(cookies_.Make12(peer_, hello_, kStart, absl::MakeSpan(out).first(17)).error(),
            Misuse(Code::kNoSpace));
}

}  // namespace
}  // namespace merlon::tls
