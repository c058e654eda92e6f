// From a DType, known when a kernel is made, to the C++ type that it is compiled for.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "nn/graph/kernel.h"
#include "nn/tensor/dtype.h"

namespace moduled::nn {

template <class... T>
struct Types {};

using FloatTypes = Types<float, double>;
using NumberTypes = Types<float, double, int64_t, int32_t, int8_t, uint8_t>;
using NumberAndBoolTypes = Types<float, double, int64_t, int32_t, int8_t, uint8_t, bool>;

// make.operator()<T>(), a std::unique_ptr<Kernel>, for the T of `types` that is `dtype`. INTERNAL if there is none: the
// operator's Infer let through what it has no kernel for.
template <class... T, class Make>
absl::StatusOr<std::unique_ptr<Kernel>> MakeKernelFor(Types<T...>, absl::string_view op, DType dtype, Make make) {
  std::unique_ptr<Kernel> kernel;
  const auto make_if = [&]<class Candidate>() {
    if (dtype == kDTypeOf<Candidate>) kernel = make.template operator()<Candidate>();
  };
  (make_if.template operator()<T>(), ...);
  if (kernel == nullptr) return absl::InternalError(absl::StrCat(op, ": no kernel for ", Name(dtype)));
  return kernel;
}

}  // namespace moduled::nn
