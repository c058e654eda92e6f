// The walk that sums and means share: every element is added to the sum that it belongs to.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <type_traits>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/kernels/accumulate.h"
#include "nn/ops/kernels/strided_loop.h"

namespace moduled::nn {

// y[j] = finish(the sum of the elements of x that belong to j), a T. Floating-point elements are summed in double,
// integers in uint64_t, which wraps around. `nest` is ReductionNest's, `out` the number of sums.
template <class T, class Finish>
std::unique_ptr<Kernel> MakeSumKernel(kernels::LoopNest nest, int64_t out, Finish finish) {
  using Sum = std::conditional_t<std::is_floating_point_v<T>, double, uint64_t>;
  const kernels::LoopAxis row = nest.back();
  nest.pop_back();
  const auto run = [nest, row, out, finish](const KernelArgs& args) {
    const auto* x = static_cast<const T*>(args.in[0]);
    auto* sums = static_cast<Sum*>(args.scratch);
    std::fill_n(sums, out, Sum{0});
    kernels::ForEachStep(nest, [&](int64_t from, int64_t to) {
      if (row.strides[1] == 0) {
        sums[to] += kernels::Sum(x + from, row.extent);
      } else {
        kernels::AddTo(x + from, sums + to, row.extent);
      }
    });
    auto* y = static_cast<T*>(args.out[0]);
    for (int64_t i = 0; i < out; ++i) y[i] = finish(sums[i]);
    return absl::OkStatus();
  };
  return MakeSimpleKernel("loop", run, static_cast<size_t>(out) * sizeof(Sum));
}

}  // namespace moduled::nn
