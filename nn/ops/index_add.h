// index_add: into zeros, y[:, i, j, :] += x, integer tensors in the place of neighbouring axes of y. The reverse of
// index.
//
//   x [before..., the indices' shape..., after...], indices int64 of one shape -> y shape
//
// float32, float64 and int64, which wraps around. An index that is out of bounds fails the run.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct IndexAddOp {
  static constexpr absl::string_view kName = "index_add";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    int64_t axis = 0;  // The first indexed axis of y.
    Shape shape = {};
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
};

}  // namespace moduled::nn
