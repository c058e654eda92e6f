#include "server/rest/infer_body.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "nn/tensor/status_macros.h"
#include "server/open_inference/datatype.h"
#include "server/rest/json_tensor.h"

namespace moduled::server::rest {
namespace {

using nlohmann::json;
using open_inference::NamedTensor;
using open_inference::Parameters;

// Objects and lists inside each other, with a tensor of the highest rank in the middle.
constexpr int kMaxDepth = 24;

absl::Status Invalid(absl::string_view field, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", problem));
}

absl::StatusOr<json> ParseJson(absl::string_view text) {
  if (text.size() > kMaxJsonBytes) {
    return Invalid("body", absl::StrCat("too much JSON (got ", text.size(), " bytes, want at most ", kMaxJsonBytes,
                                        "; send elements as binary data)"));
  }
  bool too_deep = false;
  json parsed = json::parse(
      text.begin(), text.end(),
      [&](int depth, json::parse_event_t, json&) {
        too_deep = too_deep || depth > kMaxDepth;
        return !too_deep;
      },
      /*allow_exceptions=*/false);
  if (too_deep) return Invalid("body", absl::StrCat("nested too deeply (want at most ", kMaxDepth, ")"));
  if (parsed.is_discarded() || !parsed.is_object()) return Invalid("body", "not a JSON object");
  return parsed;
}

// Null if there is none.
const json* Find(const json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

absl::StatusOr<std::string> Text(const json& object, const char* key, const std::string& at) {
  const json* value = Find(object, key);
  if (value == nullptr || !value->is_string()) return Invalid(absl::StrCat(at, key), "want a text");
  return value->get<std::string>();
}

absl::StatusOr<Parameters> ParametersOf(const json& object, const std::string& at) {
  Parameters parameters;
  const json* values = Find(object, "parameters");
  if (values == nullptr) return parameters;
  if (!values->is_object()) return Invalid(absl::StrCat(at, "parameters"), "want an object");
  for (const auto& [name, value] : values->items()) {
    if (value.is_boolean()) {
      parameters[name] = value.get<bool>();
    } else if (value.is_number_unsigned()) {
      parameters[name] = value.get<uint64_t>();
    } else if (value.is_number_integer()) {
      parameters[name] = value.get<int64_t>();
    } else if (value.is_number()) {
      parameters[name] = value.get<double>();
    } else if (value.is_string()) {
      parameters[name] = value.get<std::string>();
    } else {
      return Invalid(absl::StrCat(at, "parameters"), "want true, false, numbers or texts");
    }
  }
  return parameters;
}

// Takes a parameter out. Absent: `otherwise`.
absl::StatusOr<bool> TakeBool(Parameters& parameters, const std::string& name, bool otherwise, const std::string& at) {
  const auto found = parameters.find(name);
  if (found == parameters.end()) return otherwise;
  const bool* value = std::get_if<bool>(&found->second);
  if (value == nullptr) return Invalid(absl::StrCat(at, "parameters.", name), "want true or false");
  const bool taken = *value;
  parameters.erase(found);
  return taken;
}

absl::StatusOr<nn::TensorSpec> SpecOf(const json& input, const std::string& at) {
  nn::TensorSpec spec;
  ASSIGN_OR_RETURN(const std::string datatype, Text(input, "datatype", at));
  const auto dtype = open_inference::ParseDatatype(datatype);
  if (!dtype.ok()) return Invalid(absl::StrCat(at, "datatype"), dtype.status().message());
  spec.dtype = *dtype;
  const json* shape = Find(input, "shape");
  if (shape == nullptr || !shape->is_array()) return Invalid(absl::StrCat(at, "shape"), "want a list of integers");
  if (shape->size() > nn::Shape::kMaxRank) return Invalid(absl::StrCat(at, "shape"), "too many axes");
  std::vector<int64_t> extents;
  for (const json& extent : *shape) {
    const bool fits =
        extent.is_number_integer() && (!extent.is_number_unsigned() || std::in_range<int64_t>(extent.get<uint64_t>()));
    if (!fits) return Invalid(absl::StrCat(at, "shape"), "want a list of integers");
    extents.push_back(extent.get<int64_t>());
  }
  spec.shape = nn::Shape(extents);
  if (const absl::Status status = spec.Check(); !status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(at, status.message()));
  }
  return spec;
}

// The bytes behind the JSON, taken from the front by one input after the other.
class BinaryData {
 public:
  explicit BinaryData(absl::string_view bytes) : left_(bytes) {}

