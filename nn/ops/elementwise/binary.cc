#include "nn/ops/elementwise/binary.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> InferBinary(absl::string_view op, absl::string_view implementation,
                                                    const DTypeSet& implemented, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(op, in, 2));
  RETURN_IF_ERROR(CheckSameDType(op, in));
  RETURN_IF_ERROR(CheckDType(implementation, in[0].dtype, implemented));
  ASSIGN_OR_RETURN(Shape shape, BroadcastShapes(in[0].shape, in[1].shape));
  return std::vector<TensorSpec>{{in[0].dtype, std::move(shape)}};
}

}  // namespace moduled::nn
