#include "nn/ops/channels_last/batch_norm.h"

#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/channels_last/shape.h"
#include "nn/ops/checks.h"
#include "nn/ops/kernels/ranges.h"
#include "nn/ops/kernels/rows.h"
#include "nn/ops/scratch_layout.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> ChannelsLastBatchNormOp::Infer(const Attrs& attrs,
                                                                       absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, attrs.batch_norm.affine ? 5 : 3));
  if (in[0].dtype != DType::kFloat32 || in[0].shape.rank() != 4) {
    return absl::InvalidArgumentError(absl::StrCat(kName, ": wrong type (got ", in[0].ToString(), ")"));
  }
  std::vector<TensorSpec> first(in.begin(), in.end());
  first[0].shape = ToChannelsFirst(first[0].shape);
  RETURN_IF_ERROR(BatchNormOp::Infer(attrs.batch_norm, first).status());
  return std::vector<TensorSpec>{in[0]};
}

absl::StatusOr<std::unique_ptr<Kernel>> ChannelsLastBatchNormOp::MakeKernel(const Attrs& attrs,
                                                                            const KernelRequest& request) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const bool clamps = attrs.pointwise.kind == Pointwise::Kind::kClamp;
  const float low = clamps ? attrs.pointwise.low : -kInfinity;
  const float high = clamps ? attrs.pointwise.high : kInfinity;
  const int64_t channels = request.in[0].shape[3];
  const int64_t pixels = request.in[0].shape.numel(0, 3);
  ScratchLayout layout;
  const size_t scales = layout.Add(static_cast<size_t>(channels) * sizeof(float));
  const size_t shifts = layout.Add(static_cast<size_t>(channels) * sizeof(float));
  const auto run = [attrs = attrs.batch_norm, low, high, channels, pixels, scales, shifts,
                    threads = request.threads](const KernelArgs& args) {
    const auto input = [&](size_t i) { return static_cast<const float*>(args.in[i]); };
    float* scale = ScratchLayout::At<float>(args.scratch, scales);
    float* shift = ScratchLayout::At<float>(args.scratch, shifts);
    for (int64_t c = 0; c < channels; ++c) {
      // In double: mean * scale and bias may cancel each other.
      const double gain = (attrs.affine ? input(3)[c] : 1.0) / std::sqrt(static_cast<double>(input(2)[c]) + attrs.eps);
      scale[c] = static_cast<float>(gain);
      shift[c] = static_cast<float>((attrs.affine ? input(4)[c] : 0.0) - input(1)[c] * gain);
    }
    kernels::ForRanges(threads, pixels, channels, [&](int64_t begin, int64_t end) {
      kernels::ScaleShiftClampRows(input(0) + begin * channels, scale, shift, low, high,
                                   static_cast<float*>(args.out[0]) + begin * channels, end - begin, channels);
    });
    return absl::OkStatus();
  };
  return MakeSimpleKernel("rows", run, layout.bytes());
}

std::optional<Op> ChannelsLastBatchNormOp::WithPointwise(const Attrs& attrs, const Pointwise& pointwise) {
  if (attrs.pointwise.kind != Pointwise::Kind::kIdentity || pointwise.kind != Pointwise::Kind::kClamp) {
    return std::nullopt;
  }
  return Op::Of<ChannelsLastBatchNormOp>({attrs.batch_norm, pointwise});
}

}  // namespace moduled::nn
