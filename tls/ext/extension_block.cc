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

bool NextExtension(Reader& block, Extension* extension) {
  Reader reader = block;
  if (!reader.Int(&extension->type) || !reader.Prefixed<2>(&extension->body)) return false;
  block = reader;
  return true;
}

void WriteExtension(Writer& writer, const Extension& extension) {
  writer.Int<2>(extension.type);
  writer.Prefixed<2>([&] { writer.Raw(extension.body); });
}

Result<Bytes> ReadExtensionBlock(Reader& reader, Error duplicate) {
  Bytes block;
  if (!reader.Prefixed<2>(&block)) return DecodeError();
  uint32_t windows = 0;
  Reader walk(block);
  for (Extension e; NextExtension(walk, &e);) windows |= uint32_t{1} << (e.type >> kWindowBits);
  if (!walk.done()) return DecodeError();
  for (uint16_t window = 0; window < 32; ++window) {
    if ((windows >> window & 1) != 0 && HasDuplicates(block, window)) return duplicate;
  }
  return block;
}

}  // namespace merlon::tls
