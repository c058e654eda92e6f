// torch.nn.init: how layers fill their parameters and buffers.
#pragma once

#include <cstdint>
#include <functional>

#include "nn/layers/generator.h"
#include "nn/tensor/tensor.h"

namespace moduled::nn::init {

// Fills a fresh tensor. Elements are drawn in row-major order, as torch does on the CPU.
using Initialiser = std::function<void(Tensor& tensor, Generator& generator)>;

// Every element is `value`.
Initialiser Constant(double value);
inline Initialiser Zeros() { return Constant(0); }
inline Initialiser Ones() { return Constant(1); }

// U(from, to). Requires a floating-point tensor.
Initialiser Uniform(double from, double to);

// N(mean, std^2). Requires a floating-point tensor. The draws are torch's; the last bits of the samples may differ from
// those of its vectorised logarithm and sine.
Initialiser Normal(double mean, double std);

// Elements that count for one input or output of a layer with this weight. Requires rank >= 2.
struct Fan {
  double in = 0;
  double out = 0;
};
Fan FanOf(const Shape& shape);

// U(-bound, bound) with bound = gain * sqrt(6 / (fan_in + fan_out)). Requires rank >= 2.
Initialiser XavierUniform(double gain = 1);

// U(-bound, bound) with bound = sqrt(3) * gain / sqrt(fan_in), gain = sqrt(2 / (1 + a^2)): kaiming_uniform_ with leaky
// ReLU's gain. fan_in is the number of elements that belong to one index of axis 0. Requires rank >= 2.
Initialiser KaimingUniform(double a);

// What torch gives the bias of linear and convolution layers: U(-bound, bound) with bound = 1 / sqrt(fan_in).
Initialiser BiasUniform(int64_t fan_in);

}  // namespace moduled::nn::init
