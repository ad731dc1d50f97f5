// SPDX-License-Identifier: Apache-2.0
// Walks a block of extensions, and finds duplicates in linear time and 256 bytes: a peer can send
// 16,000 extensions in one message.
#include "tls/ext/extension_block.h"

#include <array>

namespace merlon::tls {
namespace {

// Types are looked at in windows of 2048 numbers, one bit each.
constexpr int kWindowBits = 11;

bool HasDuplicates(Bytes block, uint16_t window) {
  std::array<uint32_t, (1 << kWindowBits) / 32> seen{};
  Reader reader(block);
  for (Extension e; NextExtension(reader, &e);) {
    if (e.type >> kWindowBits != window) continue;
    const size_t at = e.type & ((1 << kWindowBits) - 1);
    const uint32_t bit = uint32_t{1} << at % 32;
    if (seen[at / 32] & bit) return true;
    seen[at / 32] |= bit;
  }
  return false;
}

}  // namespace

void WriteExtension(Writer& writer, const Extension& extension) {
  writer.Int<2>(extension.type);
  writer.Prefixed<2>([&] { writer.Raw(extension.body); });
}

Result<Bytes> ReadExtensionBlock(Reader& reader, Error duplicate) {
  Bytes block;
  if (!reader.Prefixed<2>(&block)) return DecodeError();
  uint32_t windows = 0;
  uint64_t low_bits = 0;  // of the types: while they all differ, so do the types
  bool all_differ = true;
  Reader walk(block);
  for (Extension e; NextExtension(walk, &e);) {
    windows |= uint32_t{1} << (e.type >> kWindowBits);
    const uint64_t bit = uint64_t{1} << e.type % 64;
    all_differ = all_differ && (low_bits & bit) == 0;
    low_bits |= bit;
  }
  if (!walk.done()) return DecodeError();
  if (all_differ) return block;
  for (uint16_t window = 0; window < 32; ++window) {
    if ((windows >> window & 1) != 0 && HasDuplicates(block, window)) return duplicate;
  }
  return block;
}

}  // namespace merlon::tls
