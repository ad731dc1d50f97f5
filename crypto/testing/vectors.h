// SPDX-License-Identifier: Apache-2.0
// For tests: hexadecimal, and the published vectors where a checkout has them.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"

namespace merlon::crypto::testing {

using ByteString = std::vector<uint8_t>;

// Bytes from hexadecimal digits; blanks and line ends between them are skipped. Throws on others.
ByteString FromHex(std::string_view hex);
std::string ToHex(Bytes bytes);

// What a test says that is skipped because they are absent: GTEST_SKIP() << kNoVectors.
inline constexpr char kNoVectors[] = "published vectors are not here";

// A file below the published vectors ("wycheproof/testvectors_v1/x.json"); none where absent.
std::optional<std::string> PublishedFile(std::string_view path);
// "NAME_test.json" of Wycheproof.
std::optional<nlohmann::json> Wycheproof(std::string_view name);

}  // namespace merlon::crypto::testing
