#include "proto/contract/edit.h"

namespace moduled::contract {
namespace {

bool Same(double a, double b) { return a == b; }
bool Same(const nn::Tensor& a, const nn::Tensor& b) { return a.spec() == b.spec() && a.bytes() == b.bytes(); }
template <class A, class B>
bool Same(const A&, const B&) {
  return false;
}

}  // namespace

bool Edit::Operand::operator==(const Operand& other) const {
  return std::visit([](const auto& a, const auto& b) { return Same(a, b); }, value, other.value);
}

bool Edit::Replace::operator==(const Replace& other) const { return Same(tensor, other.tensor); }

}  // namespace moduled::contract
