#include "nn/ops/remainder.h"

#include <cmath>

#include "nn/ops/elementwise/integer_division.h"
#include "nn/ops/floor_divide.h"
#include "nn/ops/gradients.h"
#include "nn/ops/mul.h"

namespace moduled::nn {
namespace {

struct Remainder {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>) {
      const T remainder = std::fmod(a, b);
      return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
    } else {
      if (b == static_cast<T>(-1)) return 0;  // The smallest integer by -1 traps on some processors.
      const T remainder = a % b;
      return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
    }
  }
};

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> RemainderOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferBinary(kName, "remainder_cpu", kComputedNumbers, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> RemainderOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeKernelFor(NumberTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeDivisionKernel<T>(request, Remainder()); });
}

// y = a - b floor(a / b), and the quotient's steps have no slope.
absl::Status RemainderOp::Gradient(const Attrs&, GradientScope& scope) {
  RETURN_IF_ERROR(SetBroadcast(scope, 0, [&]() -> absl::StatusOr<Value> { return scope.grad(); }));
  return SetBroadcast(scope, 1, [&]() -> absl::StatusOr<Value> {
    ASSIGN_OR_RETURN(const Value quotient, scope.Apply<FloorDivideOp>({}, {scope.in(0), scope.in(1)}));
    ASSIGN_OR_RETURN(const Value product, scope.Apply<MulOp>({}, {scope.grad(), quotient}));
    return Negated(scope, product);
  });
}

}  // namespace moduled::nn
