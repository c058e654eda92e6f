#include "nn/layers/functions/pooling.h"

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

// kernel_size, stride=None and, where the function has it, padding=0, from argument `first` on.
absl::StatusOr<UnpoolWindows> ReadWindows(const BoundArguments& bound, absl::string_view function, size_t axes,
                                          size_t first, bool has_padding) {
  UnpoolWindows windows;
  ASSIGN_OR_RETURN(windows.kernel, IntPerAxis(bound, {function, "kernel_size", first}, axes, {}));
  ASSIGN_OR_RETURN(windows.stride, IntPerAxis(bound, {function, "stride", first + 1}, axes, windows.kernel));
  windows.padding.assign(axes, 0);
  if (has_padding && bound.Find(first + 2) != nullptr) {
    ASSIGN_OR_RETURN(windows.padding, IntPerAxis(bound, {function, "padding", first + 2}, axes, {}));
  }
  return windows;
}

// max_poolNd(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False)
template <size_t kAxes>
absl::StatusOr<Symbol> MaxPoolNd(Trace& trace, const Arguments& arguments) {
  const std::string name = absl::StrCat("max_pool", kAxes, "d");
  ASSIGN_OR_RETURN(const BoundArguments bound, BoundArguments::Bind(name, /*is_method=*/false,
                                                                    {{"input"},
                                                                     {"kernel_size"},
                                                                     {"stride", kOptional},
                                                                     {"padding", kOptional},
                                                                     {"dilation", kOptional},
                                                                     {"ceil_mode", kOptional},
                                                                     {"return_indices", kOptional}},
                                                                    arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(UnpoolWindows windows, ReadWindows(bound, name, kAxes, 1, /*has_padding=*/true));
  MaxPoolOp::Attrs attrs = {.kernel = std::move(windows.kernel),
                            .stride = std::move(windows.stride),
                            .padding = std::move(windows.padding),
                            .dilation = std::vector<int64_t>(kAxes, 1)};
  if (bound.Find(4) != nullptr) {
    ASSIGN_OR_RETURN(attrs.dilation, IntPerAxis(bound, {name, "dilation", 4}, kAxes, {}));
  }
  ASSIGN_OR_RETURN(attrs.ceil_mode, bound.Bool(5, false));
  ASSIGN_OR_RETURN(attrs.return_indices, bound.Bool(6, false));
  return MaxPool(trace, input, attrs);
}

// avg_poolNd(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True,
//            divisor_override=None), the last one not for one axis
template <size_t kAxes>
absl::StatusOr<Symbol> AvgPoolNd(Trace& trace, const Arguments& arguments) {
  const std::string name = absl::StrCat("avg_pool", kAxes, "d");
  std::vector<FormalArgument> formals = {{"input"},
                                         {"kernel_size"},
                                         {"stride", kOptional},
                                         {"padding", kOptional},
                                         {"ceil_mode", kOptional},
                                         {"count_include_pad", kOptional}};
  if (kAxes > 1) formals.push_back({"divisor_override", kOptional});
  ASSIGN_OR_RETURN(const BoundArguments bound, BoundArguments::Bind(name, false, std::move(formals), arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(UnpoolWindows windows, ReadWindows(bound, name, kAxes, 1, /*has_padding=*/true));
  AvgPoolOp::Attrs attrs = {
      .kernel = std::move(windows.kernel), .stride = std::move(windows.stride), .padding = std::move(windows.padding)};
  ASSIGN_OR_RETURN(attrs.ceil_mode, bound.Bool(4, false));
  ASSIGN_OR_RETURN(attrs.count_include_pad, bound.Bool(5, true));
  if (kAxes > 1 && !bound.IsNone(6)) {
    ASSIGN_OR_RETURN(attrs.divisor_override, bound.Int(6));
  }
  return AvgPool(trace, input, attrs);
}

// lp_poolNd(input, norm_type, kernel_size, stride=None, ceil_mode=False)
template <size_t kAxes>
absl::StatusOr<Symbol> LpPoolNd(Trace& trace, const Arguments& arguments) {
  const std::string name = absl::StrCat("lp_pool", kAxes, "d");
  ASSIGN_OR_RETURN(
      const BoundArguments bound,
      BoundArguments::Bind(name, /*is_method=*/false,
                           {{"input"}, {"norm_type"}, {"kernel_size"}, {"stride", kOptional}, {"ceil_mode", kOptional}},
                           arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const double norm_type, RequiredFloat(bound, {name, "norm_type", 1}));
  ASSIGN_OR_RETURN(UnpoolWindows windows, ReadWindows(bound, name, kAxes, 2, /*has_padding=*/false));
  AvgPoolOp::Attrs attrs = {
      .kernel = std::move(windows.kernel), .stride = std::move(windows.stride), .padding = std::move(windows.padding)};
  ASSIGN_OR_RETURN(attrs.ceil_mode, bound.Bool(4, false));
  return LpPool(trace, input, norm_type, attrs);
}

// max_unpoolNd(input, indices, kernel_size, stride=None, padding=0, output_size=None)
template <size_t kAxes>
absl::StatusOr<Symbol> MaxUnpoolNd(Trace& trace, const Arguments& arguments) {
  const std::string name = absl::StrCat("max_unpool", kAxes, "d");
  ASSIGN_OR_RETURN(const BoundArguments bound, BoundArguments::Bind(name, /*is_method=*/false,
                                                                    {{"input"},
                                                                     {"indices"},
                                                                     {"kernel_size"},
                                                                     {"stride", kOptional},
                                                                     {"padding", kOptional},
                                                                     {"output_size", kOptional}},
                                                                    arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const Value indices, bound.Tensor(1));
  ASSIGN_OR_RETURN(const UnpoolWindows windows, ReadWindows(bound, name, kAxes, 2, /*has_padding=*/true));
  if (bound.IsNone(5)) return MaxUnpool(trace, input, indices, windows, std::nullopt);
  ASSIGN_OR_RETURN(std::vector<int64_t> output_size, bound.Ints(5));
  return MaxUnpool(trace, input, indices, windows, std::move(output_size));
}

constexpr Function kFunctions[] = {
    {"max_pool1d", MaxPoolNd<1>},     {"max_pool2d", MaxPoolNd<2>},     {"max_pool3d", MaxPoolNd<3>},
    {"avg_pool1d", AvgPoolNd<1>},     {"avg_pool2d", AvgPoolNd<2>},     {"avg_pool3d", AvgPoolNd<3>},
    {"lp_pool1d", LpPoolNd<1>},       {"lp_pool2d", LpPoolNd<2>},       {"lp_pool3d", LpPoolNd<3>},
    {"max_unpool1d", MaxUnpoolNd<1>}, {"max_unpool2d", MaxUnpoolNd<2>}, {"max_unpool3d", MaxUnpoolNd<3>},
};

}  // namespace

absl::Span<const Function> PoolingFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