  absl::StatusOr<nn::Tensor> Take(nn::TensorSpec spec, uint64_t size, const std::string& at) {
    const std::string field = absl::StrCat(at, "parameters.binary_data_size");
    if (size != spec.byte_size()) {
      return Invalid(field, absl::StrCat("wrong number of bytes for ", spec.ToString(), " (got ", size, ", want ",
                                         spec.byte_size(), ")"));
    }
    if (size > left_.size()) return Invalid(field, absl::StrCat("the body has only ", left_.size(), " bytes more"));
    const absl::string_view bytes = left_.substr(0, size);
    left_.remove_prefix(size);
    if (spec.dtype == nn::DType::kBool && bytes.find_first_not_of(absl::string_view("\0\1", 2)) != bytes.npos) {
      return Invalid(at, "a BOOL is 0 or 1");
    }
    return nn::Tensor::FromBytes(std::move(spec), std::string(bytes));
  }
  absl::Status Finish() const {
    if (left_.empty()) return absl::OkStatus();
    return Invalid("body", absl::StrCat(left_.size(), " bytes are left over"));
  }

 private:
  absl::string_view left_;
};

absl::StatusOr<NamedTensor> InputOf(const json& input, const std::string& at, BinaryData& binary) {
  if (!input.is_object()) return Invalid(at.substr(0, at.size() - 1), "want an object");
  ASSIGN_OR_RETURN(std::string name, Text(input, "name", at));
  ASSIGN_OR_RETURN(nn::TensorSpec spec, SpecOf(input, at));
  ASSIGN_OR_RETURN(Parameters parameters, ParametersOf(input, at));
  const json* data = Find(input, "data");
  const auto size = parameters.find("binary_data_size");
  if (size == parameters.end()) {
    RETURN_IF_ERROR(open_inference::CheckTensorParameters(parameters, at.substr(0, at.size() - 1)));
    if (data == nullptr) return Invalid(absl::StrCat(at, "data"), "missing");
    ASSIGN_OR_RETURN(nn::Tensor tensor, TensorOf(spec, *data, absl::StrCat(at, "data")));
    return NamedTensor{std::move(name), std::move(tensor)};
  }
  if (data != nullptr) return Invalid(absl::StrCat(at, "data"), "must not be given with binary_data_size");
  const auto* bytes = std::get_if<uint64_t>(&size->second);
  if (bytes == nullptr) return Invalid(absl::StrCat(at, "parameters.binary_data_size"), "want a number of bytes");
  ASSIGN_OR_RETURN(nn::Tensor tensor, binary.Take(std::move(spec), *bytes, at));
  parameters.erase(size);
  RETURN_IF_ERROR(open_inference::CheckTensorParameters(parameters, at.substr(0, at.size() - 1)));
  return NamedTensor{std::move(name), std::move(tensor)};
}

absl::Status ReadInputs(const json& object, BinaryData& binary, InferBody& body) {
  const json* inputs = Find(object, "inputs");
  if (inputs == nullptr || !inputs->is_array()) return Invalid("inputs", "want a list");
  for (size_t i = 0; i < inputs->size(); ++i) {
    ASSIGN_OR_RETURN(NamedTensor input, InputOf((*inputs)[i], absl::StrCat("inputs[", i, "]."), binary));
    body.call.inputs.push_back(std::move(input));
  }
  return binary.Finish();
}

absl::Status ReadOutputs(const json& object, InferBody& body) {
  const json* outputs = Find(object, "outputs");
  if (outputs == nullptr) return absl::OkStatus();
  if (!outputs->is_array()) return Invalid("outputs", "want a list");
  for (size_t i = 0; i < outputs->size(); ++i) {
    const std::string field = absl::StrCat("outputs[", i, "]");
    const std::string at = absl::StrCat(field, ".");
    if (!(*outputs)[i].is_object()) return Invalid(field, "want an object");
    ASSIGN_OR_RETURN(std::string name, Text((*outputs)[i], "name", at));
    ASSIGN_OR_RETURN(Parameters parameters, ParametersOf((*outputs)[i], at));
    ASSIGN_OR_RETURN(body.binary[name], TakeBool(parameters, "binary_data", body.all_binary, at));
    RETURN_IF_ERROR(open_inference::CheckTensorParameters(parameters, field));
    body.call.outputs.push_back(std::move(name));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<InferBody> ParseInfer(const std::string& body, const std::string& json_length) {
  size_t length = body.size();
  if (!json_length.empty() && (!absl::SimpleAtoi(json_length, &length) || length > body.size())) {
    return Invalid(kJsonLengthHeader, absl::StrCat("want a number of bytes, at most ", body.size()));
  }
  const absl::string_view bytes = body;
  ASSIGN_OR_RETURN(const json object, ParseJson(bytes.substr(0, length)));
  InferBody parsed;
  if (Find(object, "id") != nullptr) {
    ASSIGN_OR_RETURN(parsed.call.id, Text(object, "id", ""));
  }
  ASSIGN_OR_RETURN(Parameters parameters, ParametersOf(object, ""));
  ASSIGN_OR_RETURN(parsed.all_binary, TakeBool(parameters, "binary_data_output", false, ""));
  ASSIGN_OR_RETURN(parsed.call.parameters, open_inference::ParseRequestParameters(parameters));
  BinaryData binary(bytes.substr(length));
  RETURN_IF_ERROR(ReadInputs(object, binary, parsed));
  RETURN_IF_ERROR(ReadOutputs(object, parsed));
  return parsed;
}

absl::StatusOr<HttpReply> InferReplyOf(const open_inference::InferReply& reply, const InferBody& request) {
  json outputs = json::array();
  std::string binary;
  for (const NamedTensor& output : reply.outputs) {
    json encoded = {{"name", output.name},
                    {"datatype", std::string(open_inference::DatatypeName(output.tensor.dtype()))},
                    {"shape", std::vector<int64_t>(output.tensor.shape().begin(), output.tensor.shape().end())}};
    if (output.is_hook) encoded["parameters"]["hook"] = true;
    const auto wanted = request.binary.find(output.name);
    if (wanted == request.binary.end() ? request.all_binary : wanted->second) {
      encoded["parameters"]["binary_data_size"] = output.tensor.byte_size();
      binary.append(static_cast<const char*>(output.tensor.data()), output.tensor.byte_size());
    } else {
      ASSIGN_OR_RETURN(encoded["data"], ElementsOf(output.tensor, output.name));
    }
    outputs.push_back(std::move(encoded));
  }
  json object = {{"model_name", reply.model.name}, {"model_version", reply.model.version}};
  if (!reply.id.empty()) object["id"] = reply.id;
  object["outputs"] = std::move(outputs);
  HttpReply http{.content_type = "application/json",
                 .body = object.dump(-1, ' ', false, json::error_handler_t::replace)};
  if (!binary.empty()) {
    http.headers.emplace_back(kJsonLengthHeader, absl::StrCat(http.body.size()));
    http.content_type = "application/octet-stream";
    http.body += binary;
  }
  return http;
}

}  // namespace moduled::server::rest
