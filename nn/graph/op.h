// An operator: a name, typed attributes, a shape rule, kernels and, where it has one, a gradient.
//
// An operator is declared in one place, as a plain struct in one file of nn/ops:
//
//   struct SoftmaxOp {
//     static constexpr absl::string_view kName = "softmax";
//     static constexpr OpTraits kTraits = {.row_independent = true};
//     struct Attrs { int64_t axis = -1; bool operator==(const Attrs&) const = default; };
//     // The only place that checks types and shapes; what it accepts, MakeKernel and Run can rely on.
//     static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs&, absl::Span<const TensorSpec> in);
//     static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs&, const KernelRequest&);
//     // Only for differentiable operators: the gradients of the inputs, as operators. See nn/graph/gradient.h.
//     static absl::Status Gradient(const Attrs&, GradientScope& scope);
//     // Only where there is one: the same over images whose channels stand last. See ChannelsLastForm.
//     static std::optional<ChannelsLastForm> ChannelsLast(const Attrs&, absl::Span<const TensorSpec> in);
//     // Only for functions of one number that other operators can apply to their results. See nn/graph/pointwise.h.
//     static std::optional<Pointwise> AsPointwise(const Attrs&);
//     // Only for operators that can: themselves with such a function behind them, or with the sum with one more input.
//     static std::optional<Op> WithPointwise(const Attrs&, const Pointwise&);
//     static std::optional<Op> WithResidual(const Attrs&);
//     // Only for operators that are cheaper without their last outputs, such as what only their gradient reads.
//     static std::optional<Op> WithFirstOutputs(const Attrs&, size_t count);
//   };
//
// There is no base class to derive from and no list to add it to: layers and functions name the struct.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/graph/kernel.h"
#include "nn/graph/pointwise.h"
#include "nn/tensor/shape.h"

namespace moduled::nn {

class GradientScope;

// What passes may rely on.
struct OpTraits {
  bool elementwise = false;      // out[i] depends on in[0][i] alone, and the shapes agree.
  bool row_independent = false;  // Along axis 0, a row of the output depends on that row of the data input alone.
  bool in_place = false;         // The first output may overwrite the first input.
  bool view = false;             // The output is the first input's bytes under another shape: no kernel runs.
  bool side_effect = false;      // Must run even if nothing uses its results.
  bool random = false;           // What it answers is drawn in every run.
};

template <class T>
concept Operator = requires(const typename T::Attrs& attrs, absl::Span<const TensorSpec> specs,
                            const KernelRequest& request) {
  { T::kName } -> std::convertible_to<absl::string_view>;
  { T::kTraits } -> std::convertible_to<OpTraits>;
  { T::Infer(attrs, specs) } -> std::same_as<absl::StatusOr<std::vector<TensorSpec>>>;
  { T::MakeKernel(attrs, request) } -> std::same_as<absl::StatusOr<std::unique_ptr<Kernel>>>;
  requires std::equality_comparable<typename T::Attrs>;
};

template <class T>
concept DifferentiableOperator = Operator<T> && requires(const typename T::Attrs& attrs, GradientScope& scope) {
  { T::Gradient(attrs, scope) } -> std::same_as<absl::Status>;
};

struct ChannelsLastForm;

// Any operator with its attributes, by value.
class Op {
 public:
  template <Operator T>
  static Op Of(typename T::Attrs attrs) {
    return Op(std::make_shared<const Model<T>>(std::move(attrs)));
  }

  absl::string_view name() const { return impl_->name(); }
  const OpTraits& traits() const { return impl_->traits(); }
  absl::StatusOr<std::vector<TensorSpec>> Infer(absl::Span<const TensorSpec> in) const { return impl_->Infer(in); }
  absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const KernelRequest& request) const {
    return impl_->MakeKernel(request);
  }
  // Whether Gradient may be called. Where it may not, no gradient passes, as through torch's comparisons.
  bool differentiable() const { return impl_->differentiable(); }
  absl::Status Gradient(GradientScope& scope) const { return impl_->Gradient(scope); }

  // What takes the operator's place where its first inputs are images [N, H, W, C] and not [N, C, H, W].
  std::optional<ChannelsLastForm> ChannelsLast(absl::Span<const TensorSpec> in) const;
  // The function that it applies to each element of its only input.
  std::optional<Pointwise> AsPointwise() const { return impl_->AsPointwise(); }

  // The operator that does the same and applies the function to what it answers, if it has none yet.
  std::optional<Op> WithPointwise(const Pointwise& pointwise) const { return impl_->WithPointwise(pointwise); }
  // The operator that does the same and adds a tensor of its output's type, its last input, before any function.
  std::optional<Op> WithResidual() const { return impl_->WithResidual(); }
  // The operator that answers only its first outputs, `count` of them or some more, if that is cheaper.
  std::optional<Op> WithFirstOutputs(size_t count) const { return impl_->WithFirstOutputs(count); }

