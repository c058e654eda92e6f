// Operators so simple that a test of plans depends on nothing else.
#pragma once

#include <memory>
#include <vector>

#include "nn/graph/graph_builder.h"
#include "nn/graph/simple_kernel.h"

namespace moduled::nn {

// y = x + amount.
struct PlusOp {
  static constexpr absl::string_view kName = "plus";
  static constexpr OpTraits kTraits = {.elementwise = true, .in_place = true};
  struct Attrs {
    float amount = 0;
    bool operator==(const Attrs&) const = default;
  };
  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs&, absl::Span<const TensorSpec> in) {
    return std::vector<TensorSpec>{in[0]};
  }
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request) {
    return MakeSimpleKernel("plain", [amount = attrs.amount, n = request.in[0].numel()](const KernelArgs& args) {
      const auto* x = static_cast<const float*>(args.in[0]);
      auto* y = static_cast<float*>(args.out[0]);
      for (int64_t i = 0; i < n; ++i) y[i] = x[i] + amount;
      return absl::OkStatus();
    });
  }
};

// z = x + y, never in place, with scratch that it fills with rubbish.
struct PlainSumOp {
  static constexpr absl::string_view kName = "sum";
  static constexpr OpTraits kTraits = {};
  struct Attrs {
    bool operator==(const Attrs&) const = default;
  };
  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs&, absl::Span<const TensorSpec> in) {
    if (!(in[0] == in[1])) return absl::InvalidArgumentError("sum: the shapes differ");
    return std::vector<TensorSpec>{in[0]};
  }
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs&, const KernelRequest& request) {
    const auto run = [n = request.in[0].numel()](const KernelArgs& args) {
      const auto* x = static_cast<const float*>(args.in[0]);
      const auto* y = static_cast<const float*>(args.in[1]);
      for (int64_t i = 0; i < n; ++i) static_cast<float*>(args.scratch)[i] = -1e30f;
      for (int64_t i = 0; i < n; ++i) static_cast<float*>(args.out[0])[i] = x[i] + y[i];
      return absl::OkStatus();
    };
    return MakeSimpleKernel("plain", run, request.in[0].byte_size());
  }
};

// The same bytes in one axis.
struct FlatOp {
  static constexpr absl::string_view kName = "flat";
  static constexpr OpTraits kTraits = {.view = true};
  struct Attrs {
    bool operator==(const Attrs&) const = default;
  };
  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs&, absl::Span<const TensorSpec> in) {
    return std::vector<TensorSpec>{{in[0].dtype, Shape{in[0].numel()}}};
  }
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs&, const KernelRequest&) {
    return absl::InternalError("a view has no kernel");
  }
};

// Fails when it runs.
struct FailOp {
  static constexpr absl::string_view kName = "fail";
  static constexpr OpTraits kTraits = {.side_effect = true};
  struct Attrs {
    bool operator==(const Attrs&) const = default;
  };
  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs&, absl::Span<const TensorSpec> in) {
    return std::vector<TensorSpec>{in[0]};
  }
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs&, const KernelRequest&) {
    return MakeSimpleKernel("plain",
                            [](const KernelArgs&) { return absl::InvalidArgumentError("index out of range"); });
  }
};

}  // namespace moduled::nn
