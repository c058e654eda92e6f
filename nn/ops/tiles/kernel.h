// Products by tiles as kernels of operators: what becomes of a constant b, and of one run's buffers.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "nn/graph/kernel.h"
#include "nn/ops/tiles/tiles.h"

namespace moduled::nn::tiles {

// Where a kernel's inputs are; the second input is b.
struct Inputs {
  size_t bias = 0;
  size_t residual = 0;
};

// Input 1 of the request, whose elements are where `b` says, packed and shared with other kernels that read it so.
// UNIMPLEMENTED, with the reason, where it is not constant or tiles do not compute the problem.
absl::StatusOr<std::shared_ptr<const Tensor>> PackConstant(const Problem& problem, Columns b,
                                                           const KernelRequest& request);

// The part of a kernel that all products share. Input 0 gives the rows.
class TilesKernel : public Kernel {
 public:
  TilesKernel(const Problem& problem, const Inputs& inputs, std::shared_ptr<const Tensor> packed)
      : problem_(problem), inputs_(inputs), packed_(std::move(packed)) {}

  absl::string_view algorithm() const override { return problem_.split ? "tiles split bfloat16" : "tiles bfloat16"; }
  size_t scratch_bytes() const override { return ScratchBytes(problem_); }
  bool reads(size_t input) const override { return input != 1; }
  int in_place_input() const override { return problem_.residual ? static_cast<int>(inputs_.residual) : -1; }

 protected:
  void RunRows(const Rows& rows, const KernelArgs& args) const;

 private:
  const Problem problem_;
  const Inputs inputs_;
  const std::shared_ptr<const Tensor> packed_;
};

// Rows that stand one behind the other.
class DenseRows final : public Rows {
 public:
  DenseRows(const float* data, int64_t depth) : data_(data), depth_(depth) {}
  const float* Get(int64_t row, int64_t begin, int64_t, float*) const override { return data_ + row * depth_ + begin; }

 private:
  const float* data_;
  const int64_t depth_;
};

}  // namespace moduled::nn::tiles
