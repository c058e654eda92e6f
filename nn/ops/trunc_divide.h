// trunc_divide: y = trunc(a / b), rounded towards zero.
//
//   a [...], b [...] -> y [...], broadcast as NumPy does
//
// Every type of numbers but float16 and bfloat16, the same for a and b. Dividing an integer by zero fails the run with
// torch's text; the one quotient that overflows, INT_MIN / -1, wraps around. Floats follow IEEE 754: 1 / 0 is
// infinite.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct TruncDivideOp {
  static constexpr absl::string_view kName = "trunc_divide";
  static constexpr OpTraits kTraits = {.in_place = true};
  struct Attrs {
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

}  // namespace moduled::nn
