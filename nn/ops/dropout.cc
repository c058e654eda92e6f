#include "nn/ops/dropout.h"

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/ops/elementwise/unary.h"
#include "nn/ops/kernels/random.h"
#include "nn/ops/kernels/vector_loop.h"

namespace moduled::nn {
namespace {

template <class T>
void Drop(const T* x, T* y, int64_t n, double p, uint64_t seed) {
  const T scale = static_cast<T>(1.0 / (1.0 - p));
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < n; ++i) y[i] = kernels::RandomUnit(seed, static_cast<uint64_t>(i)) < p ? T{0} : x[i] * scale;
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> DropoutOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  if (!(attrs.p >= 0 && attrs.p <= 1)) {
    return absl::InvalidArgumentError(absl::StrCat("dropout probability has to be between 0 and 1, but got ", attrs.p));
  }
  return InferUnary(kName, "bernoulli_scalar_cpu_", kComputedFloats, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> DropoutOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const int64_t n = request.in[0].numel();
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return MakeSimpleKernel("loop", [attrs, n](const KernelArgs& args) {
      Drop(static_cast<const T*>(args.in[0]), static_cast<T*>(args.out[0]), n, attrs.p,
           kernels::SeedOfRun(attrs.seed, args.seed));
      return absl::OkStatus();
    });
  });
}

// The same elements fall out.
absl::Status DropoutOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  return scope.Set(0, scope.Apply<DropoutOp>(attrs, {scope.grad()}));
}

}  // namespace moduled::nn
