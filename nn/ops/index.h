// index: y = x[:, i, j, :], integer tensors in the place of neighbouring axes of x.
//
//   x [before..., indexed..., after...], indices int64 of one shape, one for each indexed axis
//     -> y [before..., the indices' shape..., after...]
//
// Every type. A negative index counts from the end; one that is out of bounds fails the run.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/op.h"

namespace moduled::nn {

struct IndexOp {
  static constexpr absl::string_view kName = "index";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    int64_t axis = 0;  // The first indexed axis.
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
