// SPDX-License-Identifier: Apache-2.0
// What the files of the kit share: random bytes, and walking through Wycheproof's files.
#pragma once
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "crypto/testing/vectors.h"

namespace merlon::crypto::testing {

using Rand = std::mt19937_64;

inline ByteString RandomBytes(Rand& rand, size_t size) {
  ByteString out(size);
  for (uint8_t& byte : out) byte = static_cast<uint8_t>(rand());
  return out;
}

inline ByteString Joined(Bytes a, Bytes b) {
  ByteString out(a.begin(), a.end());
  out.insert(out.end(), b.begin(), b.end());
  return out;
}

inline ByteString HexMember(const nlohmann::json& object, const char* member) {
  return FromHex(object.at(member).get<std::string>());
}

// Each case of NAME_test.json, check(group, test), which says whether it counts; how many did, 0
// where the vectors are absent.
template <class Check>
int ForEachWycheproof(const char* name, Check check) {
  const auto file = Wycheproof(name);
  if (!file) return 0;
  int ran = 0;
  for (const auto& group : file->at("testGroups")) {
    for (const auto& test : group.at("tests")) {
      if (check(group, test)) ++ran;
    }
  }
  return ran;
}

}  // namespace merlon::crypto::testing
