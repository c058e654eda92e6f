#include "nn/ops/onednn/epilogue.h"

#include <limits>

#include "nn/ops/onednn/runtime.h"

namespace moduled::nn::onednn {
namespace {

void AppendFunction(dnnl::post_ops& ops, const Pointwise& p) {
  using dnnl::algorithm;
  using Kind = Pointwise::Kind;
  const auto append = [&](algorithm function, float alpha = 0, float beta = 0) {
    ops.append_eltwise(1.0f, function, alpha, beta);
  };
  switch (p.kind) {
    case Kind::kIdentity:
      return;
    case Kind::kClamp:
      if (p.low == 0 && p.high == std::numeric_limits<float>::infinity()) return append(algorithm::eltwise_relu);
      return append(algorithm::eltwise_clip, p.low, p.high);
    case Kind::kSigmoid:
      return append(algorithm::eltwise_logistic);
    case Kind::kSilu:
      return append(algorithm::eltwise_swish, 1.0f);
    case Kind::kHardsigmoid:
      append(algorithm::eltwise_linear, 1.0f / 6.0f, 0.5f);
      return append(algorithm::eltwise_clip, 0.0f, 1.0f);
    case Kind::kHardswish:
      return append(algorithm::eltwise_hardswish);
    case Kind::kTanh:
      return append(algorithm::eltwise_tanh);
    case Kind::kGelu:
      return append(algorithm::eltwise_gelu_erf);
    case Kind::kGeluTanh:
      return append(algorithm::eltwise_gelu_tanh);
    case Kind::kElu:
      return append(algorithm::eltwise_elu, p.low);
    case Kind::kLeaky:
      return append(algorithm::eltwise_relu, p.low);
  }
}

}  // namespace

dnnl::primitive_attr WithEpilogue(bool sum, const Pointwise& pointwise) {
  dnnl::post_ops ops;
  if (sum) ops.append_sum(1.0f);
  AppendFunction(ops, pointwise);
  dnnl::primitive_attr attributes = Attributes();
  attributes.set_post_ops(ops);
  return attributes;
}

}  // namespace moduled::nn::onednn
