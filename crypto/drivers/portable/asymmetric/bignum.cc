// SPDX-License-Identifier: Apache-2.0
#include "crypto/drivers/portable/asymmetric/bignum.h"

#include "crypto/base/wide_multiply.h"
#include "crypto/drivers/portable/asymmetric/wiped.h"

namespace merlon::crypto::bignum {
namespace {

// t += a * b over a's limbs; the carry out.
inline uint64_t MultiplyAddRow(const uint64_t* a, size_t size, uint64_t b, uint64_t* t) {
  uint64_t carry = 0;
  size_t i = 0;
  for (; i + 4 <= size; i += 4) {
    t[i] = MultiplyAdd(a[i], b, t[i], &carry);
    t[i + 1] = MultiplyAdd(a[i + 1], b, t[i + 1], &carry);
    t[i + 2] = MultiplyAdd(a[i + 2], b, t[i + 2], &carry);
    t[i + 3] = MultiplyAdd(a[i + 3], b, t[i + 3], &carry);
  }
  for (; i < size; ++i) t[i] = MultiplyAdd(a[i], b, t[i], &carry);
  return carry;
}

// t += a * (b0 + 2^64 b1) + carry over a's limbs; what goes beyond them is returned. Two
// independent chains of carries, which the processor overlaps: half as fast again as two rows.
inline Wide64 MultiplyAddTwoRows(const uint64_t* a, size_t size, uint64_t b0, uint64_t b1,
                                 uint64_t carry, uint64_t* t) {
  uint64_t carry1 = 0, previous = 0;
  size_t i = 0;
  for (; i + 4 <= size; i += 4) {
    const uint64_t a0 = a[i], a1 = a[i + 1], a2 = a[i + 2], a3 = a[i + 3];
    t[i] = MultiplyAdd(previous, b1, MultiplyAdd(a0, b0, t[i], &carry), &carry1);
    t[i + 1] = MultiplyAdd(a0, b1, MultiplyAdd(a1, b0, t[i + 1], &carry), &carry1);
    t[i + 2] = MultiplyAdd(a1, b1, MultiplyAdd(a2, b0, t[i + 2], &carry), &carry1);
    t[i + 3] = MultiplyAdd(a2, b1, MultiplyAdd(a3, b0, t[i + 3], &carry), &carry1);
    previous = a3;
  }
  for (; i < size; ++i) {
    t[i] = MultiplyAdd(previous, b1, MultiplyAdd(a[i], b0, t[i], &carry), &carry1);
    previous = a[i];
  }
  const uint64_t low = MultiplyAdd(previous, b1, carry, &carry1);
  return {low, carry1};
}

// Subtracts m from the value with `carry` above it, if it is not below m already: 1, else 0.
uint64_t SubtractOnce(uint64_t carry, ConstLimbs m, Limbs value) {
  uint64_t borrow = 0;
  for (size_t i = 0; i < value.size(); ++i) SubBorrow(value[i], m[i], &borrow);
  const uint64_t mask = (~MaskFromBit<uint64_t>(borrow & ~carry)).bits;
  borrow = 0;
  for (size_t i = 0; i < value.size(); ++i) value[i] = SubBorrow(value[i], m[i] & mask, &borrow);
  return mask & 1;
}

uint64_t ShiftLeftOnce(Limbs value, uint64_t low_bit) {
  for (uint64_t& limb : value) {
    const uint64_t top = limb >> 63;
    limb = limb << 1 | low_bit;
    low_bit = top;
  }
  return low_bit;
}

void MultiplyPortable(const uint64_t* a, const uint64_t* b, size_t size, uint64_t* out) {
  Multiply(ConstLimbs(a, size), ConstLimbs(b, size), Limbs(out, 2 * size));
}

void SquarePortable(const uint64_t* a, size_t size, uint64_t* t) {
  // The products of different limbs once, doubled, and the squares.
  for (size_t i = 0; i < 2 * size; ++i) t[i] = 0;
  for (size_t i = 0; i + 2 <= size; i += 2) {
    // Rows i and i + 1 together, but for a[i] * a[i + 1].
    uint64_t into = 0;
    t[2 * i + 1] = MultiplyAdd(a[i], a[i + 1], t[2 * i + 1], &into);
    const Wide64 top =
        MultiplyAddTwoRows(a + i + 2, size - i - 2, a[i], a[i + 1], into, t + 2 * i + 2);
    t[size + i] = top.low;
    t[size + i + 1] = top.high;
  }
  uint64_t carry = 0, shifted = 0;
  for (size_t i = 0; i < size; ++i) {
    const uint64_t low = t[2 * i], high = t[2 * i + 1];
    const Wide64 square = MultiplyWide(a[i], a[i]);
    t[2 * i] = AddCarry(low << 1 | shifted, square.low, &carry);
    t[2 * i + 1] = AddCarry(high << 1 | low >> 63, square.high, &carry);
    shifted = high >> 63;
  }
}

uint64_t ReducePortable(const uint64_t* modulus, uint64_t negated_inverse, size_t size,
                        uint64_t* t) {
  uint64_t top = 0;
  size_t i = 0;
  for (; i + 2 <= size; i += 2) {
    // The second row's factor needs what the first leaves in limb 1.
    const uint64_t m0 = t[i] * negated_inverse;
    uint64_t carry = 0;
    MultiplyAdd(m0, modulus[0], t[i], &carry);
    const uint64_t m1 = MultiplyAdd(m0, modulus[1], t[i + 1], &carry) * negated_inverse;
    const Wide64 above = MultiplyAddTwoRows(modulus, size, m0, m1, 0, t + i);
    t[i + size] = AddCarry(t[i + size], above.low, &top);
    t[i + size + 1] = AddCarry(t[i + size + 1], above.high, &top);
  }
  if (i < size) {
    const uint64_t carry = MultiplyAddRow(modulus, size, t[i] * negated_inverse, t + i);
    t[i + size] = AddCarry(t[i + size], carry, &top);
  }
  return top;
}

}  // namespace

constinit const Kernel kPortableKernel = {MultiplyPortable, SquarePortable, ReducePortable};

bool Load(Bytes bytes, Limbs out) {
  for (uint64_t& limb : out) limb = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    const uint64_t byte = bytes[bytes.size() - 1 - i];
    if (i / 8 < out.size()) {
      out[i / 8] |= byte << 8 * (i % 8);
    } else if (byte != 0) {
      return false;
    }
  }
  return true;
}

