#include "nn/layers/recurrent.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/recurrent_layer.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

LayerResult CreateFrom(absl::string_view type, const LayerArguments& arguments, AttributeReader& reader,
                       RecurrentKind kind, bool projectable) {
  RecurrentOptions options;
  options.attrs.kind = kind;
  options.extents.input = reader.Int("input_size", kPositive);
  options.extents.hidden = reader.Int("hidden_size", kPositive);
  // Each has parameters, and a name for them: far fewer are of use.
  options.num_layers = reader.Int("num_layers", {.min = 1, .max = 10'000}, 1);
  options.attrs.bias = reader.Bool("bias", true);
  options.batch_first = reader.Bool("batch_first", false);
  options.dropout = reader.Float("dropout", 0);
  options.directions = reader.Bool("bidirectional", false) ? 2 : 1;
  if (!(options.dropout >= 0 && options.dropout <= 1)) {
    reader.Fail(
        "dropout: dropout should be a number in range [0, 1] representing the probability of an element being zeroed");
  }
  if (projectable) options.extents.projection = reader.Int("proj_size", kAnyInt, 0);
  if (options.extents.projection < 0) {
    reader.Fail("proj_size: proj_size should be a positive integer or zero to disable projections");
  } else if (options.extents.projection >= options.extents.hidden) {
    reader.Fail("proj_size: proj_size has to be smaller than hidden_size");
  }
  options.attrs.projected = options.extents.projection > 0;
  RETURN_IF_ERROR(reader.Finish());
  const auto layer = std::make_shared<RecurrentLayer>(type, arguments, options);
  RETURN_IF_ERROR(layer->Initialise(arguments.context));
  return layer;
}

LayerResult CreateRnn(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const std::string nonlinearity = reader.String("nonlinearity", "tanh");
  if (nonlinearity != "tanh" && nonlinearity != "relu") {
    reader.Fail(absl::StrCat("nonlinearity: Unknown nonlinearity '", nonlinearity, "'"));
  }
  const auto kind = nonlinearity == "relu" ? RecurrentKind::kRelu : RecurrentKind::kTanh;
  return CreateFrom("RNN", arguments, reader, kind, /*projectable=*/false);
}

LayerResult CreateLstm(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  return CreateFrom("LSTM", arguments, reader, RecurrentKind::kLstm, /*projectable=*/true);
}

LayerResult CreateGru(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  return CreateFrom("GRU", arguments, reader, RecurrentKind::kGru, /*projectable=*/false);
}

LayerResult CreateRnnBase(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  const std::string mode = reader.String("mode", "");
  RecurrentKind kind = RecurrentKind::kTanh;
  if (mode == "LSTM") {
    kind = RecurrentKind::kLstm;
  } else if (mode == "GRU") {
    kind = RecurrentKind::kGru;
  } else if (mode == "RNN_RELU") {
    kind = RecurrentKind::kRelu;
  } else if (mode != "RNN_TANH") {
    reader.Fail(absl::StrCat("mode: Unrecognized RNN mode: ", mode));
  }
  return CreateFrom("RNNBase", arguments, reader, kind, kind == RecurrentKind::kLstm);
}

constexpr LayerInfo kLayers[] = {
    {"GRU", CreateGru},
    {"LSTM", CreateLstm},
    {"RNN", CreateRnn},
    {"RNNBase", CreateRnnBase},
};

}  // namespace

absl::Span<const LayerInfo> RecurrentLayers() { return kLayers; }

}  // namespace moduled::nn
