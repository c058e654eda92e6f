// Makes layers in tests by name.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "nn/layers/catalogue.h"
#include "nn/plan/model.h"

namespace moduled::nn {

inline LayerResult TryMakeLayer(absl::string_view name, const Attributes& attributes = {},
                                InitContext::Options options = {}) {
  const absl::StatusOr<const LayerInfo*> info = FindLayer(name);
  if (!info.ok()) return info.status();
  InitContext context(options);
  return (*info)->create({attributes, context});
}

inline std::shared_ptr<Layer> MakeLayer(absl::string_view name, const Attributes& attributes = {}) {
  LayerResult layer = TryMakeLayer(name, attributes);
  EXPECT_TRUE(layer.ok()) << layer.status();
  (*layer)->eval();
  return *std::move(layer);
}

inline Attribute Ints(std::initializer_list<int64_t> numbers) {
  return Attribute::List{{numbers.begin(), numbers.end()}};
}

// Runs a module on tensors.
inline absl::StatusOr<Datum> RunModule(std::shared_ptr<const Module> module, const std::vector<Tensor>& inputs) {
  Workspace workspace;
  return Model(std::move(module), ModelOptions()).Forward({{inputs.begin(), inputs.end()}, {}}, workspace);
}
inline absl::StatusOr<Datum> RunModule(std::shared_ptr<const Module> module, const Tensor& input) {
  return RunModule(std::move(module), std::vector<Tensor>{input});
}

// What a module makes of an input of this type; no error if it takes it.
inline absl::Status Trial(const Module& module, const TensorSpec& input) {
  return Trace::Run(module, {{SpecTree(input)}, {}}).status();
}

// Elements that differ from each other.
inline Tensor Ramp(Shape shape) {
  Tensor tensor = *Tensor::Allocate({DType::kFloat32, std::move(shape)});
  float next = -1;
  for (float& element : tensor.mutable_elements<float>()) element = next += 0.125f;
  return tensor;
}

}  // namespace moduled::nn
