// SPDX-License-Identifier: Apache-2.0
// Published test vectors as files, for tests.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/testing/vectors.h"

namespace merlon::x509 {

using crypto::testing::kNoVectors;

// A file's contents, by its path below the folder of vectors; nothing where they are absent.
std::optional<std::string> ReadVector(const std::string& path);
// The files of a folder there, sorted; empty where it is absent.
std::vector<std::string> ListVectors(const std::string& folder);
// The folders in a folder there, likewise.
std::vector<std::string> ListVectorFolders(const std::string& folder);

// Decodes each block of a PEM text that has this label.
std::vector<std::vector<uint8_t>> DerOf(std::string_view pem, std::string_view label);

}  // namespace merlon::x509
