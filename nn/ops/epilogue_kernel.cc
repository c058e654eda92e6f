#include "nn/ops/epilogue_kernel.h"

#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/ops/kernels/pointwise_rows.h"
#include "nn/ops/kernels/ranges.h"
#include "nn/ops/kernels/rows.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

class EpilogueKernel final : public Kernel {
 public:
  EpilogueKernel(std::unique_ptr<Kernel> kernel, const Epilogue& epilogue, int64_t count, int threads)
      : kernel_(std::move(kernel)),
        epilogue_(epilogue),
        count_(count),
        threads_(threads),
        algorithm_(absl::StrCat(kernel_->algorithm(), " + pass")) {}

  absl::string_view algorithm() const override { return algorithm_; }
  size_t scratch_bytes() const override { return kernel_->scratch_bytes(); }
  bool reads(size_t input) const override { return input == epilogue_.residual || kernel_->reads(input); }

  absl::Status Run(const KernelArgs& args) const override {
    RETURN_IF_ERROR(kernel_->Run(args));
    auto* y = static_cast<float*>(args.out[0]);
    const auto* residual =
        epilogue_.residual.has_value() ? static_cast<const float*>(args.in[*epilogue_.residual]) : nullptr;
    kernels::ForRanges(threads_, count_, 1, [&](int64_t begin, int64_t end) {
      if (residual != nullptr) kernels::AddRow(residual + begin, y + begin, end - begin);
      kernels::ApplyRow(epilogue_.pointwise, y + begin, end - begin);
    });
    return absl::OkStatus();
  }

 private:
  const std::unique_ptr<Kernel> kernel_;
  const Epilogue epilogue_;
  const int64_t count_;
  const int threads_;
  const std::string algorithm_;
};

}  // namespace

std::unique_ptr<Kernel> WithEpilogue(std::unique_ptr<Kernel> kernel, const Epilogue& epilogue, int64_t count,
                                     int threads) {
  if (epilogue.empty()) return kernel;
  return std::make_unique<EpilogueKernel>(std::move(kernel), epilogue, count, threads);
}

}  // namespace moduled::nn
