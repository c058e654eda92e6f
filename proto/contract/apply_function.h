// The functions that Apply takes: what they are, without how they are computed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "nn/tensor/dtype.h"

namespace moduled::contract {

// torch.nn.init's functions, with their arguments and defaults.
struct UniformInit {
  double a = 0;
  double b = 1;
};
struct NormalInit {
  double mean = 0;
  double std = 1;
};
struct ConstantInit {
  double val = 0;
};
struct EyeInit {};
struct DiracInit {
  int64_t groups = 1;
};
struct XavierInit {
  bool normal = false;  // xavier_normal_, else xavier_uniform_.
  double gain = 1;
};
struct KaimingInit {
  bool normal = false;  // kaiming_normal_, else kaiming_uniform_.
  double a = 0;
  std::string mode = "fan_in";
  std::string nonlinearity = "leaky_relu";
};
struct TruncNormalInit {
  double mean = 0;
  double std = 1;
  double a = -2;
  double b = 2;
};
struct OrthogonalInit {
  double gain = 1;
};
struct SparseInit {
  double sparsity = 0;
  double std = 0.01;
};

// Changes of what is there.
struct ResetParameters {};
struct CastFunction {
  nn::DType dtype = nn::DType::kFloat32;
};
struct ScaleFunction {
  double factor = 1;
};
struct ClampFunction {
  std::optional<double> min = std::nullopt;
  std::optional<double> max = std::nullopt;
};
struct TrainFunction {
  bool mode = true;
};
struct RequiresGradFunction {
  bool requires_grad = true;
};

struct ApplyFunction {
  using Action = std::variant<UniformInit, NormalInit, ConstantInit, EyeInit, DiracInit, XavierInit, KaimingInit,
                              TruncNormalInit, OrthogonalInit, SparseInit, ResetParameters, CastFunction, ScaleFunction,
                              ClampFunction, TrainFunction, RequiresGradFunction>;

  std::string type = "";                // The class name of the modules that it is for; empty: every one.
  std::vector<std::string> names = {};  // The module's own tensors that it is for; empty: all of its parameters.
  Action action = {};
};

}  // namespace moduled::contract
