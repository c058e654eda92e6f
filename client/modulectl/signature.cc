#include "client/modulectl/signature.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "moduled/v1/module.pb.h"
#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/parse.h"
#include "proto/contract/codec/tensor_codec.h"

namespace moduled::modulectl {
namespace {

absl::StatusOr<std::vector<Port>> Ports(const google::protobuf::RepeatedPtrField<v1::Port>& ports) {
  std::vector<Port> out;
  for (const v1::Port& port : ports) {
    ASSIGN_OR_RETURN(const nn::DType dtype, contract::DecodeDType(port.dtype(), port.name()));
    const auto& example = port.example_shape();
    out.push_back({port.name(),
                   {dtype, nn::Shape(absl::MakeConstSpan(port.shape().data(), port.shape_size()))},
                   nn::Shape(absl::MakeConstSpan(example.data(), example.size()))});
  }
  return out;
}

}  // namespace

std::string Port::ToString() const {
  const auto extent = [](std::string* out, int64_t e) { e < 0 ? absl::StrAppend(out, "*") : absl::StrAppend(out, e); };
  return absl::StrCat(nn::Name(spec.dtype), "[", absl::StrJoin(spec.shape, ", ", extent), "]");
}

absl::StatusOr<Signature> ParseSignature(const std::string& description) {
  v1::ModuleDescription message;
  RETURN_IF_ERROR(contract::ParseMessage(description, message));
  Signature signature;
  ASSIGN_OR_RETURN(signature.inputs, Ports(message.signature().inputs()));
  ASSIGN_OR_RETURN(signature.outputs, Ports(message.signature().outputs()));
  return signature;
}

}  // namespace moduled::modulectl
