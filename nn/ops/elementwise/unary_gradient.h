// The gradient of an operator that computes each element from the same element of its input: dx[i] = rule(dy[i], v[i]),
// where v is the input or the output, whichever the derivative is easier to write with.
#pragma once

#include <memory>
#include <vector>

#include "nn/graph/op.h"
#include "nn/ops/elementwise/binary.h"

namespace moduled::nn {

// A Rule has a kName, Attrs, and template <class T> static T Of(const Attrs&, T dy, T v).
template <class Rule>
struct UnaryGradientOp {
  static constexpr absl::string_view kName = Rule::kName;
  static constexpr OpTraits kTraits = {.in_place = true};
  using Attrs = typename Rule::Attrs;

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs&, absl::Span<const TensorSpec> in) {
    return InferBinary(kName, kName, kComputedFloats, in);
  }
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request) {
    return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
      return MakeBinaryKernel<T>(request, [attrs](T dy, T v) { return Rule::Of(attrs, dy, v); });
    });
  }
};

// A rule without attributes.
struct NoAttrs {
  bool operator==(const NoAttrs&) const = default;
};

}  // namespace moduled::nn
