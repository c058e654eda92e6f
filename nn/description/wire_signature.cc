#include "nn/description/wire_signature.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/description/wire_types.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

using Ports = google::protobuf::RepeatedPtrField<v1::Port>;

// Whether the example has the shape's extents wherever these are not free.
bool Fits(const Shape& example, const std::vector<int64_t>& shape) {
  if (example.rank() != shape.size()) return false;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] >= 0 && shape[axis] != example[axis]) return false;
  }
  return true;
}

absl::StatusOr<ModelPort> ReadPort(const v1::Port& message) {
  RETURN_IF_ERROR(CheckKnownFields(message));
  ModelPort port;
  port.name = message.name();
  if (port.name.empty()) return FieldError("name", "must not be empty");
  const absl::StatusOr<DType> dtype = ReadDType(message.dtype());
  if (!dtype.ok()) return InField("dtype", dtype.status());
  port.dtype = *dtype;
  port.shape.assign(message.shape().begin(), message.shape().end());
  if (port.shape.size() > Shape::kMaxRank) return FieldError("shape", "too many axes");
  for (const int64_t extent : port.shape) {
    if (extent < -1) return FieldError("shape", absl::StrCat("bad extent (got ", extent, ", want -1 or more)"));
  }
  // No example and the example of a scalar look the same.
  if (message.example_shape_size() == 0 && !port.shape.empty()) return port;
  Shape example(absl::MakeConstSpan(message.example_shape()));
  if (const absl::Status status = TensorSpec{port.dtype, example}.Check(); !status.ok()) {
    return InField("example_shape", status);
  }
  if (!Fits(example, port.shape)) {
    return FieldError("example_shape", absl::StrCat("does not fit the shape (got ", example.ToString(), ", want [",
                                                    absl::StrJoin(port.shape, ", "), "])"));
  }
  port.example_shape = std::move(example);
  return port;
}

absl::StatusOr<std::vector<ModelPort>> ReadPorts(absl::string_view field, const Ports& messages) {
  std::vector<ModelPort> ports;
  absl::flat_hash_set<absl::string_view> names;
  for (const v1::Port& message : messages) {
    absl::StatusOr<ModelPort> port = ReadPort(message);
    if (port.ok() && !names.insert(message.name()).second) port = FieldError("name", "another one has it");
    if (!port.ok()) return InField(absl::StrCat("signature: ", field, ": ", message.name()), port.status());
    ports.push_back(*std::move(port));
  }
  return ports;
}

void WritePorts(const std::vector<ModelPort>& ports, Ports& messages) {
  for (const ModelPort& port : ports) {
    v1::Port& message = *messages.Add();
    message.set_name(port.name);
    message.set_dtype(WriteDType(port.dtype));
    message.mutable_shape()->Assign(port.shape.begin(), port.shape.end());
    if (!port.example_shape.has_value()) continue;
    message.mutable_example_shape()->Assign(port.example_shape->begin(), port.example_shape->end());
  }
}

}  // namespace

absl::StatusOr<ModelSignature> ReadSignature(const v1::Signature& message) {
  RETURN_IF_ERROR(CheckKnownFields(message));
  ModelSignature signature;
  ASSIGN_OR_RETURN(signature.inputs, ReadPorts("inputs", message.inputs()));
  ASSIGN_OR_RETURN(signature.outputs, ReadPorts("outputs", message.outputs()));
  return signature;
}

void WriteSignature(const ModelSignature& signature, v1::Signature& message) {
  WritePorts(signature.inputs, *message.mutable_inputs());
  WritePorts(signature.outputs, *message.mutable_outputs());
}

}  // namespace moduled::nn
