#include "nn/ops/norm.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// A NaN wins.
double Greater(double a, double b) { return a < b || std::isnan(b) ? b : a; }
double Less(double a, double b) { return b < a || std::isnan(b) ? b : a; }

// y[j] = finish(what `add` has made of `start` and the magnitudes of the elements that belong to j).
template <class T, class Add, class Finish>
std::unique_ptr<Kernel> MakeNormKernel(const kernels::LoopNest& nest, int64_t out, double start, Add add,
                                       Finish finish) {
  const auto run = [=](const KernelArgs& args) {
    const auto* x = static_cast<const T*>(args.in[0]);
    auto* partial = static_cast<double*>(args.scratch);
    std::fill_n(partial, out, start);
    kernels::ForEachStep(nest, [&](int64_t from, int64_t to) {
      partial[to] = add(partial[to], std::fabs(static_cast<double>(x[from])));
    });
    auto* y = static_cast<T*>(args.out[0]);
    for (int64_t i = 0; i < out; ++i) y[i] = static_cast<T>(finish(partial[i]));
    return absl::OkStatus();
  };
  return MakeSimpleKernel("loop", run, static_cast<size_t>(out) * sizeof(double));
}

template <class T>
std::unique_ptr<Kernel> MakeKernelOfPower(double p, const kernels::LoopNest& nest, int64_t out) {
  const auto same = [](double partial) { return partial; };
  const auto plus = [](auto term) { return [term](double sum, double magnitude) { return sum + term(magnitude); }; };
  if (p == 0) return MakeNormKernel<T>(nest, out, 0, plus([](double m) { return m != 0 ? 1.0 : 0.0; }), same);
  if (p == 1) return MakeNormKernel<T>(nest, out, 0, plus(same), same);
  if (p == 2) {
    return MakeNormKernel<T>(nest, out, 0, plus([](double m) { return m * m; }), [](double s) { return std::sqrt(s); });
  }
  if (std::isinf(p) && p > 0) return MakeNormKernel<T>(nest, out, 0, Greater, same);
  if (std::isinf(p)) return MakeNormKernel<T>(nest, out, std::numeric_limits<double>::infinity(), Less, same);
  return MakeNormKernel<T>(nest, out, 0, plus([p](double m) { return std::pow(m, p); }),
                           [p](double s) { return std::pow(s, 1 / p); });
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> NormOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  RETURN_IF_ERROR(CheckDType("norm_kernel", in[0].dtype, kComputedFloats));
  ASSIGN_OR_RETURN(Shape shape, ReducedShape(attrs.over, in[0].shape));
  return std::vector<TensorSpec>{{in[0].dtype, std::move(shape)}};
}

absl::StatusOr<std::unique_ptr<Kernel>> NormOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const kernels::LoopNest nest = ReductionNest(attrs.over, request.in[0].shape);
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeKernelOfPower<T>(attrs.p, nest, request.out[0].numel()); });
}

}  // namespace moduled::nn