void Store(ConstLimbs value, MutableBytes out) {
  for (size_t i = 0; i < out.size(); ++i) {
    const uint64_t limb = i / 8 < value.size() ? value[i / 8] : 0;
    out[out.size() - 1 - i] = static_cast<uint8_t>(limb >> 8 * (i % 8));
  }
}

void Assign(ConstLimbs value, Limbs out) {
  for (size_t i = 0; i < out.size(); ++i) out[i] = value[i];
}

size_t BitLength(ConstLimbs value) {
  size_t size = value.size();
  while (size != 0 && value[size - 1] == 0) --size;
  if (size == 0) return 0;
  return 64 * size - static_cast<size_t>(__builtin_clzll(value[size - 1]));
}

uint64_t Add(ConstLimbs a, ConstLimbs b, Limbs out) {
  uint64_t carry = 0;
  for (size_t i = 0; i < out.size(); ++i) out[i] = AddCarry(a[i], b[i], &carry);
  return carry;
}

uint64_t Subtract(ConstLimbs a, ConstLimbs b, Limbs out) {
  uint64_t borrow = 0;
  for (size_t i = 0; i < out.size(); ++i) out[i] = SubBorrow(a[i], b[i], &borrow);
  return borrow;
}

void Multiply(ConstLimbs a, ConstLimbs b, Limbs out) {
  if (out.size() != a.size() + b.size()) __builtin_trap();
  for (uint64_t& limb : out) limb = 0;
  size_t i = 0;
  for (; i + 2 <= b.size(); i += 2) {
    const Wide64 top = MultiplyAddTwoRows(a.data(), a.size(), b[i], b[i + 1], 0, out.data() + i);
    out[a.size() + i] = top.low;
    out[a.size() + i + 1] = top.high;
  }
  if (i < b.size()) out[a.size() + i] = MultiplyAddRow(a.data(), a.size(), b[i], out.data() + i);
}

void Remainder(ConstLimbs a, ConstLimbs m, Limbs out) {
  if (out.size() != m.size()) __builtin_trap();
  for (uint64_t& limb : out) limb = 0;
  for (size_t i = 64 * a.size(); i-- > 0;) {
    const uint64_t carry = ShiftLeftOnce(out, a[i / 64] >> (i % 64) & 1);
    SubtractOnce(carry, m, out);
  }
}

void Divide(ConstLimbs a, ConstLimbs m, Limbs quotient, Limbs remainder) {
  if (remainder.size() != m.size() || quotient.size() != a.size()) __builtin_trap();
  for (uint64_t& limb : remainder) limb = 0;
  for (uint64_t& limb : quotient) limb = 0;
  for (size_t i = 64 * a.size(); i-- > 0;) {
    const uint64_t carry = ShiftLeftOnce(remainder, a[i / 64] >> (i % 64) & 1);
    quotient[i / 64] |= SubtractOnce(carry, m, remainder) << i % 64;
  }
}

uint64_t ShiftRightOnce(ConstLimbs a, Limbs out) {
  const uint64_t low = a[0] & 1;
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = a[i] >> 1 | (i + 1 < a.size() ? a[i + 1] << 63 : 0);
  }
  return low;
}

