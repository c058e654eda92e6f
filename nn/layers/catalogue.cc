#include "nn/layers/catalogue.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/activation.h"
#include "nn/layers/convolution.h"
#include "nn/layers/dropout.h"
#include "nn/layers/functions/arithmetic.h"
#include "nn/layers/functions/indexing.h"
#include "nn/layers/functions/math.h"
#include "nn/layers/functions/shape.h"
#include "nn/layers/linear.h"
#include "nn/layers/near_names.h"
#include "nn/layers/normalization.h"
#include "nn/layers/pooling.h"
#include "nn/layers/shape.h"

namespace moduled::nn {
namespace {

constexpr LayerInfo kLayers[] = {
    {"Identity", CreateIdentity},
    {"Linear", CreateLinear},
    {"Conv2d", CreateConv2d},
    {"BatchNorm2d", CreateBatchNorm2d},
    {"LayerNorm", CreateLayerNorm},
    {"ReLU", CreateReLU},
    {"ReLU6", CreateReLU6},
    {"Sigmoid", CreateSigmoid},
    {"Tanh", CreateTanh},
    {"GELU", CreateGELU},
    {"SiLU", CreateSiLU},
    {"Hardswish", CreateHardswish},
    {"Hardsigmoid", CreateHardsigmoid},
    {"Softmax", CreateSoftmax},
    {"LogSoftmax", CreateLogSoftmax},
    {"MaxPool2d", CreateMaxPool2d},
    {"AvgPool2d", CreateAvgPool2d},
    {"AdaptiveAvgPool2d", CreateAdaptiveAvgPool2d},
    {"Dropout", CreateDropout},
    {"Flatten", CreateFlatten},
};

constexpr Function kFunctions[] = {
    {"add", functions::Add},
    {"sub", functions::Sub},
    {"mul", functions::Mul},
    {"div", functions::Div},
    {"floordiv", functions::FloorDiv},
    {"cat", functions::Cat},
    {"flatten", functions::Flatten},
    {"reshape", functions::Reshape},
    {"view", functions::View},
    {"permute", functions::Permute},
    {"transpose", functions::Transpose},
    {"relu", functions::Relu},
    {"softmax", functions::Softmax},
    {"mean", functions::Mean},
    {"matmul", functions::Matmul},
    {"getitem", functions::GetItem},
    {"size", functions::Size},
};

template <class Entry>
absl::StatusOr<const Entry*> Find(absl::Span<const Entry> entries, absl::string_view kind, absl::string_view name) {
  std::vector<absl::string_view> known;
  for (const Entry& entry : entries) {
    if (entry.name == name) return &entry;
    known.push_back(entry.name);
  }
  return absl::NotFoundError(absl::StrCat("unknown ", kind, " '", name, "'", NearNames(name, known)));
}

}  // namespace

absl::Span<const LayerInfo> AllLayers() { return kLayers; }
absl::Span<const Function> AllFunctions() { return kFunctions; }

absl::StatusOr<const LayerInfo*> FindLayer(absl::string_view name) { return Find(AllLayers(), "layer", name); }
absl::StatusOr<const Function*> FindFunction(absl::string_view name) { return Find(AllFunctions(), "function", name); }

}  // namespace moduled::nn
