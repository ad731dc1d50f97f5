// SPDX-License-Identifier: Apache-2.0
// Integers of fixed width at unaligned addresses, in either byte order: what kernels load and
// store. Parsing of untrusted input belongs to Reader and Writer, which know where the bytes end.
#pragma once
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>

namespace merlon {

// The value with its bytes in reverse order.
template <std::unsigned_integral T>
constexpr T ByteSwap(T value) {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8);
  if constexpr (sizeof(T) == 4) {
    return __builtin_bswap32(value);
  } else {
    return __builtin_bswap64(value);
  }
}

// sizeof(T) bytes at `from`, most significant first.
template <std::unsigned_integral T>
inline T LoadBigEndian(const uint8_t* from) {
  T value;
  memcpy(&value, from, sizeof(T));
  return std::endian::native == std::endian::little ? ByteSwap(value) : value;
}
template <std::unsigned_integral T>
inline void StoreBigEndian(T value, uint8_t* to) {
  if (std::endian::native == std::endian::little) value = ByteSwap(value);
  memcpy(to, &value, sizeof(T));
}
// sizeof(T) bytes at `from`, least significant first.
template <std::unsigned_integral T>
inline T LoadLittleEndian(const uint8_t* from) {
  T value;
  memcpy(&value, from, sizeof(T));
  return std::endian::native == std::endian::little ? value : ByteSwap(value);
}
template <std::unsigned_integral T>
inline void StoreLittleEndian(T value, uint8_t* to) {
  if (std::endian::native != std::endian::little) value = ByteSwap(value);
  memcpy(to, &value, sizeof(T));
}

}  // namespace merlon