void GreatestCommonDivisor(Limbs a, Limbs b) {
  // Where a is odd: the larger becomes a, the smaller b, and a their difference, which is even.
  // Then a is halved. One of the two loses a bit each time, and in the end a is 0.
  for (size_t step = 0; step < 128 * a.size(); ++step) {
    const uint64_t odd = MaskFromBit<uint64_t>(a[0] & 1).bits;
    const uint64_t swap = ValueBarrier(odd & MaskIfLess(a, b).bits);
    for (size_t i = 0; i < a.size(); ++i) {
      const uint64_t difference = (a[i] ^ b[i]) & swap;
      a[i] ^= difference;
      b[i] ^= difference;
    }
    uint64_t borrow = 0;
    for (size_t i = 0; i < a.size(); ++i) a[i] = SubBorrow(a[i], b[i] & odd, &borrow);
    ShiftRightOnce(a, a);
  }
}

Mask<uint64_t> MaskIfEqual(ConstLimbs a, ConstLimbs b) {
  uint64_t difference = 0;
  for (size_t i = 0; i < a.size(); ++i) difference |= a[i] ^ b[i];
  return MaskIfZero(difference);
}

Mask<uint64_t> MaskIfLess(ConstLimbs a, ConstLimbs b) {
  uint64_t borrow = 0;
  for (size_t i = 0; i < a.size(); ++i) SubBorrow(a[i], b[i], &borrow);
  return MaskFromBit(borrow);
}

void Modulus::Set(ConstLimbs value, size_t bits, const Kernel& kernel) {
  kernel_ = &kernel;
  size_ = value.size();
  bits_ = bits;
  if (size_ == 0 || size_ > kMaxLimbs || bits + 64 <= 64 * size_ || bits > 64 * size_) {
    __builtin_trap();
  }
  Assign(value, Limbs(value_.data(), size_));
  // Newton's iteration: an odd number is its own inverse modulo 8, and each step doubles the bits.
  uint64_t inverse = value[0];
  for (int i = 0; i < 5; ++i) inverse *= 2 - value[0] * inverse;
  negated_inverse_ = ~inverse + 1;

  // R, by doubling the power of two that is just below the modulus; 2^64 * R; then R * R by square
  // and multiply over the number of limbs.
  Wiped<std::array<uint64_t, kMaxLimbs>> storage;
  const Limbs unit(storage->data(), size_);
  const Limbs r_squared(r_squared_.data(), size_);
  unit[(bits - 1) / 64] = uint64_t{1} << (bits - 1) % 64;
  for (size_t i = bits - 1; i < 64 * size_ + 64; ++i) DoubleModulo(unit);
  Assign(unit, r_squared);
  int bit = 31 - __builtin_clz(static_cast<unsigned>(size_));
  while (--bit >= 0) {
    Square(r_squared, r_squared);
    if ((size_ >> bit & 1) != 0) Multiply(r_squared, unit, r_squared);
  }
}

void Modulus::DoubleModulo(Limbs a) const { SubtractOnce(ShiftLeftOnce(a, 0), value(), a); }

void Modulus::Multiply(ConstLimbs a, ConstLimbs b, Limbs out) const {
  uint64_t t[2 * kMaxLimbs];
  kernel_->multiply(a.data(), b.data(), size_, t);
  Reduce(t, out);
}

void Modulus::Square(ConstLimbs a, Limbs out) const {
  uint64_t t[2 * kMaxLimbs];
  kernel_->square(a.data(), size_, t);
  Reduce(t, out);
}

void Modulus::Reduce(uint64_t* t, Limbs out) const {
  const uint64_t top = kernel_->reduce(value_.data(), negated_inverse_, size_, t);
  // The low half is free now: for the difference, of which one or the other is the result.
  const uint64_t borrow = bignum::Subtract(ConstLimbs(t + size_, size_), value(), Limbs(t, size_));
  const uint64_t keep = MaskFromBit<uint64_t>(borrow & ~top).bits;
  for (size_t i = 0; i < size_; ++i) out[i] = (t[size_ + i] & keep) | (t[i] & ~keep);
  Wipe(MutableBytes(reinterpret_cast<uint8_t*>(t), 2 * size_ * sizeof(uint64_t)));
}

void Modulus::ToMontgomery(ConstLimbs a, Limbs out) const {
  Multiply(a, ConstLimbs(r_squared_.data(), size_), out);
}

void Modulus::FromMontgomery(ConstLimbs a, Limbs out) const {
  uint64_t t[2 * kMaxLimbs] = {};
  Assign(a, Limbs(t, size_));
  Reduce(t, out);
}

