// arange: y[i] = start + i step.
//
//   -> y [n]
//
// Every type of numbers but float16 and bfloat16. Integers are exact as long as a double holds them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct ArangeOp {
  static constexpr absl::string_view kName = "arange";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    DType dtype = DType::kInt64;
    int64_t n = 0;
    double start = 0;
    double step = 1;
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

}  // namespace moduled::nn
