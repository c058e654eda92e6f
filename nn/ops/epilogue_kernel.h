// A kernel with a sum and a function behind it, for kernels that cannot apply them where they write.
#pragma once

#include <memory>
#include <optional>

#include "nn/graph/kernel.h"
#include "nn/graph/pointwise.h"

namespace moduled::nn {

struct Epilogue {
  std::optional<size_t> residual = std::nullopt;  // The input that is added.
  Pointwise pointwise = {};

  bool empty() const { return !residual.has_value() && pointwise.kind == Pointwise::Kind::kIdentity; }
};

// `kernel` itself where there is nothing to apply. Its first output has `count` float32 elements.
std::unique_ptr<Kernel> WithEpilogue(std::unique_ptr<Kernel> kernel, const Epilogue& epilogue, int64_t count,
                                     int threads);

}  // namespace moduled::nn
