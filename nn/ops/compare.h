// compare: whether a == b, a != b, a < b, a <= b, a > b or a >= b. A NaN is unequal to everything.
//
//   a [...], b [...] -> y bool [...], broadcast as NumPy does
//
// Every type but float16 and bfloat16, the same for a and b.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

enum class Comparison : uint8_t { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

struct CompareOp {
  static constexpr absl::string_view kName = "compare";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    Comparison comparison = Comparison::kEqual;
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

}  // namespace moduled::nn
