// What a forward goes through, from shapes alone: nothing is run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nn/modules/call_signature.h"
#include "nn/modules/module.h"

namespace moduled::nn {

// One tensor that goes into a module or comes out of it, and where it stands: "", "[0]", "[1].hidden", "mask".
using SummaryTensor = std::pair<std::string, TensorSpec>;

// One call of one module, or a module that the forward does not call.
struct SummaryRow {
  std::string path;       // The module's first name.
  std::string called_as;  // The name that it was called by.
  std::string type;
  int32_t depth = 0;  // How many modules are around it.
  int32_t call_index = 0;
  bool called = false;
  bool leaf = false;  // It has no children.
  std::vector<SummaryTensor> inputs;
  std::vector<SummaryTensor> outputs;
  int64_t own_parameters = 0;    // Elements of its own parameters.
  int64_t total_parameters = 0;  // At and below it, each counted once.
  int64_t trainable_parameters = 0;
  int64_t mult_adds = 0;         // Of the call with all calls inside it.
  int64_t activation_bytes = 0;  // Of what it returns.
  std::vector<int64_t> kernel_shape;
  bool recursive = false;  // Its parameters are counted in an earlier row.
  std::optional<DType> dtype;
  std::string error;  // Why it fails, in the last row.
};

// Multiply-adds and activations are counted as torchinfo does: a convolution multiplies each of its parameters once for
// each position of its output, a linear layer once for each row, another layer with a weight or bias once for each
// element of the batch; recurrent weights once for each step. Activations are the outputs of leaves with parameters.
struct SummaryTotals {
  int64_t parameters = 0;
  int64_t trainable_parameters = 0;
  int64_t mult_adds = 0;
  int64_t input_bytes = 0;
  int64_t activation_bytes = 0;
  int64_t parameter_bytes = 0;
  int64_t buffer_bytes = 0;
};

struct Summary {
  std::vector<SummaryRow> rows;
  SummaryTotals totals;
  std::string error;  // Why the forward fails; the rows end with the module that does.
};

// Sums that do not fit into an int64 stop at its maximum.
Summary Summarize(const Module& root, const CallSignature& signature);

}  // namespace moduled::nn
