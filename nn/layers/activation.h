// Activation layers of torch.nn: each is one operator. inplace is accepted and changes nothing but repr: values that a
// hook may see are never overwritten.
#pragma once

#include "nn/layers/layer.h"

namespace moduled::nn {

LayerResult CreateReLU(const LayerArguments& arguments);         // ReLU(inplace=False): max(x, 0).
LayerResult CreateReLU6(const LayerArguments& arguments);        // ReLU6(inplace=False): min(max(x, 0), 6).
LayerResult CreateSigmoid(const LayerArguments& arguments);      // Sigmoid(): 1 / (1 + exp(-x)).
LayerResult CreateTanh(const LayerArguments& arguments);         // Tanh(): tanh(x).
LayerResult CreateGELU(const LayerArguments& arguments);         // GELU(approximate='none'): x Phi(x).
LayerResult CreateSiLU(const LayerArguments& arguments);         // SiLU(inplace=False): x sigmoid(x).
LayerResult CreateHardswish(const LayerArguments& arguments);    // Hardswish(inplace=False): x relu6(x + 3) / 6.
LayerResult CreateHardsigmoid(const LayerArguments& arguments);  // Hardsigmoid(inplace=False): relu6(x + 3) / 6.
LayerResult CreateSoftmax(const LayerArguments& arguments);      // Softmax(dim=None): exp(x) / sum(exp(x)).
LayerResult CreateLogSoftmax(const LayerArguments& arguments);   // LogSoftmax(dim=None): log(softmax(x)).

}  // namespace moduled::nn
