#include "server/models/model_config.h"

#include "absl/strings/str_cat.h"
#include "moduled/v1/model_config.pb.h"
#include "nn/description/parse.h"
#include "nn/description/text_format.h"
#include "nn/tensor/status_macros.h"

namespace moduled::server {
namespace {

// Far deeper than any field is.
constexpr int kMaxMessageDepth = 16;

absl::StatusOr<nn::Precision> PrecisionOf(v1::ModelConfig::Precision precision) {
  switch (precision) {
    case v1::ModelConfig::EXACT:
      return nn::Precision::kExact;
    case v1::ModelConfig::FAST:
      return nn::Precision::kFast;
    case v1::ModelConfig::DEFAULT:
    case v1::ModelConfig::PRECISION_UNSPECIFIED:
      return nn::Precision::kDefault;
    default:  // The text may give any number.
      return absl::InvalidArgumentError(
          absl::StrCat("precision: unknown (got ", static_cast<int>(precision), ", want EXACT, DEFAULT or FAST)"));
  }
}

}  // namespace

contract::Precision ToContract(nn::Precision precision) {
  switch (precision) {
    case nn::Precision::kExact:
      return contract::Precision::kExact;
    case nn::Precision::kDefault:
      return contract::Precision::kDefault;
    case nn::Precision::kFast:
      return contract::Precision::kFast;
  }
  return contract::Precision::kDefault;
}

absl::StatusOr<ModelConfig> ParseModelConfig(const std::string& text) {
  v1::ModelConfig message;
  RETURN_IF_ERROR(nn::ParseTextFormat(text, kMaxMessageDepth, message));
  ModelConfig config;
  ASSIGN_OR_RETURN(config.precision, PrecisionOf(message.precision()));
  return config;
}

absl::StatusOr<ModelConfig> ReadModelConfig(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, nn::ReadFile(path));
  return ParseModelConfig(text);
}

}  // namespace moduled::server
