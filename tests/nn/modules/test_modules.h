// Modules so simple that a test of trees depends on no layer.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nn/modules/containers.h"
#include "nn/modules/trace.h"
#include "nn/ops/add.h"
#include "nn/ops/mul.h"
#include "nn/plan/model.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

inline std::shared_ptr<Parameter> MakeParameter(Shape shape, float fill = 0) {
  const auto count = static_cast<size_t>(shape.numel());
  auto parameter = std::make_shared<Parameter>();
  parameter->data = Tensor::Of<float>(std::move(shape), std::vector<float>(count, fill));
  return parameter;
}

// y = x * weight + bias, with torch's Linear's names.
class Affine final : public Module {
 public:
  explicit Affine(float weight = 2, bool bias = true, int64_t size = 1) : Module("Affine") {
    EXPECT_TRUE(RegisterParameter("weight", MakeParameter({size}, weight)).ok());
    EXPECT_TRUE(RegisterParameter("bias", bias ? MakeParameter({size}, 1) : nullptr).ok());
  }
  absl::StatusOr<Symbol> Forward(Trace& trace, const Arguments& arguments) const override {
    const Value* x = arguments.positional.empty() ? nullptr : arguments.positional[0].As<Value>();
    if (x == nullptr) return absl::InvalidArgumentError("Affine.forward() wants one tensor");
    ASSIGN_OR_RETURN(Value y, trace.Apply<MulOp>({}, {*x, trace.Use(**parameter_slots().Find("weight"))}));
    if (*parameter_slots().Find("bias") == nullptr) return Symbol(y);
    ASSIGN_OR_RETURN(y, trace.Apply<AddOp>({}, {y, trace.Use(**parameter_slots().Find("bias"))}));
    return Symbol(y);
  }
  std::string ExtraRepr() const override { return "1, 1"; }
};

// Counts batches, as torch's batch norms do.
class Counting final : public Module {
 public:
  Counting() : Module("BatchNorm1d") {
    auto count = std::make_shared<Buffer>();
    count->data = Tensor::Scalar<int64_t>(7);
    EXPECT_TRUE(RegisterBuffer("num_batches_tracked", std::move(count)).ok());
  }
  int64_t state_version() const override { return 2; }
};

inline std::shared_ptr<Sequential> MakeSequential(std::vector<std::shared_ptr<Module>> children) {
  auto sequential = std::make_shared<Sequential>();
  for (size_t i = 0; i < children.size(); ++i) {
    EXPECT_TRUE(sequential->RegisterModule(std::to_string(i), std::move(children[i])).ok());
  }
  return sequential;
}

template <class T>
std::vector<std::string> Names(const Module::Named<T>& named) {
  std::vector<std::string> names;
  for (const auto& [name, item] : named) names.push_back(name);
  return names;
}

inline std::vector<float> Elements(const Datum& datum) {
  const Tensor* tensor = datum.As<Tensor>();
  if (tensor == nullptr) return {};
  return {tensor->elements<float>().begin(), tensor->elements<float>().end()};
}

}  // namespace moduled::nn
