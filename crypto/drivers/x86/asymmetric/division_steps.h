// SPDX-License-Identifier: Apache-2.0
// Inverses modulo odd numbers of 256 bits in constant time, by the division steps of Bernstein and
// Yang ("Fast constant-time gcd computation and modular inversion", 2019), 59 at a time on the low
// words, then applied to all limbs. Several times as fast as Fermat's power; needs a fast
// multiplication of 64 bits. The Montgomery form is prime_field.h's affair.
#pragma once
#include <array>
#include <cstdint>

#include "crypto/base/constant_time.h"
#include "crypto/base/secret.h"
#include "crypto/base/wide_multiply.h"
#include "crypto/drivers/portable/asymmetric/prime_field.h"

namespace merlon::crypto::ec {

class DivisionSteps {
 public:
  // `modulus` is odd and of more than 255 bits.
  constexpr explicit DivisionSteps(const Words<4>& modulus) : modulus_(Split(modulus)) {
    uint64_t inverse = modulus[0];
    for (int i = 0; i < 5; ++i) inverse *= 2 - modulus[0] * inverse;
    inverse_ = inverse & kMask;
  }

  // a^-1 for 0 < a < modulus; 0 for 0.
  Words<4> Invert(const Words<4>& a) const {
    State s{modulus_, Split(a), {}, {1}};
    // With delta from 1/2 on, 590 steps are enough for 256 bits (Pornin and Wuille's bound for
    // "hddivsteps").
    int64_t zeta = -1;
    for (int round = 0; round < 10; ++round) {
      const Matrix matrix =
          Step(zeta, static_cast<uint64_t>(s.f[0]), static_cast<uint64_t>(s.g[0]), &zeta);
      ApplyToCoefficients(matrix, s.d, s.e);
      Apply(matrix, s.f, s.g);
    }
    // f is 1 or -1 now, and d its quotient by a.
    const Words<4> out = Normalize(s.d, static_cast<int64_t>(SignMask(s.f[4])));
    WipeObject(s);
    return out;
  }

 private:
  // Limbs of 62 bits; the value's sign is that of the last.
  using Limbs = std::array<int64_t, 5>;
  // 2^62 times what 59 steps do to (f, g): each row's absolute values sum up to at most 2^62.
  struct Matrix {
    int64_t u, v, q, r;
  };
  struct State {
    Limbs f, g, d, e;
  };
  // All ones where it is negative, else 0.
  static uint64_t SignMask(int64_t a) { return ~(static_cast<uint64_t>(a) >> 63) + 1; }
  static constexpr uint64_t kMask = (uint64_t{1} << 62) - 1;

  static constexpr Limbs Split(const Words<4>& a) {
    return {
        static_cast<int64_t>(a[0] & kMask), static_cast<int64_t>((a[0] >> 62 | a[1] << 2) & kMask),
        static_cast<int64_t>((a[1] >> 60 | a[2] << 4) & kMask),
        static_cast<int64_t>((a[2] >> 58 | a[3] << 6) & kMask), static_cast<int64_t>(a[3] >> 56)};
  }

  // f is odd. Where zeta is negative and g odd: (f, g) become (g, (g - f) / 2), and zeta its
  // opposite; else (f, (g + (g odd) f) / 2). zeta is -(delta + 1/2).
  static Matrix Step(int64_t zeta, uint64_t f, uint64_t g, int64_t* next) {
    uint64_t u = 8, v = 0, q = 0, r = 8;
    for (int i = 0; i < 59; ++i) {
      uint64_t swap = ValueBarrier(SignMask(zeta));
      const uint64_t odd = ValueBarrier(~(g & 1) + 1);
      const uint64_t x = (f ^ swap) - swap, y = (u ^ swap) - swap, z = (v ^ swap) - swap;
      g += x & odd;
      q += y & odd;
      r += z & odd;
      swap &= odd;
      zeta = (zeta ^ static_cast<int64_t>(swap)) - 1;
      f += g & swap;
      u += q & swap;
      v += r & swap;
      g >>= 1;
      u <<= 1;
      v <<= 1;
    }
    *next = zeta;
    return {static_cast<int64_t>(u), static_cast<int64_t>(v), static_cast<int64_t>(q),
            static_cast<int64_t>(r)};
  }

