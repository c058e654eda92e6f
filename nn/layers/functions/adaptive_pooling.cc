#include "nn/layers/functions/adaptive_pooling.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/functions/axis_arguments.h"
#include "nn/layers/pool_forward.h"
#include "nn/layers/unpool_forward.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

// adaptive_avg_poolNd(input, output_size)
template <size_t kAxes>
absl::StatusOr<Symbol> AdaptiveAvgPoolNd(Trace& trace, const Arguments& arguments) {
  const std::string name = absl::StrCat("adaptive_avg_pool", kAxes, "d");
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind(name, /*is_method=*/false, {{"input"}, {"output_size"}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(std::vector<int64_t> size, OutputSizePerAxis(bound, {name, "output_size", 1}, kAxes));
  return AdaptiveAvgPool(trace, input, std::move(size));
}

// adaptive_max_poolNd(input, output_size, return_indices=False)
template <size_t kAxes>
absl::StatusOr<Symbol> AdaptiveMaxPoolNd(Trace& trace, const Arguments& arguments) {
  const std::string name = absl::StrCat("adaptive_max_pool", kAxes, "d");
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind(name, /*is_method=*/false,
                                        {{"input"}, {"output_size"}, {"return_indices", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(std::vector<int64_t> size, OutputSizePerAxis(bound, {name, "output_size", 1}, kAxes));
  ASSIGN_OR_RETURN(const bool return_indices, bound.Bool(2, false));
  return AdaptiveMaxPool(trace, input, std::move(size), return_indices);
}

// output_size or output_ratio, of which torch takes the first where both are given.
absl::Status ReadSize(const BoundArguments& bound, absl::string_view name, size_t axes, FractionalWindows& windows) {
  if (!bound.IsNone(2)) {
    ASSIGN_OR_RETURN(windows.output_size, IntPerAxis(bound, {name, "output_size", 2}, axes, {}));
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(windows.output_ratio, OptionalFloats(bound, {name, "output_ratio", 3}));
  if (windows.output_ratio.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " requires specifying either an output_size or an output_ratio"));
  }
  if (windows.output_ratio.size() == 1) windows.output_ratio.resize(axes, windows.output_ratio.front());
  if (windows.output_ratio.size() == axes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      name, ": output_ratio must be a single float, or one for each axis (got ", windows.output_ratio.size(), ")"));
}

// fractional_max_poolNd(input, kernel_size, output_size=None, output_ratio=None, return_indices=False,
//                       _random_samples=None)
template <size_t kAxes>
absl::StatusOr<Symbol> FractionalMaxPoolNd(Trace& trace, const Arguments& arguments) {
  const std::string name = absl::StrCat("fractional_max_pool", kAxes, "d");
  ASSIGN_OR_RETURN(const BoundArguments bound, BoundArguments::Bind(name, /*is_method=*/false,
                                                                    {{"input"},
                                                                     {"kernel_size"},
                                                                     {"output_size", kOptional},
                                                                     {"output_ratio", kOptional},
                                                                     {"return_indices", kOptional},
                                                                     {"_random_samples", kOptional}},
                                                                    arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  FractionalWindows windows;
  ASSIGN_OR_RETURN(windows.kernel, IntPerAxis(bound, {name, "kernel_size", 1}, kAxes, {}));
  RETURN_IF_ERROR(ReadSize(bound, name, kAxes, windows));
  ASSIGN_OR_RETURN(windows.return_indices, bound.Bool(4, false));
  if (bound.IsNone(5)) return FractionalMaxPool(trace, input, windows, std::nullopt);
  ASSIGN_OR_RETURN(const Value samples, bound.Tensor(5));
  return FractionalMaxPool(trace, input, windows, samples);
}

constexpr Function kFunctions[] = {
    {"adaptive_avg_pool1d", AdaptiveAvgPoolNd<1>},     {"adaptive_avg_pool2d", AdaptiveAvgPoolNd<2>},
    {"adaptive_avg_pool3d", AdaptiveAvgPoolNd<3>},     {"adaptive_max_pool1d", AdaptiveMaxPoolNd<1>},
    {"adaptive_max_pool2d", AdaptiveMaxPoolNd<2>},     {"adaptive_max_pool3d", AdaptiveMaxPoolNd<3>},
    {"fractional_max_pool2d", FractionalMaxPoolNd<2>}, {"fractional_max_pool3d", FractionalMaxPoolNd<3>},
};

}  // namespace

absl::Span<const Function> AdaptivePoolingFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
