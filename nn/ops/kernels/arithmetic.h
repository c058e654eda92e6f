// Arithmetic on single elements, defined for every value: integers wrap around, floats follow IEEE 754.
#pragma once

#include <cmath>
#include <cstdint>
#include <type_traits>

namespace moduled::nn::kernels {

// The type in which the arithmetic of T is done: unsigned, and no narrower than int, which would promote to a signed
// one.
template <class T>
using Wrapping = std::conditional_t<std::is_floating_point_v<T>, T,
                                    std::conditional_t<sizeof(T) == sizeof(uint64_t), uint64_t, uint32_t>>;

// Of booleans: or.
struct Add {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_same_v<T, bool>) {
      return a || b;
    } else {
      return static_cast<T>(static_cast<Wrapping<T>>(a) + static_cast<Wrapping<T>>(b));
    }
  }
};

struct Subtract {
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>(static_cast<Wrapping<T>>(a) - static_cast<Wrapping<T>>(b));
  }
};

// Of booleans: and.
struct Multiply {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_same_v<T, bool>) {
      return a && b;
    } else {
      return static_cast<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
    }
  }
};

struct Negate {
  template <class T>
  T operator()(T a) const {
    if constexpr (std::is_floating_point_v<T>) {
      return -a;
    } else {
      return Subtract()(T{0}, a);
    }
  }
};

struct Absolute {
  template <class T>
  T operator()(T a) const {
    if constexpr (std::is_floating_point_v<T>) {
      return std::fabs(a);
    } else {
      return a < T{0} ? Negate()(a) : a;
    }
  }
};

// 0 of a NaN, as torch has it.
struct Sign {
  template <class T>
  T operator()(T a) const {
    return static_cast<T>((T{0} < a) - (a < T{0}));
  }
};

// A NaN wins.
struct Maximum {
  template <class T>
  T operator()(T a, T b) const {
    return a < b || b != b ? b : a;
  }
};

struct Minimum {
  template <class T>
  T operator()(T a, T b) const {
    return b < a || b != b ? b : a;
  }
};

struct Divide {
  template <class T>
  T operator()(T a, T b) const {
    return a / b;
  }
};

// Python's a // b. Requires b != 0 for integers.
struct FloorDivide {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>) {
      return OfFloats(a, b);
    } else {
      // The only quotient that overflows, the smallest a by -1, traps on some processors.
      if (b == static_cast<T>(-1) && std::is_signed_v<T>) return Subtract()(T{0}, a);
      const T quotient = a / b;
      const bool rounded_up = a % b != 0 && (a < 0) != (b < 0);
      return rounded_up ? quotient - 1 : quotient;
    }
  }

 private:
  // Not floor(a / b): where a / b rounds up to an integer, that would be one too many.
  template <class T>
  static T OfFloats(T a, T b) {
    if (b == 0) return a / b;
    const T remainder = std::fmod(a, b);
    T quotient = (a - remainder) / b;
    if (remainder != 0 && (remainder < 0) != (b < 0)) quotient -= 1;
    if (quotient == 0) return std::copysign(T{0}, a / b);
    const T floored = std::floor(quotient);
    return quotient - floored > T{0.5} ? floored + 1 : floored;
  }
};

// The quotient without its fraction. Requires b != 0 for integers.
struct TruncDivide {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>) {
      return std::trunc(a / b);
    } else {
      if (b == static_cast<T>(-1) && std::is_signed_v<T>) return Subtract()(T{0}, a);  // As above.
      return a / b;
    }
  }
};

// a^b. Of integers with a negative exponent the quotient 1 / a^-b, and 0 for 1 / 0.
struct Power {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>) {
      return std::pow(a, b);
    } else {
      if (b < T{0}) return OfNegative(a, b);
      T power = 1;
      for (T square = a; b != 0; b = static_cast<T>(b / 2), square = Multiply()(square, square)) {
        if (b % 2 != 0) power = Multiply()(power, square);
      }
      return power;
    }
  }

 private:
  template <class T>
  static T OfNegative(T a, T b) {
    if (a == T{1}) return 1;
    if (a != static_cast<T>(-1)) return 0;
    return b % 2 == 0 ? T{1} : static_cast<T>(-1);
  }
};

}  // namespace moduled::nn::kernels
