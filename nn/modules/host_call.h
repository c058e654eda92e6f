// An operator that calls a function on the host, with real tensors, in the middle of a plan: how C++ hooks run.
//
//   x_0 … x_n -> y_0 … y_m, of the types that `out` says
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/graph/op.h"
#include "nn/tensor/tensor.h"

namespace moduled::nn {

struct HostCallOp {
  static constexpr absl::string_view kName = "host_call";
  static constexpr OpTraits kTraits = {.side_effect = true};

  // Gets copies that it may keep; answers tensors of exactly the types of `out`.
  using Function = std::function<absl::StatusOr<std::vector<Tensor>>(std::vector<Tensor> in)>;

  struct Attrs {
    std::shared_ptr<const Function> function;
    std::vector<TensorSpec> out;
    // Functions cannot be compared: each is equal to itself alone.
    bool operator==(const Attrs&) const = default;
  };

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in);
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request);
  // A hook that looks leaves gradients alone, and so does one that replaces: what it computes is not known here.
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope);
};

}  // namespace moduled::nn
