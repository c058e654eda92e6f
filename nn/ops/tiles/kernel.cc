#include "nn/ops/tiles/kernel.h"

#include "absl/strings/str_cat.h"
#include "nn/graph/pack_cache.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::tiles {
namespace {

// With less to do, another kernel is as fast, and what it computes is nearer to a plain sum.
constexpr double kLeastProducts = 1 << 16;

absl::StatusOr<std::shared_ptr<const Tensor>> MakePack(const Problem& problem, const Columns& b) {
  const auto elements = static_cast<int64_t>(PackedBytes(problem) / sizeof(Bfloat16));
  ASSIGN_OR_RETURN(Tensor packed, Tensor::Allocate({DType::kBFloat16, {elements}}));
  Pack(problem, b, static_cast<Bfloat16*>(packed.mutable_data()));
  return std::make_shared<const Tensor>(std::move(packed));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Tensor>> PackConstant(const Problem& problem, Columns b,
                                                           const KernelRequest& request) {
  const KnownInput* constant = request.constants[1];
  if (constant == nullptr) return absl::UnimplementedError("b is not constant: packing would not pay");
  if (!Supports(problem)) return absl::UnimplementedError("the processor, or the extents");
  const double products =
      static_cast<double>(problem.rows) * static_cast<double>(problem.columns) * static_cast<double>(problem.depth);
  if (products < kLeastProducts) return absl::UnimplementedError("a small product");
  const std::string format = absl::StrCat("tiles ", problem.split, " ", problem.depth, "x", problem.columns, " ",
                                          b.column_stride, " ", b.inner, " ", b.inner_stride, " ", b.outer_stride);
  return PackCache::Share<Tensor>(request.packs, *constant, format, [&](const Tensor& tensor) {
    b.data = tensor.elements<float>().data();
    return MakePack(problem, b);
  });
}

void TilesKernel::RunRows(const Rows& rows, const KernelArgs& args) const {
  const auto input = [&](size_t i) { return static_cast<const float*>(args.in[i]); };
  Multiply(problem_, {.a = &rows,
                      .b = static_cast<const Bfloat16*>(packed_->data()),
                      .bias = problem_.bias ? input(inputs_.bias) : nullptr,
                      .residual = problem_.residual ? input(inputs_.residual) : nullptr,
                      .y = static_cast<float*>(args.out[0]),
                      .scratch = args.scratch});
}

}  // namespace moduled::nn::tiles