void Modulus::ReduceToMontgomery(ConstLimbs a, Limbs out) const {
  // (high * R + low) * R
  Wiped<std::array<uint64_t, kMaxLimbs>> storage;
  const Limbs low(storage->data(), size_);
  ToMontgomery(Slice(a, 0, size_), low);
  ToMontgomery(Slice(a, size_, size_), out);
  ToMontgomery(out, out);
  SubtractOnce(Add(out, low, out), value(), out);
}

void Modulus::Subtract(ConstLimbs a, ConstLimbs b, Limbs out) const {
  const uint64_t mask = MaskFromBit(bignum::Subtract(a, b, out)).bits;
  uint64_t carry = 0;
  for (size_t i = 0; i < size_; ++i) out[i] = AddCarry(out[i], value_[i] & mask, &carry);
}

void Modulus::PowerPublic(ConstLimbs base, uint64_t exponent, Limbs out) const {
  if (exponent < 3 || (exponent & 1) == 0) __builtin_trap();
  std::array<uint64_t, kMaxLimbs> plain_storage, factor_storage;
  const Limbs plain(plain_storage.data(), size_), factor(factor_storage.data(), size_);
  Assign(base, plain);
  ToMontgomery(base, factor);
  Assign(factor, out);
  for (int bit = 62 - __builtin_clzll(exponent); bit > 0; --bit) {
    Square(out, out);
    if ((exponent >> bit & 1) != 0) Multiply(out, factor, out);
  }
  // For the lowest bit, which is set, the factor without R: that leaves Montgomery form.
  Square(out, out);
  Multiply(out, plain, out);
}

// Half of kMaxLimbs is enough for the prime factors, which are all that is raised to secret powers.
struct Modulus::PowerTable {
  static constexpr size_t kLimbs = kMaxLimbs / 2;
  std::array<std::array<uint64_t, kLimbs>, 16> entries;
  Limbs entry(size_t i, size_t size) { return Limbs(entries[i].data(), size); }
};

// The product over all steps of table[index(bit)], squared `step` times from each to the next.
template <class Index>
void Modulus::RaiseByTable(const PowerTable& table, size_t step, Index index, Limbs out) const {
  Wiped<std::array<uint64_t, PowerTable::kLimbs>> storage;
  const Limbs factor(storage->data(), size_);
  Assign(ConstLimbs(table.entries[0].data(), size_), out);
  for (size_t bit = 64 * size_; bit != 0;) {
    bit -= step;
    for (size_t i = 0; i < step; ++i) Square(out, out);
    const uint64_t wanted = index(bit);
    for (uint64_t& limb : factor) limb = 0;
    for (size_t i = 0; i < table.entries.size(); ++i) {
      const uint64_t mask = ValueBarrier(merlon::MaskIfEqual<uint64_t>(i, wanted).bits);
      for (size_t w = 0; w < size_; ++w) factor[w] |= table.entries[i][w] & mask;
    }
    Multiply(out, factor, out);
  }
}

void Modulus::Power(ConstLimbs a, ConstLimbs x, Limbs out) const {
  if (size_ > PowerTable::kLimbs) __builtin_trap();
  // Four bits at a time: entry i is a^i.
  Wiped<PowerTable> table;
  const auto entry = [&](size_t i) { return table->entry(i, size_); };
  entry(1)[0] = 1;
  ToMontgomery(entry(1), entry(0));
  Assign(a, entry(1));
  for (size_t i = 2; i < 16; ++i) Multiply(entry(i - 1), a, entry(i));
  RaiseByTable(*table, 4, [&](size_t bit) { return x[bit / 64] >> bit % 64 & 15; }, out);
}

void Modulus::PowerTwo(ConstLimbs a, ConstLimbs x, ConstLimbs b, ConstLimbs y, Limbs out) const {
  if (size_ > PowerTable::kLimbs) __builtin_trap();
  // Two bits of each exponent at a time: entry i + 4 j is a^i * b^j.
  Wiped<PowerTable> table;
  const auto entry = [&](size_t i) { return table->entry(i, size_); };
  entry(1)[0] = 1;
  ToMontgomery(entry(1), entry(0));
  Assign(a, entry(1));
  Assign(b, entry(4));
  Square(a, entry(2));
  Multiply(entry(2), a, entry(3));
  Square(b, entry(8));
  Multiply(entry(8), b, entry(12));
  for (size_t j = 4; j < 16; j += 4) {
    for (size_t i = 1; i < 4; ++i) Multiply(entry(j), entry(i), entry(i + j));
  }
  const auto index = [&](size_t bit) {
    return (x[bit / 64] >> bit % 64 & 3) | (y[bit / 64] >> bit % 64 & 3) << 2;
  };
  RaiseByTable(*table, 2, index, out);
}

}  // namespace merlon::crypto::bignum
