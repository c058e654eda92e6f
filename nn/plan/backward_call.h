// A backward pass as a caller asks for it, and what it answers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/graph/graph.h"
#include "nn/modules/backward_spec.h"
#include "nn/tensor/datum.h"

namespace moduled::nn {

// What is differentiated. Outputs are the tensors of the forward's result, counted in order of a walk.
struct Objective {
  enum class Kind : uint8_t {
    kImplicit,     // The only output, which must have one element: Tensor.backward() without arguments.
    kGradOutputs,  // The outputs times `grad_output`: Tensor.backward(gradient).
    kClassIndex,   // The elements of one output that `classes` names: an output [N, C] or [C].
    kSum,          // The sum of one output, or of all floating-point ones.
    kLoss,         // What a loss layer of the tree answers for (an output, targets...).
  };

  Kind kind = Kind::kImplicit;
  Datum grad_output = {};                        // kGradOutputs: like the output, None where there is no gradient.
  std::vector<int64_t> classes = {};             // kClassIndex: one for each row, or one for all.
  std::optional<int32_t> output = std::nullopt;  // kClassIndex, kSum, kLoss; unset: the only one, or all (kSum).
  std::string loss = "";                         // kLoss: the layer's path.
  std::vector<Datum> targets = {};               // kLoss.
};

struct BackwardCall {
  Objective objective = {};
  // As in BackwardSpec.
  std::optional<std::vector<int32_t>> inputs = std::nullopt;
  std::optional<std::vector<std::string>> parameters = std::nullopt;
};

struct BackwardResult {
  Datum output;
  std::optional<Tensor> loss;    // kLoss.
  std::vector<Datum> grad_args;  // Like the arguments; None where there is no gradient.
  std::vector<std::pair<std::string, Datum>> grad_kwargs;
  std::vector<std::pair<std::string, std::optional<Tensor>>> grad_parameters;  // In named_parameters' order.
};

// What a plan with a backward pass answered, by name. Requires the result of such a plan.
BackwardResult UnpackBackward(const Datum& executed);

// What the graph of a call depends on, and the tensors that it adds to the graph's inputs. INVALID_ARGUMENT for classes
// that the output does not have.
BackwardSpec SpecOf(const BackwardCall& call);
absl::StatusOr<std::vector<Tensor>> ObjectiveTensors(const Objective& objective, const Graph& graph);

}  // namespace moduled::nn
