// SPDX-License-Identifier: Apache-2.0
// The main of a fuzz target where libFuzzer is not linked: runs each file of the folders, and each
// file, that it is given, once. So seeds are tests in every configuration. Without any, the empty
// input. --if-there=FOLDER: not all have it.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "fuzz/entry.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t*, size_t size, size_t) { return size; }

namespace {

constexpr std::string_view kIfThere = "--if-there=";

size_t RunAll(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
      fprintf(stderr, "%s cannot be read\n", path.c_str());
      return 0;
    }
    const std::string input{std::istreambuf_iterator<char>(file), {}};
    // A copy of exactly its size: a read beyond it is seen.
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
    return 1;
  }
  size_t runs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(path)) runs += RunAll(entry.path());
  return runs;
}

}  // namespace

int main(int argc, char** argv) {
  size_t runs = 0;
  for (int i = 1; i < argc; ++i) {
    std::string_view path = argv[i];
    if (path.starts_with(kIfThere)) {
      path.remove_prefix(kIfThere.size());
      if (!std::filesystem::exists(path)) continue;
    }
    runs += RunAll(path);
  }
  if (argc == 1) {
    LLVMFuzzerTestOneInput(nullptr, 0);
    ++runs;
  }
  printf("%zu inputs\n", runs);
  return runs == 0;
}
