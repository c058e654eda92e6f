#include "nn/ops/kernels/convert.h"

#include <iterator>

#include "nn/ops/kernels/convert_scalar.h"
#include "nn/ops/kernels/vector_loop.h"

namespace moduled::nn::kernels {
namespace {

template <class From, class To>
void Convert(const void* from, void* to, int64_t n) {
  const From* const x = static_cast<const From*>(from);
  To* const y = static_cast<To*>(to);
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < n; ++i) y[i] = ConvertScalar<To>(x[i]);
}

// From one type to each, in the order of the enumeration.
template <class From>
constexpr ConvertLoop kConvertFrom[] = {
    Convert<From, float>,    Convert<From, double>,  Convert<From, Half>,
    Convert<From, BFloat16>, Convert<From, int64_t>, Convert<From, int32_t>,
    Convert<From, int8_t>,   Convert<From, uint8_t>, Convert<From, bool>,
};

constexpr const ConvertLoop* kConvert[] = {
    kConvertFrom<float>,   kConvertFrom<double>, kConvertFrom<Half>,    kConvertFrom<BFloat16>, kConvertFrom<int64_t>,
    kConvertFrom<int32_t>, kConvertFrom<int8_t>, kConvertFrom<uint8_t>, kConvertFrom<bool>,
};

static_assert(std::size(kConvert) == std::size(kAllDTypes) && std::size(kConvertFrom<float>) == std::size(kAllDTypes));

}  // namespace

ConvertLoop FindConvertLoop(DType from, DType to) {
  return kConvert[static_cast<size_t>(from)][static_cast<size_t>(to)];
}

}  // namespace moduled::nn::kernels
