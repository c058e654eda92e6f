#include "nn/ops/interpolation/resample.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/kernels/axis_gather.h"
#include "nn/ops/kernels/scaled_sum.h"
#include "nn/ops/scratch_layout.h"

namespace moduled::nn {
namespace {

// One axis of an array [outer, in, inner] -> [outer, out, inner].
struct Pass {
  AxisTaps taps;
  int64_t outer = 1;
  int64_t in = 1;
  int64_t inner = 1;
  size_t scratch = 0;  // The offset of the result; not looked at in the last pass.

  int64_t out() const { return taps.rows(); }
};

// Neighbours along the axis are neighbours in memory.
template <class T>
void ResampleRow(const AxisTaps& taps, const T* x, T* y) {
  for (int64_t o = 0; o < taps.rows(); ++o) {
    T sum = 0;
    for (int64_t tap = taps.begin[o]; tap < taps.begin[o + 1]; ++tap) {
      sum += static_cast<T>(taps.weight[tap]) * x[taps.source[tap]];
    }
    y[o] = sum;
  }
}

// Whole rows of `inner` elements are summed.
template <class T>
void ResampleRows(const AxisTaps& taps, int64_t inner, const T* x, T* y) {
  for (int64_t o = 0; o < taps.rows(); ++o, y += inner) {
    std::fill_n(y, inner, T{0});
    for (int64_t tap = taps.begin[o]; tap < taps.begin[o + 1]; ++tap) {
      kernels::AddScaled(x + taps.source[tap] * inner, static_cast<T>(taps.weight[tap]), y, inner);
    }
  }
}

template <class T>
void Run(const Pass& pass, const T* x, T* y) {
  for (int64_t outer = 0; outer < pass.outer; ++outer, x += pass.in * pass.inner, y += pass.out() * pass.inner) {
    if (pass.inner == 1) {
      ResampleRow(pass.taps, x, y);
    } else {
      ResampleRows(pass.taps, pass.inner, x, y);
    }
  }
}

std::vector<Pass> MakePasses(Shape shape, const Shape& out, std::vector<AxisTaps> taps) {
  std::vector<size_t> order(taps.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto shrinks = [&](size_t i) { return out[i + 2] <= shape[i + 2]; };
  std::stable_partition(order.begin(), order.end(), shrinks);
  std::vector<Pass> passes;
  for (const size_t i : order) {
    if (shape[i + 2] == out[i + 2] && taps[i].IsIdentity()) continue;
    passes.push_back({.taps = std::move(taps[i]),
                      .outer = shape.numel(0, i + 2),
                      .in = shape[i + 2],
                      .inner = shape.numel(i + 3, shape.rank())});
    shape[i + 2] = out[i + 2];
  }
  return passes;
}

}  // namespace

template <class T>
std::unique_ptr<Kernel> MakeResampleKernel(const Shape& in, const Shape& out, std::vector<AxisTaps> taps) {
  std::vector<Pass> passes = MakePasses(in, out, std::move(taps));
  ScratchLayout scratch;
  for (size_t i = 0; i + 1 < passes.size(); ++i) {
    passes[i].scratch =
        scratch.Add(static_cast<size_t>(passes[i].outer * passes[i].out() * passes[i].inner) * sizeof(T));
  }
  const auto run = [passes = std::move(passes),
                    bytes = static_cast<size_t>(out.numel()) * sizeof(T)](const KernelArgs& args) {
    if (passes.empty()) std::memcpy(args.out[0], args.in[0], bytes);
    const auto* x = static_cast<const T*>(args.in[0]);
    for (const Pass& pass : passes) {
      const bool last = &pass == &passes.back();
      T* const y = last ? static_cast<T*>(args.out[0]) : ScratchLayout::At<T>(args.scratch, pass.scratch);
      Run(pass, x, y);
      x = y;
    }
    return absl::OkStatus();
  };
  return MakeSimpleKernel("axis by axis", run, scratch.bytes());
}
template std::unique_ptr<Kernel> MakeResampleKernel<float>(const Shape&, const Shape&, std::vector<AxisTaps>);
template std::unique_ptr<Kernel> MakeResampleKernel<double>(const Shape&, const Shape&, std::vector<AxisTaps>);

std::unique_ptr<Kernel> MakePickKernel(const Shape& in, const std::vector<AxisTaps>& taps, size_t element_size) {
  std::vector<int64_t> planes(static_cast<size_t>(in.numel(0, 2)));
  std::iota(planes.begin(), planes.end(), int64_t{0});
  Shape shape = {in[0] * in[1]};
  std::vector<std::vector<int64_t>> sources = {std::move(planes)};
  for (size_t i = 0; i < taps.size(); ++i) {
    shape.push_back(in[i + 2]);
    sources.push_back(taps[i].source);
  }
  const kernels::AxisGather gather(shape, std::move(sources), element_size);
  return MakeSimpleKernel("gather", [gather](const KernelArgs& args) {
    gather.Run(args.in[0], args.out[0]);
    return absl::OkStatus();
  });
}

}  // namespace moduled::nn
