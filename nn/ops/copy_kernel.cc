#include "nn/ops/copy_kernel.h"

#include "nn/graph/simple_kernel.h"
#include "nn/ops/kernels/strided_copy.h"

namespace moduled::nn {

std::unique_ptr<Kernel> MakeCopyKernel(const kernels::LoopNest& nest, size_t element_size, int64_t first) {
  const kernels::StridedCopy copy(nest, element_size);
  const auto first_byte = static_cast<size_t>(first) * element_size;
  return MakeSimpleKernel("copy", [copy, first_byte](const KernelArgs& args) {
    copy.Run(static_cast<const uint8_t*>(args.in[0]) + first_byte, args.out[0]);
    return absl::OkStatus();
  });
}

}  // namespace moduled::nn
