// A kernel made of a function: for operators whose whole preparation is to remember types and shapes.
#pragma once

#include <memory>
#include <utility>

#include "nn/graph/kernel.h"

namespace moduled::nn {

// `function` is called as absl::Status function(const KernelArgs&); what it captures is decided when the kernel is
// made.
template <class Function>
std::unique_ptr<Kernel> MakeSimpleKernel(absl::string_view algorithm, Function function, size_t scratch_bytes = 0) {
  class SimpleKernel final : public Kernel {
   public:
    SimpleKernel(absl::string_view algorithm, Function function, size_t scratch_bytes)
        : algorithm_(algorithm), function_(std::move(function)), scratch_bytes_(scratch_bytes) {}
    absl::string_view algorithm() const override { return algorithm_; }
    size_t scratch_bytes() const override { return scratch_bytes_; }
    absl::Status Run(const KernelArgs& args) const override { return function_(args); }

   private:
    absl::string_view algorithm_;  // A literal.
    Function function_;
    size_t scratch_bytes_;
  };
  return std::make_unique<SimpleKernel>(algorithm, std::move(function), scratch_bytes);
}

}  // namespace moduled::nn
