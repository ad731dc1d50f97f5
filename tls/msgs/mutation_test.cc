// SPDX-License-Identifier: Apache-2.0
// Decoders under random damage: they end, and what they accept encodes to itself.
#include <random>
#include <string>

#include "crypto/testing/rfc8448.h"
#include "gtest/gtest.h"
#include "tls/msgs/any_message.h"
#include "tls/msgs/message_builder.h"
#include "tls/msgs/testing/rfc8448_section3.h"

namespace merlon::tls {
namespace {

using rfc8448::Buffer;

struct Seed {
  uint8_t type;
  Buffer body;
};

std::vector<Seed> Seeds() {
  std::vector<Seed> seeds;
  for (const char* hex :
       {rfc8448::kClientHello, rfc8448::kServerHello, rfc8448::kEncryptedExtensions,
        rfc8448::kCertificate, rfc8448::kCertificateVerify, rfc8448::kServerFinished,
        rfc8448::kNewSessionTicket}) {
    const Buffer message = rfc8448::FromHex(hex);
    seeds.push_back({message[0], Buffer(message.begin() + 4, message.end())});
  }
  seeds.push_back(
      {1,
       Build("0303 00*32 [01*32] {1301 1302} [00] {0a0a {} 0000 {{00 {'a.example'}}} 0010 "
             "{{['h2'] ['x']}} 002b {[0304]} 002c {{aabb}} 002f {{{3000}}} 002a {} 0029 {{{'id'} "
             "00000001 {'jd'} 00000002} {[aa*32] [bb*48]}}}")});
  seeds.push_back({2, Build("0303 cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c "
                            "[] 1301 00 {002b {0304} 0033 {001d} 002c {{aabb}}}")});
  seeds.push_back({8, Build("{0000 {} 000a {{001d}} 0010 {{['h2']}} 001c {4001} 002a {}}")});
  seeds.push_back({13, Build("[0102] {000d {{0403}} 0032 {{0401}} 002f {{{3000}}} 7a7a {}}")});
  seeds.push_back({11, Build("[01] <<30> {} <31> {0005 {01} 0012 {00}}>")});
  seeds.push_back({24, Build("01")});
  return seeds;
}

class Mutator {
 public:
  explicit Mutator(uint32_t seed) : random_(seed) {}
  // 1 to 4 changes.
  Buffer Mutate(Buffer bytes) {
    for (uint32_t n = 1 + Below(4); n != 0; --n) Step(bytes);
    return bytes;
  }
  uint32_t Below(size_t end) { return end == 0 ? 0 : random_() % static_cast<uint32_t>(end); }

 private:
  void Step(Buffer& bytes) {
    const size_t at = Below(bytes.size());
    switch (Below(6)) {
      case 0:
        bytes.resize(at);
        break;
      case 1:
        bytes.push_back(static_cast<uint8_t>(random_()));
        break;
      case 2:
        bytes.insert(bytes.begin() + static_cast<ptrdiff_t>(at), 0);
        break;
      case 3:
        if (!bytes.empty()) bytes.erase(bytes.begin() + static_cast<ptrdiff_t>(at));
        break;
      case 4:
        if (!bytes.empty()) bytes[at] = static_cast<uint8_t>(bytes[at] + Below(3) - 1);
        break;
      default:
        if (!bytes.empty()) bytes[at] = static_cast<uint8_t>(random_());
    }
  }
  std::mt19937 random_;
};

TEST(Mutation, WhatDecodesEncodesToItself) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Mutator mutator(seed);
  const std::vector<Seed> seeds = Seeds();
  int accepted = 0;
  for (int i = 0; i < 30000; ++i) {
    const Seed& from = seeds[mutator.Below(seeds.size())];
    const Buffer body = mutator.Mutate(from.body);
    const Transport transport = mutator.Below(4) == 0 ? Transport::kDatagram : Transport::kStream;
    const DecodeContext context = {.transport = transport, .mac_size = 32};
    const auto once = RecodeAny(from.type, body, context);
    if (!once.ok()) {
      ASSERT_EQ(once.error().origin, Origin::kPeer);
      continue;
    }
    ++accepted;
    ASSERT_EQ(*once, body) << "type " << int{from.type};
    const auto twice = RecodeAny(from.type, *once, context);
    ASSERT_TRUE(twice.ok());
    ASSERT_EQ(*twice, *once);
  }
  EXPECT_GT(accepted, 500);
}

TEST(Mutation, EveryTruncationIsRefused) {
  for (const Seed& seed : Seeds()) {
    int accepted = 0;
    for (size_t size = 0; size < seed.body.size(); ++size) {
      // A buffer of its own, so that a read beyond it is seen.
      const Buffer cut(seed.body.begin(), seed.body.begin() + static_cast<ptrdiff_t>(size));
      const auto result = RecodeAny(seed.type, cut);
      accepted += result.ok();
      EXPECT_TRUE(result.ok() || result.error().alert == Alert::kDecodeError)
          << "type " << int{seed.type} << " at " << size;
    }
    // A hello may end before its extensions, as those of TLS 1.2 do.
    const bool is_hello = seed.type == ClientHello::kType || seed.type == ServerHelloMessage::kType;
    EXPECT_EQ(accepted, is_hello ? 1 : 0) << "type " << int{seed.type};
  }
}

}  // namespace
}  // namespace merlon::tls
