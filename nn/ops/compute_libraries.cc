#include "nn/ops/compute_libraries.h"

#include <cblas.h>

#include <dnnl.hpp>

#include "absl/strings/str_cat.h"

namespace moduled::nn {

std::string ComputeLibraries() {
  const dnnl::version_t* version = dnnl::version();
  return absl::StrCat("oneDNN ", version->major, ".", version->minor, ".", version->patch, " ", version->hash, " isa ",
                      absl::Hex(static_cast<int>(dnnl::get_effective_cpu_isa())), ", ", openblas_get_config(), " ",
                      openblas_get_corename());
}

}  // namespace moduled::nn
