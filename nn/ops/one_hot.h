// one_hot: y[..., x[...]] = 1, and 0 everywhere else.
//
//   x int64 [...] -> y int64 [..., classes]
//
// A value that is no class fails the run.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct OneHotOp {
  static constexpr absl::string_view kName = "one_hot";
  static constexpr OpTraits kTraits = {.row_independent = true};
  struct Attrs {
    int64_t classes = 0;
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

}  // namespace moduled::nn
