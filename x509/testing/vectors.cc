// SPDX-License-Identifier: Apache-2.0
#include "x509/testing/vectors.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "x509/pem.h"

namespace merlon::x509 {
namespace {

std::filesystem::path Root() {
  const char* const runfiles = std::getenv("TEST_SRCDIR");
  return std::filesystem::path(runfiles == nullptr ? "." : runfiles) / "vectors/vectors";
}

template <class Wanted>
std::vector<std::string> List(const std::string& folder, Wanted wanted) {
  std::vector<std::string> out;
  std::error_code absent;
  for (const auto& entry : std::filesystem::directory_iterator(Root() / folder, absent)) {
    if (wanted(entry)) out.push_back(folder + "/" + entry.path().filename().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

std::optional<std::string> ReadVector(const std::string& path) {
  std::ifstream file(Root() / path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

std::vector<std::string> ListVectors(const std::string& folder) {
  return List(folder, [](const auto& entry) { return entry.is_regular_file(); });
}

std::vector<std::string> ListVectorFolders(const std::string& folder) {
  return List(folder, [](const auto& entry) { return entry.is_directory(); });
}

std::vector<std::vector<uint8_t>> DerOf(std::string_view pem, std::string_view label) {
  std::vector<std::vector<uint8_t>> out;
  PemReader reader(pem);
  for (;;) {
    const Result<std::optional<PemBlock>> block = reader.Next();
    if (!block.ok() || !*block) return out;
    if ((*block)->label != label) continue;
    std::vector<uint8_t> der((*block)->max_size());
    const Result<Bytes> decoded = DecodePem(**block, absl::MakeSpan(der));
    if (!decoded.ok()) continue;
    der.resize(decoded->size());
    out.push_back(std::move(der));
  }
}

}  // namespace merlon::x509
