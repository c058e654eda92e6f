// What a forward goes through, from shapes alone. Fields are those of nn::Summary, which says how things are counted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nn/tensor/shape.h"
#include "proto/contract/model_ref.h"

namespace moduled::contract {

// Where a tensor stands in the arguments or in the result, and its type.
using SummaryTensor = std::pair<std::string, nn::TensorSpec>;

struct SummaryRow {
  std::string path;
  std::string called_as;
  std::string type;
  int32_t depth = 0;
  int32_t call_index = 0;
  bool called = false;
  bool leaf = false;
  std::vector<SummaryTensor> inputs = {};
  std::vector<SummaryTensor> outputs = {};
  int64_t own_parameters = 0;
  int64_t total_parameters = 0;
  int64_t trainable_parameters = 0;
  int64_t mult_adds = 0;
  int64_t activation_bytes = 0;
  std::vector<int64_t> kernel_shape = {};
  bool recursive = false;
  std::optional<nn::DType> dtype = std::nullopt;
  std::string error = "";
};

struct SummaryTotals {
  int64_t parameters = 0;
  int64_t trainable_parameters = 0;
  int64_t mult_adds = 0;
  int64_t input_bytes = 0;
  int64_t activation_bytes = 0;
  int64_t parameter_bytes = 0;
  int64_t buffer_bytes = 0;
};

struct SummaryReply {
  ModelRef model;
  std::vector<SummaryRow> rows;
  SummaryTotals totals;
  std::string error;  // Why the forward fails; the rows end with the module that does.
};

struct SummaryCall {
  ModelRef model;
  std::vector<nn::TensorSpec> inputs;  // None: the signature's, with its example shapes.
};

}  // namespace moduled::contract
