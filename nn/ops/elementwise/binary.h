// Operators that compute each element of the output from one element of each of their two inputs.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "nn/graph/op.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/elementwise/broadcast.h"
#include "nn/ops/kernels/vector_loop.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

// Two inputs of the same implemented type, and an output of their common shape.
absl::StatusOr<std::vector<TensorSpec>> InferBinary(absl::string_view op, absl::string_view implementation,
                                                    const DTypeSet& implemented, absl::Span<const TensorSpec> in);

// The form of an operator of two inputs over images whose channels stand last: they are both images, or one is a single
// number.
template <class T>
std::optional<ChannelsLastForm> BinaryChannelsLast(const typename T::Attrs& attrs, absl::Span<const TensorSpec> in) {
  for (const TensorSpec& spec : in) {
    if (spec.shape.rank() != 4 && spec.shape.rank() != 0) return std::nullopt;
  }
  return ChannelsLastForm{Op::Of<T>(attrs), 2};
}

// y[i] = function(a[i], b[i]) for a row of the output. An input either advances with the output or stands still; y may
// be an input that advances.
template <class T, class Out, class Function>
void BinaryRow(const T* a, bool a_advances, const T* b, bool b_advances, Out* y, int64_t n, Function function) {
  if (a_advances && b_advances) {
    MODULED_VECTOR_LOOP
    for (int64_t i = 0; i < n; ++i) y[i] = function(a[i], b[i]);
  } else if (a_advances) {
    const T b0 = b[0];
    MODULED_VECTOR_LOOP
    for (int64_t i = 0; i < n; ++i) y[i] = function(a[i], b0);
  } else {
    const T a0 = a[0];
    MODULED_VECTOR_LOOP
    for (int64_t i = 0; i < n; ++i) y[i] = function(a0, b[i]);
  }
}

template <class T, class Out = T, class Function>
std::unique_ptr<Kernel> MakeBinaryKernel(const KernelRequest& request, Function function) {
  kernels::LoopNest rows = BroadcastNest<2>({&request.in[0].shape, &request.in[1].shape}, request.out[0].shape);
  const kernels::LoopAxis row = rows.back();
  rows.pop_back();
  return MakeSimpleKernel(rows.empty() ? "loop" : "broadcast", [rows, row, function](const KernelArgs& args) {
    const auto* a = static_cast<const T*>(args.in[0]);
    const auto* b = static_cast<const T*>(args.in[1]);
    auto* y = static_cast<Out*>(args.out[0]);
    kernels::ForEachStep(rows, [&](int64_t a_offset, int64_t b_offset) {
      BinaryRow(a + a_offset, row.strides[0] != 0, b + b_offset, row.strides[1] != 0, y, row.extent, function);
      y += row.extent;
    });
    return absl::OkStatus();
  });
}

}  // namespace moduled::nn
