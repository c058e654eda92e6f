#include "nn/ops/onednn/packed_constant.h"

#include "absl/strings/str_cat.h"
#include "nn/ops/onednn/runtime.h"

namespace moduled::nn::onednn {

absl::StatusOr<std::shared_ptr<const dnnl::memory>> PackConstant(const Tensor& constant, const Layout& plain,
                                                                 const Layout& packed, PackCache* packs) {
  // A primitive does not write what it calls a source.
  dnnl::memory source(plain, Engine(), const_cast<void*>(constant.data()));
  if (plain == packed) return std::make_shared<const dnnl::memory>(source);

  const auto make = [&]() -> absl::StatusOr<std::shared_ptr<const dnnl::memory>> {
    dnnl::memory pack(packed, Engine());
    dnnl::reorder(source, pack).execute(Stream(), source, pack);
    return std::make_shared<const dnnl::memory>(std::move(pack));
  };
  if (packs == nullptr) return make();
  const std::string format = absl::StrCat("onednn ", Fingerprint(plain), " to ", Fingerprint(packed));
  return packs->Share<dnnl::memory>(constant, format, make);
}

}  // namespace moduled::nn::onednn
