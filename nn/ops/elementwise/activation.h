// Activations with parameters: y[i] = f(x[i]), and f's slope for the gradient.
//
// A Rule declares one:
//
//   struct SoftsignRule {
//     static constexpr absl::string_view kName = "softsign";
//     static constexpr absl::string_view kGradientName = "softsign_backward";
//     using Attrs = NoAttrs;
//     template <class T> static T Of(const Attrs&, T x);
//     template <class T> static T Slope(const Attrs&, T x);
//     static Pointwise AsPointwise(const Attrs&);  // Only where there is one.
//   };
//   using SoftsignOp = ActivationOp<SoftsignRule>;
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "nn/graph/gradient.h"
#include "nn/ops/elementwise/unary.h"
#include "nn/ops/elementwise/unary_gradient.h"

namespace moduled::nn {

template <class Rule>
struct ActivationOp {
  static constexpr absl::string_view kName = Rule::kName;
  static constexpr OpTraits kTraits = {.elementwise = true, .row_independent = true, .in_place = true};
  using Attrs = typename Rule::Attrs;

  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs&, absl::Span<const TensorSpec> in) {
    return InferUnary(kName, Rule::kImplementation, kComputedFloats, in);
  }
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs& attrs, const KernelRequest& request) {
    return MakeMapKernel(
        FloatTypes(), kName, request, [attrs](auto x) __attribute__((always_inline)) { return Rule::Of(attrs, x); });
  }
  static absl::Status Gradient(const Attrs& attrs, GradientScope& scope) {
    return scope.Set(0, scope.Apply<UnaryGradientOp<SlopeRule>>(attrs, {scope.grad(), scope.in(0)}));
  }
  static std::optional<Pointwise> AsPointwise(const Attrs& attrs) {
    if constexpr (requires { Rule::AsPointwise(attrs); }) {
      return Rule::AsPointwise(attrs);
    } else {
      return std::nullopt;
    }
  }

 private:
  struct SlopeRule {
    static constexpr absl::string_view kName = Rule::kGradientName;
    using Attrs = typename Rule::Attrs;
    template <class T>
    static T Of(const Attrs& attrs, T dy, T x) {
      return dy * Rule::Slope(attrs, x);
    }
  };
};

}  // namespace moduled::nn
