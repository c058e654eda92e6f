#include "nn/ops/where.h"

#include "absl/strings/str_cat.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/elementwise/broadcast.h"
#include "nn/ops/gradients.h"
#include "nn/ops/kernels/word.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

using Row = kernels::LoopAxisOf<3>;

template <size_t kSize>
void SelectRow(const bool* condition, const kernels::Word<kSize>* a, const kernels::Word<kSize>* b, const Row& row,
               kernels::Word<kSize>* y) {
  for (int64_t i = 0; i < row.extent; ++i) {
    y[i] = condition[i * row.strides[0]] ? a[i * row.strides[1]] : b[i * row.strides[2]];
  }
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> WhereOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 3));
  if (in[0].dtype != DType::kBool) {
    return absl::InvalidArgumentError(absl::StrCat(
        "where expected condition to be a boolean tensor, but got a tensor with dtype ", ScalarName(in[0].dtype)));
  }
  RETURN_IF_ERROR(CheckSameDType(kName, in.subspan(1)));
  ASSIGN_OR_RETURN(const Shape values, BroadcastShapes(in[1].shape, in[2].shape));
  ASSIGN_OR_RETURN(Shape shape, BroadcastShapes(in[0].shape, values));
  return std::vector<TensorSpec>{{in[1].dtype, std::move(shape)}};
}

absl::StatusOr<std::unique_ptr<Kernel>> WhereOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  kernels::LoopNestOf<3> rows =
      BroadcastNest<3>({&request.in[0].shape, &request.in[1].shape, &request.in[2].shape}, request.out[0].shape);
  const Row row = rows.back();
  rows.pop_back();
  return MakeSimpleKernel("loop", [rows, row, size = SizeOf(request.out[0].dtype)](const KernelArgs& args) {
    kernels::WithSize(size, [&]<size_t kSize>() {
      const auto* condition = static_cast<const bool*>(args.in[0]);
      const auto* a = static_cast<const kernels::Word<kSize>*>(args.in[1]);
      const auto* b = static_cast<const kernels::Word<kSize>*>(args.in[2]);
      auto* y = static_cast<kernels::Word<kSize>*>(args.out[0]);
      kernels::ForEachStep(rows, [&](int64_t condition_offset, int64_t a_offset, int64_t b_offset) {
        SelectRow<kSize>(condition + condition_offset, a + a_offset, b + b_offset, row, y);
        y += row.extent;
      });
    });
    return absl::OkStatus();
  });
}

absl::Status WhereOp::Gradient(const Attrs&, GradientScope& scope) {
  ASSIGN_OR_RETURN(const Value zero, scope.Scalar(0, scope.spec(scope.grad()).dtype));
  RETURN_IF_ERROR(SetBroadcast(scope, 1, [&] { return scope.Apply<WhereOp>({}, {scope.in(0), scope.grad(), zero}); }));
  return SetBroadcast(scope, 2, [&] { return scope.Apply<WhereOp>({}, {scope.in(0), zero, scope.grad()}); });
}

}  // namespace moduled::nn
