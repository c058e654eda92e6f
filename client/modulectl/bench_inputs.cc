#include "client/modulectl/bench_inputs.h"

#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/tensor/convert.h"
#include "nn/tensor/status_macros.h"

namespace moduled::modulectl {
namespace {

constexpr uint64_t kSeed = 0;

bool HasFreeRows(const Port& port) { return port.spec.shape.rank() > 0 && port.spec.shape[0] < 0; }

absl::StatusOr<nn::TensorSpec> TypeOf(const Port& port, int64_t batch) {
  nn::TensorSpec spec{port.spec.dtype, port.example};
  if (port.example.rank() != port.spec.shape.rank()) {
    return absl::InvalidArgumentError(
        absl::StrCat("input ", port.name, ": the signature has no example shape; say one with --input"));
  }
  if (batch == 0 || spec.shape.rank() == 0) return spec;
  if (!HasFreeRows(port) && spec.shape[0] != batch) {
    return absl::InvalidArgumentError(absl::StrCat("input ", port.name, ": the model takes ", spec.shape[0],
                                                   " rows (got a batch size of ", batch, ")"));
  }
  spec.shape[0] = batch;
  return spec;
}

absl::StatusOr<nn::Tensor> RandomTensor(const nn::TensorSpec& spec, std::mt19937_64& random) {
  ASSIGN_OR_RETURN(nn::Tensor numbers, nn::Tensor::Allocate({nn::DType::kFloat32, spec.shape}));
  // Integers are these numbers without their fractions.
  std::uniform_real_distribution<float> uniform(0, nn::IsFloatingPoint(spec.dtype) ? 1 : 2);
  for (float& number : numbers.mutable_elements<float>()) number = uniform(random);
  return nn::Convert(numbers, spec.dtype);
}

}  // namespace

absl::StatusOr<std::vector<nn::Datum>> MakeInputs(const Signature& signature, const std::vector<nn::TensorSpec>& shapes,
                                                  int64_t batch, BenchData data) {
  std::vector<nn::TensorSpec> types = shapes;
  for (size_t i = 0; shapes.empty() && i < signature.inputs.size(); ++i) {
    ASSIGN_OR_RETURN(nn::TensorSpec type, TypeOf(signature.inputs[i], batch));
    types.push_back(std::move(type));
  }
  if (types.empty()) {
    return absl::InvalidArgumentError("inputs: the model has no signature; say shapes with --input, or give files");
  }
  std::mt19937_64 random(kSeed);
  std::vector<nn::Datum> inputs;
  for (const nn::TensorSpec& type : types) {
    ASSIGN_OR_RETURN(nn::Tensor tensor,
                     data == BenchData::kZero ? nn::Tensor::Zeros(type) : RandomTensor(type, random));
    inputs.emplace_back(std::move(tensor));
  }
  return inputs;
}

int64_t BatchOf(const Signature& signature, const std::vector<nn::Datum>& inputs) {
  if (signature.inputs.empty() || inputs.empty() || !HasFreeRows(signature.inputs[0])) return 1;
  const auto* tensor = inputs[0].As<nn::Tensor>();
  return tensor == nullptr || tensor->rank() == 0 ? 1 : tensor->shape()[0];
}

}  // namespace moduled::modulectl
