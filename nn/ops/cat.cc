#include "nn/ops/cat.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/channels_last/shape.h"
#include "nn/ops/checks.h"
#include "nn/ops/slice.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// torch passes over these, whatever the shape of the others.
bool IsPassedOver(const TensorSpec& spec) { return spec.shape == Shape{0}; }

// Refuses what does not continue `first` along the axis. `position`: among the inputs.
absl::Status CheckContinues(const Shape& first, const Shape& shape, int64_t axis, size_t position) {
  if (shape.rank() != first.rank()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Tensors must have same number of dimensions: got ", first.rank(), " and ", shape.rank()));
  }
  for (size_t other = 0; other < shape.rank(); ++other) {
    if (other == static_cast<size_t>(axis) || shape[other] == first[other]) continue;
    return absl::InvalidArgumentError(absl::StrCat("Sizes of tensors must match except in dimension ", axis,
                                                   ". Expected size ", first[other], " but got size ", shape[other],
                                                   " for tensor number ", position, " in the list."));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> CatOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  if (in.empty()) return absl::InvalidArgumentError("torch.cat(): expected a non-empty list of Tensors");
  RETURN_IF_ERROR(CheckSameDType(kName, in));
  const TensorSpec* first = nullptr;
  TensorSpec out = in[0];
  for (size_t i = 0; i < in.size(); ++i) {
    const Shape& shape = in[i].shape;
    if (shape.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("zero-dimensional tensor (at position ", i, ") cannot be concatenated"));
    }
    if (IsPassedOver(in[i])) continue;
    if (first == nullptr) {
      RETURN_IF_ERROR(CheckAxis(attrs.axis, shape.rank()));
      first = &in[i];
      out = in[i];
      continue;
    }
    RETURN_IF_ERROR(CheckContinues(first->shape, shape, attrs.axis, i));
    if (__builtin_add_overflow(out.shape[attrs.axis], shape[attrs.axis], &out.shape[attrs.axis])) {
      return absl::InvalidArgumentError("cat: the result has too many elements");
    }
  }
  if (first == nullptr) RETURN_IF_ERROR(CheckAxis(attrs.axis, 1));
  return std::vector<TensorSpec>{std::move(out)};
}

absl::StatusOr<std::unique_ptr<Kernel>> CatOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const auto axis = static_cast<size_t>(attrs.axis);
  const Shape& out = request.out[0].shape;
  const size_t element = SizeOf(request.out[0].dtype);
  std::vector<size_t> blocks;  // For each input the bytes of its share of an output row.
  size_t row = 0;
  for (const TensorSpec& spec : request.in) {
    blocks.push_back(IsPassedOver(spec) ? 0 : static_cast<size_t>(spec.shape.numel(axis, spec.shape.rank())) * element);
    row += blocks.back();
  }
  return MakeSimpleKernel("copy", [blocks, row, rows = out.numel(0, axis)](const KernelArgs& args) {
    auto* column = static_cast<uint8_t*>(args.out[0]);
    for (size_t i = 0; i < blocks.size(); ++i) {
      if (blocks[i] == 0) continue;
      const auto* from = static_cast<const uint8_t*>(args.in[i]);
      for (int64_t r = 0; r < rows; ++r) std::memcpy(column + r * row, from + r * blocks[i], blocks[i]);
      column += blocks[i];
    }
    return absl::OkStatus();
  });
}

std::optional<ChannelsLastForm> CatOp::ChannelsLast(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  const auto is_image = [](const TensorSpec& spec) { return spec.shape.rank() == 4; };
  if (!std::all_of(in.begin(), in.end(), is_image)) return std::nullopt;
  return ChannelsLastForm{Op::Of<CatOp>({.axis = AxisInChannelsLast(attrs.axis)}), in.size()};
}

absl::Status CatOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  int64_t start = 0;
  for (size_t i = 0; i < scope.in_count(); ++i) {
    const Shape shape = scope.spec(scope.in(i)).shape;
    if (shape.rank() != scope.spec(scope.out()).shape.rank()) {  // Passed over.
      RETURN_IF_ERROR(scope.Set(i, scope.Zeros(scope.spec(scope.in(i)))));
      continue;
    }
    const int64_t length = shape[attrs.axis];
    if (scope.wants(i)) {
      RETURN_IF_ERROR(
          scope.Set(i, scope.Apply<SliceOp>({.axis = attrs.axis, .start = start, .length = length}, {scope.grad()})));
    }
    start += length;
  }
  return absl::OkStatus();
}

}  // namespace moduled::nn
