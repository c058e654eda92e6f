// uniform_noise: numbers from U(low, high), as many as the input has.
//
//   x [...] -> y [...]
//
// They depend on the seed and on their position alone: every run of a plan draws the same. float32 and float64.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct UniformNoiseOp {
  static constexpr absl::string_view kName = "uniform_noise";
  static constexpr OpTraits kTraits = {.random = true};
  struct Attrs {
    double low = 0;
    double high = 1;
    uint64_t seed = 0;
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

}  // namespace moduled::nn
