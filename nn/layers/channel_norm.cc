// BatchNorm and InstanceNorm: normalisations by channel, which may keep running statistics.
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/lazy.h"
#include "nn/layers/normalization.h"
#include "nn/layers/normalization_forward.h"
#include "nn/modules/python_text.h"
#include "nn/ops/reshape.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// What the classes differ in.
struct Kind {
  absl::string_view name;
  bool instance = false;   // Statistics of each element of the batch.
  size_t min_rank = 2;     // With a batch.
  size_t max_rank = 2;     // 0: any.
  absl::string_view want;  // How torch calls these ranks.
};

struct Options {
  int64_t num_features = 0;  // 0 while it is lazy.
  double eps = 1e-5;
  std::optional<double> momentum = 0.1;
  bool affine = true;
  bool track_running_stats = true;

  std::string Repr() const {
    return absl::StrCat(num_features, ", eps=", FloatRepr(eps),
                        ", momentum=", momentum.has_value() ? FloatRepr(*momentum) : "None",
                        ", affine=", BoolRepr(affine), ", track_running_stats=", BoolRepr(track_running_stats));
  }
};

class ChannelNorm final : public UnaryLayer {
 public:
  ChannelNorm(const Kind& kind, const LayerArguments& arguments, const Options& options)
      : UnaryLayer(kind.name, arguments), kind_(kind), options_(options) {}

  absl::Status Initialise(InitContext& context) {
    const Shape channels{options_.num_features};
    if (options_.affine) {
      RETURN_IF_ERROR(AddParameter(context, "weight", channels, init::Ones()));
      RETURN_IF_ERROR(AddParameter(context, "bias", channels, init::Zeros()));
    } else {
      RETURN_IF_ERROR(RegisterParameter("weight", nullptr));
      RETURN_IF_ERROR(RegisterParameter("bias", nullptr));
    }
    if (options_.track_running_stats) {
      RETURN_IF_ERROR(AddBuffer(context, "running_mean", channels, init::Zeros()));
      RETURN_IF_ERROR(AddBuffer(context, "running_var", channels, init::Ones()));
      ASSIGN_OR_RETURN(Tensor zero, context.MakeZeros({DType::kInt64, {}}));
      return RegisterBuffer("num_batches_tracked", std::make_shared<Buffer>(Buffer{.data = std::move(zero)}));
    }
    RETURN_IF_ERROR(RegisterBuffer("running_mean", nullptr));
    RETURN_IF_ERROR(RegisterBuffer("running_var", nullptr));
    return RegisterBuffer("num_batches_tracked", nullptr);
  }

  int64_t state_version() const override { return 2; }  // num_batches_tracked came with version 2.

  std::string ExtraRepr() const override { return options_.Repr(); }

 protected:
  absl::StatusOr<Symbol> Apply(Trace& trace, Value input) const override {
    const Shape shape = trace.spec(input).shape;
    const bool unbatched = kind_.instance && shape.rank() + 1 == kind_.min_rank;
    if (!unbatched && (shape.rank() < kind_.min_rank || (kind_.max_rank > 0 && shape.rank() > kind_.max_rank))) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected ", kind_.want, " input (got ", shape.rank(), "D input)"));
    }
    if (!unbatched) return Normalize(trace, input);
    Shape batched = {1};
    for (const int64_t extent : shape) batched.push_back(extent);
    ASSIGN_OR_RETURN(const Value one, trace.Apply<ReshapeOp>({.shape = batched}, {input}));
    ASSIGN_OR_RETURN(const Value normalized, Normalize(trace, one));
    return trace.Apply<ReshapeOp>({.shape = shape}, {normalized});
  }

 private:
  absl::StatusOr<Value> Normalize(Trace& trace, Value input) const {
    const Shape shape = trace.spec(input).shape;
    if ((options_.track_running_stats || options_.affine) && shape[1] != options_.num_features) {
      return absl::InvalidArgumentError(absl::StrCat(options_.track_running_stats ? "running_mean" : "weight",
                                                     " should contain ", shape[1], " elements not ",
                                                     options_.num_features));
    }
    Affine affine;
    if (options_.affine) {
      affine.weight = trace.Use(**parameter_slots().Find("weight"));
      affine.bias = trace.Use(**parameter_slots().Find("bias"));
    }
    if (!training() && options_.track_running_stats) {
      return BatchNorm(trace, input, trace.Use(**buffer_slots().Find("running_mean")),
                       trace.Use(**buffer_slots().Find("running_var")), affine, options_.eps);
    }
    if (!kind_.instance) return BatchNorm(trace, input, std::nullopt, std::nullopt, affine, options_.eps);
    return InstanceNorm(trace, input, affine, options_.eps);
  }

  const Kind& kind_;
  Options options_;
};

