// Operators that compute each element of the output from the same element of their one input.
#pragma once

#include <memory>
#include <vector>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/kernels/ranges.h"
#include "nn/ops/kernels/vector_map.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

// y[i] = f(x[i]) for n elements. x may be y.
template <class T>
using UnaryLoop = void (*)(const T* x, T* y, int64_t n);

// One input, of a type that is implemented, and an output like it.
inline absl::StatusOr<std::vector<TensorSpec>> InferUnary(absl::string_view op, absl::string_view implementation,
                                                          const DTypeSet& implemented,
                                                          absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(op, in, 1));
  RETURN_IF_ERROR(CheckDType(implementation, in[0].dtype, implemented));
  return std::vector<TensorSpec>{in[0]};
}

template <class T, class Loop>
std::unique_ptr<Kernel> MakeLoopKernel(int64_t n, Loop loop) {
  return MakeSimpleKernel("loop", [n, loop](const KernelArgs& args) {
    loop(static_cast<const T*>(args.in[0]), static_cast<T*>(args.out[0]), n);
    return absl::OkStatus();
  });
}

// The same by several threads where that gains: a loop of which every part can run alone.
template <class T, class Loop>
std::unique_ptr<Kernel> MakeParallelLoopKernel(const KernelRequest& request, Loop loop) {
  const int64_t n = request.in[0].numel();
  return MakeLoopKernel<T>(n, [threads = request.threads, loop](const T* x, T* y, int64_t count) {
    kernels::ForRanges(threads, count, 1, [&](int64_t begin, int64_t end) { loop(x + begin, y + begin, end - begin); });
  });
}

// y[i] = function(x[i]) for any of `types`.
template <class... T, class Function>
absl::StatusOr<std::unique_ptr<Kernel>> MakeMapKernel(Types<T...> types, absl::string_view op,
                                                      const KernelRequest& request, Function function) {
  return MakeKernelFor(types, op, request.in[0].dtype, [&]<class E>() {
    return MakeParallelLoopKernel<E>(
        request, [function](const E* x, E* y, int64_t n) { kernels::VectorMap(x, y, n, function); });
  });
}

inline absl::StatusOr<std::unique_ptr<Kernel>> MakeUnaryKernel(absl::string_view op, const KernelRequest& request,
                                                               UnaryLoop<float> float_loop,
                                                               UnaryLoop<double> double_loop) {
  return MakeKernelFor(FloatTypes(), op, request.in[0].dtype, [&]<class T>() {
    if constexpr (std::is_same_v<T, float>) {
      return MakeParallelLoopKernel<float>(request, float_loop);
    } else {
      return MakeParallelLoopKernel<double>(request, double_loop);
    }
  });
}

}  // namespace moduled::nn