  // The attributes if this is a T, else null: for the passes that rewrite graphs.
  template <Operator T>
  const typename T::Attrs* As() const {
    const auto* model = dynamic_cast<const Model<T>*>(impl_.get());
    return model == nullptr ? nullptr : &model->attrs;
  }

  bool operator==(const Op& other) const { return impl_ == other.impl_ || impl_->Equals(*other.impl_); }

 private:
  struct Interface {
    virtual ~Interface() = default;
    virtual absl::string_view name() const = 0;
    virtual const OpTraits& traits() const = 0;
    virtual absl::StatusOr<std::vector<TensorSpec>> Infer(absl::Span<const TensorSpec> in) const = 0;
    virtual absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const KernelRequest& request) const = 0;
    virtual bool differentiable() const = 0;
    virtual absl::Status Gradient(GradientScope& scope) const = 0;
    virtual std::optional<ChannelsLastForm> ChannelsLast(absl::Span<const TensorSpec> in) const = 0;
    virtual std::optional<Pointwise> AsPointwise() const = 0;
    virtual std::optional<Op> WithPointwise(const Pointwise& pointwise) const = 0;
    virtual std::optional<Op> WithResidual() const = 0;
    virtual std::optional<Op> WithFirstOutputs(size_t count) const = 0;
    virtual bool Equals(const Interface& other) const = 0;
  };

  template <Operator T>
  struct Model final : Interface {
    explicit Model(typename T::Attrs a) : attrs(std::move(a)) {}
    absl::string_view name() const override { return T::kName; }
    const OpTraits& traits() const override {
      static constexpr OpTraits kTraits = T::kTraits;
      return kTraits;
    }
    absl::StatusOr<std::vector<TensorSpec>> Infer(absl::Span<const TensorSpec> in) const override {
      return T::Infer(attrs, in);
    }
    absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const KernelRequest& request) const override {
      return T::MakeKernel(attrs, request);
    }
    bool differentiable() const override { return DifferentiableOperator<T>; }
    absl::Status Gradient(GradientScope& scope) const override {
      if constexpr (DifferentiableOperator<T>) {
        return T::Gradient(attrs, scope);
      } else {
        return absl::InternalError("an operator without a gradient");
      }
    }
    std::optional<ChannelsLastForm> ChannelsLast(absl::Span<const TensorSpec> in) const override;
    std::optional<Pointwise> AsPointwise() const override {
      if constexpr (requires { T::AsPointwise(attrs); }) {
        return T::AsPointwise(attrs);
      } else {
        return std::nullopt;
      }
    }
    std::optional<Op> WithPointwise(const Pointwise& pointwise) const override {
      if constexpr (requires { T::WithPointwise(attrs, pointwise); }) {
        return T::WithPointwise(attrs, pointwise);
      } else {
        return std::nullopt;
      }
    }
    std::optional<Op> WithResidual() const override {
      if constexpr (requires { T::WithResidual(attrs); }) {
        return T::WithResidual(attrs);
      } else {
        return std::nullopt;
      }
    }
    std::optional<Op> WithFirstOutputs(size_t count) const override {
      if constexpr (requires { T::WithFirstOutputs(attrs, count); }) {
        return T::WithFirstOutputs(attrs, count);
      } else {
        return std::nullopt;
      }
    }
    bool Equals(const Interface& other) const override {
      const auto* same = dynamic_cast<const Model*>(&other);
      return same != nullptr && attrs == same->attrs;
    }
    typename T::Attrs attrs;
  };

  explicit Op(std::shared_ptr<const Interface> impl) : impl_(std::move(impl)) {}

  std::shared_ptr<const Interface> impl_;
};

// An operator over images whose channels stand last. Of its first `images` inputs those of four axes are [N, H, W, C];
// all other inputs are as before. Its only output is [N, H, W, C] too, or as before where image_output is false.
struct ChannelsLastForm {
  Op op;
  size_t images = 1;
  bool image_output = true;
  bool worth_reordering = false;  // Also where the images come with channels first.
};

inline std::optional<ChannelsLastForm> Op::ChannelsLast(absl::Span<const TensorSpec> in) const {
  return impl_->ChannelsLast(in);
}

template <Operator T>
std::optional<ChannelsLastForm> Op::Model<T>::ChannelsLast(absl::Span<const TensorSpec> in) const {
  if constexpr (requires { T::ChannelsLast(attrs, in); }) {
    return T::ChannelsLast(attrs, in);
  } else if constexpr (constexpr OpTraits kTraits = T::kTraits; kTraits.elementwise) {
    if (in.size() == 1) return ChannelsLastForm{Op::Of<T>(attrs)};  // Wherever an element stands.
    return std::nullopt;
  } else {
    return std::nullopt;
  }
}

}  // namespace moduled::nn