constexpr Kind kBatchNorm1d = {"BatchNorm1d", false, 2, 3, "2D or 3D"};
constexpr Kind kBatchNorm2d = {"BatchNorm2d", false, 4, 4, "4D"};
constexpr Kind kBatchNorm3d = {"BatchNorm3d", false, 5, 5, "5D"};
constexpr Kind kSyncBatchNorm = {"SyncBatchNorm", false, 2, 0, "at least 2D"};
constexpr Kind kInstanceNorm1d = {"InstanceNorm1d", true, 3, 3, "2D or 3D"};
constexpr Kind kInstanceNorm2d = {"InstanceNorm2d", true, 4, 4, "3D or 4D"};
constexpr Kind kInstanceNorm3d = {"InstanceNorm3d", true, 5, 5, "4D or 5D"};

// A lazy layer has no number of features yet.
absl::StatusOr<Options> ReadOptions(const Kind& kind, const LayerArguments& arguments, bool lazy) {
  AttributeReader reader(arguments.attributes);
  Options options;
  if (!lazy) options.num_features = reader.Int("num_features", kPositive);
  options.eps = reader.Float("eps", 1e-5);
  options.momentum = reader.Float("momentum", 0.1);
  if (reader.Bool("momentum_none", false)) {
    if (reader.Has("momentum")) reader.Fail("momentum_none: momentum and momentum_none cannot both be set");
    options.momentum.reset();
  }
  options.affine = reader.Bool("affine", !kind.instance);
  options.track_running_stats = reader.Bool("track_running_stats", !kind.instance);
  RETURN_IF_ERROR(reader.Finish());
  return options;
}

template <const Kind& kKind>
LayerResult Create(const LayerArguments& arguments) {
  ASSIGN_OR_RETURN(const Options options, ReadOptions(kKind, arguments, /*lazy=*/false));
  const auto layer = std::make_shared<ChannelNorm>(kKind, arguments, options);
  RETURN_IF_ERROR(layer->Initialise(arguments.context));
  return layer;
}

absl::StatusOr<int64_t> SecondExtent(absl::string_view, const Shape& input) {
  if (input.rank() < 2) return absl::InvalidArgumentError("tuple index out of range");
  return input[1];
}

template <const Kind& kKind>
LayerResult CreateLazy(const LayerArguments& arguments) {
  ASSIGN_OR_RETURN(const Options options, ReadOptions(kKind, arguments, /*lazy=*/true));
  const LazyLayer::Target target = {.create = Create<kKind>, .attribute = "num_features", .infer = SecondExtent};
  return std::make_shared<LazyLayer>(absl::StrCat("Lazy", kKind.name), arguments, target, options.Repr());
}

constexpr LayerInfo kLayers[] = {
    {"BatchNorm1d", Create<kBatchNorm1d>},
    {"BatchNorm2d", Create<kBatchNorm2d>},
    {"BatchNorm3d", Create<kBatchNorm3d>},
    {"SyncBatchNorm", Create<kSyncBatchNorm>},
    {"InstanceNorm1d", Create<kInstanceNorm1d>},
    {"InstanceNorm2d", Create<kInstanceNorm2d>},
    {"InstanceNorm3d", Create<kInstanceNorm3d>},
    {"LazyBatchNorm1d", CreateLazy<kBatchNorm1d>},
    {"LazyBatchNorm2d", CreateLazy<kBatchNorm2d>},
    {"LazyBatchNorm3d", CreateLazy<kBatchNorm3d>},
    {"LazyInstanceNorm1d", CreateLazy<kInstanceNorm1d>},
    {"LazyInstanceNorm2d", CreateLazy<kInstanceNorm2d>},
    {"LazyInstanceNorm3d", CreateLazy<kInstanceNorm3d>},
};

}  // namespace

absl::Span<const LayerInfo> ChannelNormLayers() { return kLayers; }

}  // namespace moduled::nn
