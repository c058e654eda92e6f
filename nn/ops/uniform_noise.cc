#include "nn/ops/uniform_noise.h"

#include "nn/ops/elementwise/unary.h"
#include "nn/ops/kernels/random.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> UniformNoiseOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferUnary(kName, "check_uniform_bounds", kComputedFloats, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> UniformNoiseOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const int64_t n = request.in[0].numel();
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return MakeSimpleKernel("loop", [attrs, n](const KernelArgs& args) {
      const uint64_t seed = kernels::SeedOfRun(attrs.seed, args.seed);
      auto* y = static_cast<T*>(args.out[0]);
      for (int64_t i = 0; i < n; ++i) {
        const double unit = kernels::RandomUnit(seed, static_cast<uint64_t>(i));
        y[i] = static_cast<T>(attrs.low + unit * (attrs.high - attrs.low));
      }
      return absl::OkStatus();
    });
  });
}

}  // namespace moduled::nn
