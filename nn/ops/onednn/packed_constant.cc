#include "nn/ops/onednn/packed_constant.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/ops/onednn/runtime.h"
#include "nn/tensor/memory.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::onednn {
namespace {

// In memory of ours: oneDNN's own is never in huge pages.
struct Pack {
  Memory bytes;
  dnnl::memory memory;
};

// A tensor that is as wanted.
struct View {
  Tensor tensor;
  dnnl::memory memory;
};

absl::StatusOr<std::shared_ptr<const Pack>> MakePack(const Layout& layout) {
  Memory bytes = AllocateMemory(layout.get_size());
  if (bytes == nullptr) {
    return absl::ResourceExhaustedError(
        absl::StrCat("out of memory for packed weights (", layout.get_size(), " bytes)"));
  }
  dnnl::memory memory(layout, Engine(), bytes.get());
  return std::make_shared<const Pack>(Pack{std::move(bytes), std::move(memory)});
}

}  // namespace

absl::StatusOr<std::shared_ptr<const dnnl::memory>> PackConstant(const KnownInput& constant, const Layout& plain,
                                                                 const Layout& packed, PackCache* packs) {
  const auto make = [&](const Tensor& tensor) -> absl::StatusOr<std::shared_ptr<const dnnl::memory>> {
    // A primitive does not write what it calls a source.
    dnnl::memory source(plain, Engine(), const_cast<void*>(tensor.data()));
    if (plain == packed) {
      const auto view = std::make_shared<const View>(View{tensor, source});
      return std::shared_ptr<const dnnl::memory>(view, &view->memory);
    }
    ASSIGN_OR_RETURN(std::shared_ptr<const Pack> pack, MakePack(packed));
    dnnl::memory target = pack->memory;
    dnnl::reorder(source, target).execute(Stream(), source, target);
    return std::shared_ptr<const dnnl::memory>(pack, &pack->memory);
  };
  const std::string format = absl::StrCat("onednn ", Fingerprint(plain), " to ", Fingerprint(packed));
  return PackCache::Share<dnnl::memory>(packs, constant, format, make);
}

}  // namespace moduled::nn::onednn
