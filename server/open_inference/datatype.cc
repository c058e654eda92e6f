#include "server/open_inference/datatype.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

namespace moduled::server::open_inference {
namespace {

// Of the protocol, and of no tensor here.
constexpr absl::string_view kForeign[] = {"UINT16", "UINT32", "UINT64", "INT16", "BYTES"};

}  // namespace

absl::string_view DatatypeName(nn::DType dtype) {
  switch (dtype) {
    case nn::DType::kFloat32:
      return "FP32";
    case nn::DType::kFloat64:
      return "FP64";
    case nn::DType::kFloat16:
      return "FP16";
    case nn::DType::kBFloat16:
      return "BF16";
    case nn::DType::kInt64:
      return "INT64";
    case nn::DType::kInt32:
      return "INT32";
    case nn::DType::kInt8:
      return "INT8";
    case nn::DType::kUInt8:
      return "UINT8";
    case nn::DType::kBool:
      return "BOOL";
  }
  return "";
}

absl::StatusOr<nn::DType> ParseDatatype(absl::string_view name) {
  for (const nn::DType dtype : nn::kAllDTypes) {
    if (name == DatatypeName(dtype)) return dtype;
  }
  if (absl::c_linear_search(kForeign, name)) {
    return absl::InvalidArgumentError(absl::StrCat("no model here has tensors of ", name));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "unknown (got \"", name.substr(0, 32), "\", want FP32, FP64, FP16, BF16, INT64, INT32, INT8, UINT8 or BOOL)"));
}

}  // namespace moduled::server::open_inference
