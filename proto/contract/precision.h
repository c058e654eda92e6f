// How much results may deviate from plain float32 arithmetic.
#pragma once

#include <cstdint>

namespace moduled::contract {

enum class Precision : uint8_t {
  kExact,    // No Winograd, no reassociation beyond BLAS.
  kDefault,  // float32, with Winograd where a check of its error passes.
  kFast,     // bfloat16 compute.
};

}  // namespace moduled::contract
