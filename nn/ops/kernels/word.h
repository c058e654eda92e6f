// Elements as what they are to operators that only move them: some bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace moduled::nn::kernels {

template <size_t kSize>
struct WordOf;
// may_alias: a word stands for elements of any type.
template <>
struct WordOf<1> {
  using Type [[gnu::may_alias]] = uint8_t;
};
template <>
struct WordOf<2> {
  using Type [[gnu::may_alias]] = uint16_t;
};
template <>
struct WordOf<4> {
  using Type [[gnu::may_alias]] = uint32_t;
};
template <>
struct WordOf<8> {
  using Type [[gnu::may_alias]] = uint64_t;
};

template <size_t kSize>
using Word = typename WordOf<kSize>::Type;

// Calls visit.operator()<kSize>() with the size as a constant. Requires 1, 2, 4 or 8.
template <class Visit>
void WithSize(size_t size, Visit visit) {
  if (size == 1) visit.template operator()<1>();
  if (size == 2) visit.template operator()<2>();
  if (size == 4) visit.template operator()<4>();
  if (size == 8) visit.template operator()<8>();
}

}  // namespace moduled::nn::kernels
