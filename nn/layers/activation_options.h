// Activations that are functions of one number, from their options: what their layers and functions share.
#pragma once

#include <optional>
#include <string>

#include "nn/graph/op.h"
#include "nn/layers/attribute_reader.h"
#include "nn/modules/trace.h"

namespace moduled::nn {

struct RealActivation {
  Op op;
  std::string repr = {};               // What stands in the parentheses of repr(layer).
  bool promotes_integers = false;      // To float32, as torch's functions of real numbers.
  std::optional<Op> of_integers = {};  // In the place of op, where torch has one.
  bool needs_signed = false;           // An error of torch's, for a lower bound that uint8 does not have.
};

absl::StatusOr<Value> Apply(Trace& trace, const RealActivation& activation, Value input);

// Each reads the options of torch's constructor. Errors are kept in the reader: look there before the answer is used.
RealActivation ReadCelu(AttributeReader& reader);
RealActivation ReadElu(AttributeReader& reader);
RealActivation ReadGelu(AttributeReader& reader);
RealActivation ReadHardshrink(AttributeReader& reader);
RealActivation ReadHardsigmoid(AttributeReader& reader);
RealActivation ReadHardswish(AttributeReader& reader);
RealActivation ReadHardtanh(AttributeReader& reader);
RealActivation ReadLeakyRelu(AttributeReader& reader);
RealActivation ReadLogSigmoid(AttributeReader& reader);
RealActivation ReadMish(AttributeReader& reader);
RealActivation ReadRelu(AttributeReader& reader);
RealActivation ReadRelu6(AttributeReader& reader);
RealActivation ReadSelu(AttributeReader& reader);
RealActivation ReadSigmoid(AttributeReader& reader);
RealActivation ReadSilu(AttributeReader& reader);
RealActivation ReadSoftplus(AttributeReader& reader);
RealActivation ReadSoftshrink(AttributeReader& reader);
RealActivation ReadSoftsign(AttributeReader& reader);
RealActivation ReadTanh(AttributeReader& reader);
RealActivation ReadTanhshrink(AttributeReader& reader);
RealActivation ReadThreshold(AttributeReader& reader);

}  // namespace moduled::nn
