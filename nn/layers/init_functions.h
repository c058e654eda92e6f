// torch.nn.init's functions with their arguments, for tensors that anybody may name: what does not fit is an error.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nn/layers/generator.h"
#include "nn/tensor/tensor.h"

namespace moduled::nn::init {

// Fills a fresh tensor of a floating-point type. INVALID_ARGUMENT, in torch's words, for shapes that it cannot fill.
using Function = std::function<absl::Status(Tensor& tensor, Generator& generator)>;

Function UniformFunction(double a, double b);
Function NormalFunction(double mean, double std);
Function ConstantFunction(double value);
Function EyeFunction();
Function DiracFunction(int64_t groups);
Function XavierUniformFunction(double gain);
Function XavierNormalFunction(double gain);
// U or N truncated to [a, b].
Function TruncNormalFunction(double mean, double std, double a, double b);
Function OrthogonalFunction(double gain);
Function SparseFunction(double sparsity, double std);

struct Kaiming {
  double a = 0;  // The slope of leaky_relu.
  std::string mode = "fan_in";
  std::string nonlinearity = "leaky_relu";
};
Function KaimingUniformFunction(const Kaiming& kaiming);
Function KaimingNormalFunction(const Kaiming& kaiming);

// torch.nn.init.calculate_gain.
absl::StatusOr<double> CalculateGain(absl::string_view nonlinearity, double slope);

}  // namespace moduled::nn::init
