// A tensor's bytes as gRPC sends them, without a copy.
#pragma once

#include <grpcpp/support/slice.h>

#include "nn/tensor/tensor.h"

namespace moduled::server {

// The tensor goes when gRPC lets go of the slice. Requires a flat one.
inline grpc::Slice SliceOf(const nn::Tensor& tensor) {
  auto* kept = new nn::Tensor(tensor);
  return grpc::Slice(
      const_cast<void*>(kept->data()), kept->byte_size(), [](void* gone) { delete static_cast<nn::Tensor*>(gone); },
      kept);
}

}  // namespace moduled::server
