#include "nn/layers/functions/python_numbers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/modules/argument_binder.h"
#include "nn/modules/python_text.h"

namespace moduled::nn::functions {
namespace {

// Joining a sequence to itself again and again must not exhaust the memory.
constexpr size_t kMaxItems = 65536;

absl::Status Overflow() {
  return absl::InvalidArgumentError("OverflowError: the int is too large (want at most 64 bits)");
}

absl::Status DivisionByZero(absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("ZeroDivisionError: ", text));
}

std::optional<double> AsFloat(const Symbol& symbol) {
  if (const double* number = symbol.As<double>()) return *number;
  if (const std::optional<int64_t> number = AsInt(symbol)) return static_cast<double>(*number);
  return std::nullopt;
}

// ints(x, y) where both are ints, floats(x, y) where one is a float; either answers a StatusOr<Symbol>.
template <class Ints, class Floats>
absl::StatusOr<Symbol> Compute(absl::string_view op, const Symbol& a, const Symbol& b, Ints ints, Floats floats) {
  const std::optional<int64_t> ia = AsInt(a), ib = AsInt(b);
  if (ia.has_value() && ib.has_value()) return ints(*ia, *ib);
  const std::optional<double> fa = AsFloat(a), fb = AsFloat(b);
  if (fa.has_value() && fb.has_value()) return floats(*fa, *fb);
  return UnsupportedOperands(op, a, b);
}

template <class Sequence>
absl::StatusOr<Symbol> Join(const Sequence& a, const Symbol& other) {
  const Sequence* b = other.As<Sequence>();
  if (b == nullptr) {
    const std::string kind = TypeName(Symbol(Sequence{}));
    return absl::InvalidArgumentError(
        absl::StrCat("can only concatenate ", kind, " (not \"", TypeName(other), "\") to ", kind));
  }
  if (a.items.size() + b->items.size() > kMaxItems) {
    return absl::InvalidArgumentError(absl::StrCat("add(): too many items (got ", a.items.size() + b->items.size(),
                                                   ", want at most ", kMaxItems, ")"));
  }
  Sequence joined = a;
  joined.items.insert(joined.items.end(), b->items.begin(), b->items.end());
  return Symbol(std::move(joined));
}

int64_t FloorDivide(int64_t a, int64_t b) {
  const int64_t quotient = a / b;
  return quotient - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

// Python's float floor division: the quotient of what is left when the remainder is taken away, so that both agree.
double FloorDivide(double a, double b) {
  double remainder = std::fmod(a, b);
  double quotient = (a - remainder) / b;
  if (remainder != 0 && (b < 0) != (remainder < 0)) quotient -= 1;
  if (quotient == 0) return std::copysign(0.0, a / b);
  const double floored = std::floor(quotient);
  return quotient - floored > 0.5 ? floored + 1 : floored;
}

}  // namespace

absl::Status UnsupportedOperands(absl::string_view op, const Symbol& a, const Symbol& b) {
  return absl::InvalidArgumentError(
      absl::StrCat("unsupported operand type(s) for ", op, ": '", TypeName(a), "' and '", TypeName(b), "'"));
}

absl::StatusOr<Symbol> PythonAdd(const Symbol& a, const Symbol& b) {
  if (const auto* tuple = a.As<Symbol::Tuple>()) return Join(*tuple, b);
  if (const auto* list = a.As<Symbol::List>()) return Join(*list, b);
  const auto ints = [](int64_t x, int64_t y) -> absl::StatusOr<Symbol> {
    int64_t sum;
    if (__builtin_add_overflow(x, y, &sum)) return Overflow();
    return Symbol(sum);
  };
  return Compute("+", a, b, ints, [](double x, double y) -> absl::StatusOr<Symbol> { return Symbol(x + y); });
}

absl::StatusOr<Symbol> PythonSub(const Symbol& a, const Symbol& b) {
  const auto ints = [](int64_t x, int64_t y) -> absl::StatusOr<Symbol> {
    int64_t difference;
    if (__builtin_sub_overflow(x, y, &difference)) return Overflow();
    return Symbol(difference);
  };
  return Compute("-", a, b, ints, [](double x, double y) -> absl::StatusOr<Symbol> { return Symbol(x - y); });
}

absl::StatusOr<Symbol> PythonMul(const Symbol& a, const Symbol& b) {
  const auto ints = [](int64_t x, int64_t y) -> absl::StatusOr<Symbol> {
    int64_t product;
    if (__builtin_mul_overflow(x, y, &product)) return Overflow();
    return Symbol(product);
  };
  return Compute("*", a, b, ints, [](double x, double y) -> absl::StatusOr<Symbol> { return Symbol(x * y); });
}

absl::StatusOr<Symbol> PythonTrueDiv(const Symbol& a, const Symbol& b) {
  const auto ints = [](int64_t x, int64_t y) -> absl::StatusOr<Symbol> {
    if (y == 0) return DivisionByZero("division by zero");
    // Both fit into a long double's 64 bits, as they may not into a double's 53.
    return Symbol(static_cast<double>(static_cast<long double>(x) / static_cast<long double>(y)));
  };
  return Compute("/", a, b, ints, [](double x, double y) -> absl::StatusOr<Symbol> {
    if (y == 0) return DivisionByZero("float division by zero");
    return Symbol(x / y);
  });
}

absl::StatusOr<Symbol> PythonFloorDiv(const Symbol& a, const Symbol& b) {
  const auto ints = [](int64_t x, int64_t y) -> absl::StatusOr<Symbol> {
    if (y == 0) return DivisionByZero("integer division or modulo by zero");
    if (x == std::numeric_limits<int64_t>::min() && y == -1) return Overflow();
    return Symbol(FloorDivide(x, y));
  };
  return Compute("//", a, b, ints, [](double x, double y) -> absl::StatusOr<Symbol> {
    if (y == 0) return DivisionByZero("float floor division by zero");
    return Symbol(FloorDivide(x, y));
  });
}

absl::StatusOr<Symbol> PythonMod(const Symbol& a, const Symbol& b) {
  const auto ints = [](int64_t x, int64_t y) -> absl::StatusOr<Symbol> {
    if (y == 0) return DivisionByZero("integer division or modulo by zero");
    if (y == -1) return Symbol(0);  // The smallest integer by -1 traps on some processors.
    const int64_t remainder = x % y;
    return Symbol(remainder != 0 && (remainder < 0) != (y < 0) ? remainder + y : remainder);
  };
  return Compute("%", a, b, ints, [](double x, double y) -> absl::StatusOr<Symbol> {
    if (y == 0) return DivisionByZero("float modulo");
    const double remainder = std::fmod(x, y);
    if (remainder == 0) return Symbol(std::copysign(0.0, y));
    return Symbol((remainder < 0) != (y < 0) ? remainder + y : remainder);
  });
}

absl::StatusOr<Symbol> PythonPow(const Symbol& a, const Symbol& b) {
  const auto floats = [](double x, double y) -> absl::StatusOr<Symbol> {
    if (x == 0 && y < 0) return DivisionByZero("0.0 cannot be raised to a negative power");
    if (x < 0 && std::isfinite(x) && std::isfinite(y) && y != std::floor(y)) {
      return absl::InvalidArgumentError("a negative number raised to a fraction is a complex number");
    }
    return Symbol(std::pow(x, y));
  };
  const auto ints = [&floats](int64_t x, int64_t y) -> absl::StatusOr<Symbol> {
    if (y < 0) return floats(static_cast<double>(x), static_cast<double>(y));
    // By squaring: at most 64 rounds.
    int64_t power = 1;
    for (int64_t base = x; y > 0; y >>= 1) {
      if ((y & 1) != 0 && __builtin_mul_overflow(power, base, &power)) return Overflow();
      if (y > 1 && __builtin_mul_overflow(base, base, &base)) return Overflow();
    }
    return Symbol(power);
  };
  return Compute("** or pow()", a, b, ints, floats);
}

bool PythonEqual(const Symbol& a, const Symbol& b) {
  const std::optional<int64_t> ia = AsInt(a), ib = AsInt(b);
  if (ia.has_value() && ib.has_value()) return *ia == *ib;
  const std::optional<double> fa = AsFloat(a), fb = AsFloat(b);
  if (fa.has_value() && fb.has_value()) return *fa == *fb;
  const std::vector<Symbol>*const items = a.Items(), *const others = b.Items();
  if (items == nullptr || others == nullptr || a.Is<Symbol::Tuple>() != b.Is<Symbol::Tuple>()) return a == b;
  return std::equal(items->begin(), items->end(), others->begin(), others->end(), PythonEqual);
}

absl::StatusOr<bool> PythonLess(absl::string_view op, const Symbol& a, const Symbol& b) {
  const std::optional<int64_t> ia = AsInt(a), ib = AsInt(b);
  if (ia.has_value() && ib.has_value()) return *ia < *ib;
  const std::optional<double> fa = AsFloat(a), fb = AsFloat(b);
  if (fa.has_value() && fb.has_value()) return *fa < *fb;
  const auto *sa = a.As<std::string>(), *sb = b.As<std::string>();
  if (sa != nullptr && sb != nullptr) return *sa < *sb;
  return absl::InvalidArgumentError(
      absl::StrCat("'", op, "' not supported between instances of '", TypeName(a), "' and '", TypeName(b), "'"));
}

}  // namespace moduled::nn::functions
