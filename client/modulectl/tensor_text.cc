#include "client/modulectl/tensor_text.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nn/tensor/half.h"

namespace moduled::modulectl {

double ElementAsDouble(const nn::Tensor& tensor, int64_t index) {
  switch (tensor.dtype()) {
    case nn::DType::kFloat32:
      return tensor.elements<float>()[index];
    case nn::DType::kFloat64:
      return tensor.elements<double>()[index];
    case nn::DType::kFloat16:
      return nn::HalfToFloat(tensor.elements<uint16_t>()[index]);
    case nn::DType::kBFloat16:
      return nn::BFloat16ToFloat(tensor.elements<uint16_t>()[index]);
    case nn::DType::kInt64:
      return static_cast<double>(tensor.elements<int64_t>()[index]);
    case nn::DType::kInt32:
      return tensor.elements<int32_t>()[index];
    case nn::DType::kInt8:
      return tensor.elements<int8_t>()[index];
    case nn::DType::kUInt8:
    case nn::DType::kBool:
      return tensor.elements<uint8_t>()[index];
  }
  return NAN;
}

std::string Summary(const nn::Tensor& tensor) {
  std::string text = tensor.spec().ToString();
  if (tensor.numel() == 0) return text;
  double sum = 0;
  double low = INFINITY;
  double high = -INFINITY;
  for (int64_t i = 0; i < tensor.numel(); ++i) {
    const double element = ElementAsDouble(tensor, i);
    sum += element;
    low = std::fmin(low, element);  // Passes over NaN, which shows in the mean.
    high = std::fmax(high, element);
  }
  absl::StrAppend(
      &text, absl::StrFormat("  mean %.4g  min %.4g  max %.4g", sum / static_cast<double>(tensor.numel()), low, high));
  return text;
}

std::string Summary(const nn::Datum& datum) {
  std::string text;
  ForEachLeaf(datum,
              [&](const nn::Tensor& tensor) { absl::StrAppend(&text, text.empty() ? "" : "; ", Summary(tensor)); });
  return text.empty() ? "no tensor" : text;
}

std::string Elements(const nn::Tensor& tensor, int64_t at_most) {
  const int64_t shown = std::min(at_most, tensor.numel());
  std::string text = "[";
  for (int64_t i = 0; i < shown; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ", ", absl::StrFormat("%.6g", ElementAsDouble(tensor, i)));
  }
  if (shown < tensor.numel()) absl::StrAppend(&text, ", … ", shown, " of ", tensor.numel());
  return absl::StrCat(text, "]");
}

}  // namespace moduled::modulectl
