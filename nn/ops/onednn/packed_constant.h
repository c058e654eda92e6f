// Constants in the layouts that primitives like best, shared between the kernels of a model.
#pragma once

#include "absl/status/statusor.h"
#include "nn/graph/pack_cache.h"
#include "nn/ops/onednn/descriptors.h"
#include "nn/tensor/tensor.h"

namespace moduled::nn::onednn {

// `constant`, which is laid out as `plain` says, as `packed` says. It is shared through `packs` unless that is null,
// and not copied if it is as wanted. Throws dnnl::error.
absl::StatusOr<std::shared_ptr<const dnnl::memory>> PackConstant(const KnownInput& constant, const Layout& plain,
                                                                 const Layout& packed, PackCache* packs);

}  // namespace moduled::nn::onednn