  // A sum of signed products, modulo 2^128.
  struct Sum {
    uint64_t low = 0;
    int64_t high = 0;
    void Add(int64_t a, int64_t b) {
      const Wide64 product = MultiplySigned(a, b);
      low += product.low;
      high = static_cast<int64_t>(static_cast<uint64_t>(high) + product.high +
                                  static_cast<uint64_t>(low < product.low));
    }
    // The low 62 bits, which go.
    int64_t Shift() {
      const auto limb = static_cast<int64_t>(low & kMask);
      low = low >> 62 | static_cast<uint64_t>(high) << 2;
      high >>= 62;
      return limb;
    }
  };

  // (f, g) times the matrix, by 2^62: without rest.
  static void Apply(const Matrix& m, Limbs& f, Limbs& g) {
    Sum f_sum, g_sum;
    for (size_t i = 0; i < 5; ++i) {
      f_sum.Add(m.u, f[i]);
      f_sum.Add(m.v, g[i]);
      g_sum.Add(m.q, f[i]);
      g_sum.Add(m.r, g[i]);
      const int64_t f_limb = f_sum.Shift(), g_limb = g_sum.Shift();
      if (i == 0) continue;
      f[i - 1] = f_limb;
      g[i - 1] = g_limb;
    }
    f[4] = static_cast<int64_t>(f_sum.low);
    g[4] = static_cast<int64_t>(g_sum.low);
  }

  // The same modulo the modulus M: a multiple of it makes the low bits zero. d and e are and stay
  // between -2 M and M: a negative one counts as increased by M first.
  void ApplyToCoefficients(const Matrix& m, Limbs& d, Limbs& e) const {
    const auto d_sign = static_cast<int64_t>(SignMask(d[4]));
    const auto e_sign = static_cast<int64_t>(SignMask(e[4]));
    int64_t d_times = (m.u & d_sign) + (m.v & e_sign);
    int64_t e_times = (m.q & d_sign) + (m.r & e_sign);
    Sum d_sum, e_sum;
    for (size_t i = 0; i < 5; ++i) {
      d_sum.Add(m.u, d[i]);
      d_sum.Add(m.v, e[i]);
      e_sum.Add(m.q, d[i]);
      e_sum.Add(m.r, e[i]);
      if (i == 0) {
        d_times -= TimesFor(d_sum, d_times);
        e_times -= TimesFor(e_sum, e_times);
      }
      d_sum.Add(d_times, modulus_[i]);
      e_sum.Add(e_times, modulus_[i]);
      const int64_t d_limb = d_sum.Shift(), e_limb = e_sum.Shift();
      if (i == 0) continue;
      d[i - 1] = d_limb;
      e[i - 1] = e_limb;
    }
    d[4] = static_cast<int64_t>(d_sum.low);
    e[4] = static_cast<int64_t>(e_sum.low);
  }
  int64_t TimesFor(const Sum& sum, int64_t times) const {
    return static_cast<int64_t>((inverse_ * sum.low + static_cast<uint64_t>(times)) & kMask);
  }

  // value, or its opposite where `negate` is -1, between 0 and the modulus.
  Words<4> Normalize(Limbs value, int64_t negate) const {
    AddModulusIfNegative(value);
    for (int64_t& limb : value) limb = (limb ^ negate) - negate;
    Carry(value);
    AddModulusIfNegative(value);
    uint64_t w[5];
    for (size_t i = 0; i < 5; ++i) w[i] = static_cast<uint64_t>(value[i]);
    WipeObject(value);
    return {w[0] | w[1] << 62, w[1] >> 2 | w[2] << 60, w[2] >> 4 | w[3] << 58,
            w[3] >> 6 | w[4] << 56};
  }
  void AddModulusIfNegative(Limbs& value) const {
    const auto sign = static_cast<int64_t>(ValueBarrier(SignMask(value[4])));
    for (size_t i = 0; i < 5; ++i) value[i] += modulus_[i] & sign;
    Carry(value);
  }
  static void Carry(Limbs& value) {
    for (size_t i = 0; i < 4; ++i) {
      value[i + 1] += value[i] >> 62;
      value[i] &= static_cast<int64_t>(kMask);
    }
  }

  Limbs modulus_;
  uint64_t inverse_ = 0;  // of the modulus, modulo 2^62
};

}  // namespace merlon::crypto::ec
