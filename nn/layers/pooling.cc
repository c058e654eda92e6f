#include "nn/layers/pooling.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/spatial.h"
#include "nn/modules/python_text.h"
#include "nn/ops/adaptive_avg_pool.h"
#include "nn/ops/avg_pool.h"
#include "nn/ops/max_pool.h"

namespace moduled::nn {
namespace {

constexpr size_t kAxes = 2;

absl::Status CheckRank(const Shape& shape) {
  if (shape.rank() == 3 || shape.rank() == 4) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("non-empty 3D or 4D (batch mode) tensor expected for input (got ", shape.ToString(), ")"));
}

// What the windows of max and average pooling have in common. `repr` is how torch prints it: as it was given.
struct Windows {
  std::vector<int64_t> kernel;
  std::vector<int64_t> stride;
  std::vector<int64_t> padding;
  std::string repr;
};

Windows ReadWindows(AttributeReader& reader) {
  Windows windows;
  windows.kernel = reader.PerAxis("kernel_size", kAxes, kExtent);
  windows.stride = windows.kernel;
  if (reader.Has("stride")) windows.stride = reader.PerAxis("stride", kAxes, kExtent);
  windows.padding = reader.PerAxis("padding", kAxes, kPadding, 0);
  const std::string kernel = reader.AsGiven("kernel_size", "");
  windows.repr = absl::StrCat("kernel_size=", kernel, ", stride=", reader.AsGiven("stride", kernel),
                              ", padding=", reader.AsGiven("padding", "0"));
  return windows;
}

class MaxPool2d final : public UnaryLayer {
 public:
  MaxPool2d(const LayerArguments& arguments, MaxPoolOp::Attrs attrs, std::string repr)
      : UnaryLayer("MaxPool2d", arguments), attrs_(std::move(attrs)), repr_(std::move(repr)) {}

  std::string ExtraRepr() const override { return repr_; }

 protected:
  absl::StatusOr<Symbol> Apply(Trace& trace, Value input) const override {
    const size_t rank = trace.spec(input).shape.rank();
    RETURN_IF_ERROR(CheckRank(trace.spec(input).shape));
    ASSIGN_OR_RETURN(const Value batched, AddBatch(trace, input));
    ASSIGN_OR_RETURN(std::vector<Value> outputs, trace.Apply(Op::Of<MaxPoolOp>(attrs_), {batched}));
    Symbol::Tuple tuple;
    for (const Value output : outputs) {
      ASSIGN_OR_RETURN(const Value pooled, RemoveBatch(trace, output, rank));
      tuple.items.emplace_back(pooled);
    }
    if (attrs_.return_indices) return tuple;
    return std::move(tuple.items.front());
  }

 private:
  MaxPoolOp::Attrs attrs_;
  std::string repr_;
};

class AvgPool2d final : public UnaryLayer {
 public:
  AvgPool2d(const LayerArguments& arguments, AvgPoolOp::Attrs attrs, std::string repr)
      : UnaryLayer("AvgPool2d", arguments), attrs_(std::move(attrs)), repr_(std::move(repr)) {}

  std::string ExtraRepr() const override { return repr_; }

 protected:
  absl::StatusOr<Symbol> Apply(Trace& trace, Value input) const override {
    RETURN_IF_ERROR(CheckRank(trace.spec(input).shape));
    return ApplyBatched(trace, input, [&](Value batched) { return trace.Apply<AvgPoolOp>(attrs_, {batched}); });
  }

 private:
  AvgPoolOp::Attrs attrs_;
  std::string repr_;
};

class AdaptiveAvgPool2d final : public UnaryLayer {
 public:
  AdaptiveAvgPool2d(const LayerArguments& arguments, std::vector<int64_t> output_size, std::string repr)
      : UnaryLayer("AdaptiveAvgPool2d", arguments), output_size_(std::move(output_size)), repr_(std::move(repr)) {}

  std::string ExtraRepr() const override { return absl::StrCat("output_size=", repr_); }

 protected:
  absl::StatusOr<Symbol> Apply(Trace& trace, Value input) const override {
    const Shape& shape = trace.spec(input).shape;
    if (shape.rank() != 3 && shape.rank() != 4) {
      return absl::InvalidArgumentError(
          absl::StrCat("adaptive_avg_pool2d(): Expected 3D or 4D tensor, but got ", shape.ToString()));
    }
    std::vector<int64_t> output_size = output_size_;
    for (size_t axis = 0; axis < kAxes; ++axis) {
      if (output_size[axis] < 0) output_size[axis] = shape[shape.rank() - kAxes + axis];
    }
    return ApplyBatched(trace, input, [&](Value batched) {
      return trace.Apply<AdaptiveAvgPoolOp>({.output_size = output_size}, {batched});
    });
  }

 private:
  std::vector<int64_t> output_size_;  // -1 keeps the input's extent.
  std::string repr_;
};

LayerResult CreateMaxPool2d(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  Windows windows = ReadWindows(reader);
  MaxPoolOp::Attrs attrs = {.kernel = std::move(windows.kernel),
                            .stride = std::move(windows.stride),
                            .padding = std::move(windows.padding),
                            .dilation = reader.PerAxis("dilation", kAxes, kExtent, 1),
                            .ceil_mode = reader.Bool("ceil_mode", false),
                            .return_indices = reader.Bool("return_indices", false)};
  RETURN_IF_ERROR(reader.Finish());
  std::string repr = absl::StrCat(windows.repr, ", dilation=", reader.AsGiven("dilation", "1"),
                                  ", ceil_mode=", BoolRepr(attrs.ceil_mode));
  return std::make_shared<MaxPool2d>(arguments, std::move(attrs), std::move(repr));
}

LayerResult CreateAvgPool2d(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  Windows windows = ReadWindows(reader);
  AvgPoolOp::Attrs attrs = {.kernel = std::move(windows.kernel),
                            .stride = std::move(windows.stride),
                            .padding = std::move(windows.padding),
                            .ceil_mode = reader.Bool("ceil_mode", false),
                            .count_include_pad = reader.Bool("count_include_pad", true),
                            .divisor_override = reader.OptionalInt("divisor_override", kAnyInt)};
  if (attrs.divisor_override == 0) reader.Fail("divisor_override: divisor must be not zero");
  RETURN_IF_ERROR(reader.Finish());
  return std::make_shared<AvgPool2d>(arguments, std::move(attrs), std::move(windows.repr));
}

LayerResult CreateAdaptiveAvgPool2d(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  std::vector<int64_t> output_size = reader.PerAxis("output_size", kAxes, {.min = -1, .max = kMaxExtent});
  RETURN_IF_ERROR(reader.Finish());
  return std::make_shared<AdaptiveAvgPool2d>(arguments, std::move(output_size), reader.AsGiven("output_size", ""));
}

constexpr LayerInfo kLayers[] = {
    {"MaxPool2d", CreateMaxPool2d},
    {"AvgPool2d", CreateAvgPool2d},
    {"AdaptiveAvgPool2d", CreateAdaptiveAvgPool2d},
};

}  // namespace

absl::Span<const LayerInfo> PoolingLayers() { return kLayers; }

}  // namespace moduled::nn
