// SPDX-License-Identifier: Apache-2.0
#include "tls/listener/cookie.h"

#include <array>

#include "crypto/base/constant_time.h"
#include "crypto/base/writer.h"

namespace merlon::tls {
namespace {

// Flags.
constexpr uint8_t kOddKey = 1, kDtls13 = 2, kGroupNamed = 4;

uint64_t SecondOf(Instant now) {
  const auto since = now.time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(since).count());
}

constexpr uint64_t kLifetimeSeconds =
    std::chrono::duration_cast<std::chrono::seconds>(kCookieLifetime).count();
static_assert(kLifetimeSeconds < 256, "the low byte of the second tells them all apart");

Bytes Finish(Writer& writer, MutableBytes out) { return Slice(Bytes(out), 0, writer.size()); }

}  // namespace

void Cookies::Rotate(const crypto::BoundMacKey& key) {
  previous_ = key_;
  key_ = key;
  odd_ = !odd_;
}

Cookies::Envelope Cookies::Fresh(uint8_t flags, Instant now) const {
  return {static_cast<uint8_t>(flags | (odd_ ? kOddKey : 0)), SecondOf(now)};
}

std::optional<Cookies::Envelope> Cookies::Read(Bytes cookie, uint8_t flags, uint8_t any,
                                               Instant now) const {
  if (cookie.size() < kCookie12Size) return std::nullopt;
  if ((cookie[0] & ~(any | kOddKey)) != flags) return std::nullopt;
  const bool odd = (cookie[0] & kOddKey) != 0;
  if (odd != odd_ && !previous_) return std::nullopt;
  const uint64_t second = SecondOf(now);
  const uint64_t age = (second - cookie[1]) & 0xff;
  if (age > kLifetimeSeconds) return std::nullopt;
  return Envelope{cookie[0], second - age};
}

Result<void> Cookies::Mac(Envelope envelope, Bytes peer, absl::Span<const Bytes> rest,
                          MutableBytes out) {
  std::array<uint8_t, 10> head;
  Writer writer{MutableBytes(head)};
  writer.Int<1>(envelope.flags);
  writer.Int<8>(envelope.second);
  writer.Int<1>(peer.size());
  std::array<Bytes, 10> data = {AsBytes("merlon dtls cookie"), Bytes(head), peer};
  if (rest.size() > data.size() - 3) return LocalError(Code::kInternal);
  std::copy(rest.begin(), rest.end(), data.begin() + 3);
  const bool odd = (envelope.flags & kOddKey) != 0;
  std::array<uint8_t, crypto::kMaxHashSize> mac;
  const crypto::BoundMacKey& key = odd == odd_ ? key_ : *previous_;
  ++macs_;
  MERLON_TRY(key.Compute(Slice(absl::MakeConstSpan(data), 0, 3 + rest.size()),
                         Slice(MutableBytes(mac), 0, key.size())));
  memcpy(out.data(), mac.data(), kCookieMacSize);
  return {};
}

// "the client MUST use the same parameter values (version, random, session_id, cipher_suites,
// compression_method) as it did in the original ClientHello. The server SHOULD use those values to
// generate its cookie and verify that they are correct upon cookie receipt" (RFC 6347 s4.2.1). All
// but the session ID: Mbed TLS makes up a new one for each ClientHello with a ticket (RFC 5077 s3.4
// says how it is used), and would get cookies for ever. That the address is the client's is shown
// without it.
Result<void> Cookies::Mac12(Envelope envelope, Bytes peer, const ClientHello& hello,
                            MutableBytes out) {
  const Bytes suites = hello.cipher_suites.raw();
  std::array<uint8_t, 5> sizes;
  Writer writer{MutableBytes(sizes)};
  writer.Int<2>(hello.legacy_version);
  writer.Int<2>(suites.size());
  writer.Int<1>(hello.compression_methods.size());
  const std::array<Bytes, 4> rest = {Bytes(sizes), hello.random, suites, hello.compression_methods};
  return Mac(envelope, peer, rest, out);
}

Result<void> Cookies::Mac13(Envelope envelope, Bytes peer, const ClientHello& hello,
                            const Retry13& retry, MutableBytes out) {
  std::array<uint8_t, 4> chosen;
  Writer writer{MutableBytes(chosen)};
  writer.Int<2>(retry.suite->id);
  writer.Int<2>(static_cast<uint16_t>(retry.group->id));
  const std::array<Bytes, 3> rest = {Bytes(chosen), hello.random, retry.hello.hash.view()};
  return Mac(envelope, peer, rest, out);
}

Result<Bytes> Cookies::Make12(Bytes peer, const ClientHello& hello, Instant now, MutableBytes out) {
  const Envelope envelope = Fresh(0, now);
  Writer writer(out);
  writer.Int<1>(envelope.flags);
  writer.Int<1>(envelope.second & 0xff);
  const MutableBytes mac = writer.Reserve(kCookieMacSize);
  if (!writer.ok()) return Misuse(Code::kNoSpace);
  MERLON_TRY(Mac12(envelope, peer, hello, mac));
  return Finish(writer, out);
}

Result<bool> Cookies::Check12(Bytes peer, const ClientHello& hello, Instant now) {
  const Bytes cookie = hello.cookie12;
  const std::optional<Envelope> envelope = Read(cookie, 0, 0, now);
  if (!envelope || cookie.size() != kCookie12Size) return false;
  std::array<uint8_t, kCookieMacSize> mac;
  MERLON_TRY(Mac12(*envelope, peer, hello, MutableBytes(mac)));
  return ConstantTimeEqual(mac, Slice(cookie, 2));
}

Result<Bytes> Cookies::Make13(Bytes peer, const ClientHello& hello, const Retry13& retry,
                              Instant now, MutableBytes out) {
  const Envelope envelope =
      Fresh(static_cast<uint8_t>(kDtls13 | (retry.hello.group_named ? kGroupNamed : 0)), now);
  Writer writer(out);
  writer.Int<1>(envelope.flags);
  writer.Int<1>(envelope.second & 0xff);
  writer.Raw(retry.hello.hash.view());
  const MutableBytes mac = writer.Reserve(kCookieMacSize);
  if (!writer.ok()) return Misuse(Code::kNoSpace);
  MERLON_TRY(Mac13(envelope, peer, hello, retry, mac));
  return Finish(writer, out);
}

Result<std::optional<RetriedHello>> Cookies::Check13(Bytes peer, const ClientHello& hello,
                                                     const CipherSuite& suite,
                                                     const NamedGroup& group, Instant now) {
  const std::optional<RetriedHello> none;
  const Bytes cookie = hello.cookie.value_or(Bytes());
  const std::optional<Envelope> envelope = Read(cookie, kDtls13, kGroupNamed, now);
  const size_t hash_size = suite.hash->size;
  if (!envelope || cookie.size() != kCookie12Size + hash_size) return none;
  const RetriedHello retried = {.hash = crypto::Digest(Slice(cookie, 2, hash_size)),
                                .group_named = (envelope->flags & kGroupNamed) != 0};
  std::array<uint8_t, kCookieMacSize> mac;
  MERLON_TRY(Mac13(*envelope, peer, hello, {&suite, &group, retried}, MutableBytes(mac)));
  if (!ConstantTimeEqual(mac, Slice(cookie, 2 + hash_size))) return none;
  return std::optional(retried);
}

}  // namespace merlon::tls
