#include "nn/ops/onednn/runtime.h"

#include <omp.h>

#include "absl/strings/str_cat.h"

namespace moduled::nn::onednn {

const dnnl::engine& Engine() {
  static const auto* const engine = new dnnl::engine(dnnl::engine::kind::cpu, 0);
  return *engine;
}

dnnl::stream& Stream() {
  thread_local dnnl::stream stream(Engine());
  return stream;
}

dnnl::primitive_attr Attributes() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

ThreadScope::ThreadScope(int threads) : before_(omp_get_max_threads()) {
  if (threads != before_) omp_set_num_threads(threads);
}

ThreadScope::~ThreadScope() { omp_set_num_threads(before_); }

absl::Status StatusOf(absl::string_view where, const dnnl::error& error) {
  const std::string message = absl::StrCat(where, ": oneDNN: ", error.message);
  switch (error.status) {
    case dnnl_unimplemented:
    case dnnl_invalid_arguments:  // Said of extents that it does not take, too.
      return absl::UnimplementedError(message);
    case dnnl_out_of_memory:
      return absl::ResourceExhaustedError(message);
    default:
      return absl::InternalError(message);
  }
}

}  // namespace moduled::nn::onednn
