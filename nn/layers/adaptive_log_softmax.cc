#include "nn/layers/adaptive_log_softmax.h"

#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/attribute_reader.h"
#include "nn/layers/catalogue.h"
#include "nn/layers/composite_layer.h"
#include "nn/layers/formula.h"
#include "nn/modules/argument_binder.h"
#include "nn/modules/containers.h"
#include "nn/ops/cluster_targets.h"
#include "nn/ops/gather.h"
#include "nn/ops/kernels/arithmetic.h"
#include "nn/ops/log_softmax.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// A cluster is a matrix product of its own, whose parts a description of a few bytes could make many of.
constexpr size_t kMaxClusters = 1000;

struct Options {
  int64_t in_features = 0;
  std::vector<int64_t> cutoffs;             // The last is the number of classes.
  std::vector<int64_t> projected_features;  // Of each cluster.
  bool head_bias = false;

  int64_t clusters() const { return static_cast<int64_t>(cutoffs.size()) - 1; }
};

// Every cluster is computed for every row, and counts for those whose target is in it. In torch a cluster sees its own
// rows alone, which hooks on it show.
class AdaptiveLogSoftmax final : public CompositeLayer {
 public:
  AdaptiveLogSoftmax(const LayerArguments& arguments, Options options)
      : CompositeLayer("AdaptiveLogSoftmaxWithLoss", arguments), options_(std::move(options)) {}

  absl::Status Initialise(InitContext& context);
  absl::Status CheckChildren() const override;
  absl::StatusOr<Symbol> Forward(Trace& trace, const Arguments& arguments) const override;

 private:
  absl::StatusOr<Value> LogProbabilities(Trace& trace, Value input, Value target) const;

  const Options options_;
};

absl::Status AdaptiveLogSoftmax::Initialise(InitContext& context) {
  ASSIGN_OR_RETURN(const LayerInfo* linear, FindLayer("Linear"));
  const auto make = [&](int64_t in, int64_t out, bool bias) {
    Attributes attributes = {{"in_features", in}, {"out_features", out}};
    if (!bias) attributes.emplace_back("bias", false);
    return linear->create({attributes, context});
  };
  ASSIGN_OR_RETURN(std::shared_ptr<Layer> head,
                   make(options_.in_features, options_.cutoffs[0] + options_.clusters(), options_.head_bias));
  RETURN_IF_ERROR(RegisterModule("head", std::move(head)));
  const auto tail = std::make_shared<ModuleList>();
  for (int64_t i = 0; i < options_.clusters(); ++i) {
    const int64_t features = options_.projected_features[i];
    const int64_t classes = options_.cutoffs[i + 1] - options_.cutoffs[i];
    const auto projection = std::make_shared<Sequential>();
    ASSIGN_OR_RETURN(std::shared_ptr<Layer> in, make(options_.in_features, features, false));
    ASSIGN_OR_RETURN(std::shared_ptr<Layer> out, make(features, classes, false));
    RETURN_IF_ERROR(projection->RegisterModule("0", std::move(in)));
    RETURN_IF_ERROR(projection->RegisterModule("1", std::move(out)));
    RETURN_IF_ERROR(tail->RegisterModule(absl::StrCat(i), projection));
  }
  return RegisterModule("tail", tail);
}

absl::Status AdaptiveLogSoftmax::CheckChildren() const {
  const auto got = static_cast<int64_t>(ItemsOf(*this, "tail").size());
  if (got == options_.clusters()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("children: tail: the wrong number of clusters (got ", got, ", want ", options_.clusters(), ")"));
}

absl::Status CheckShapes(const Shape& input, const Shape& target) {
  const auto sizes = [](const Shape& shape) { return absl::StrCat("torch.Size(", shape.ToString(), ")"); };
  if (target.rank() == 1) {
    if (input.rank() == 0 || input[0] != target[0]) {
      return absl::InvalidArgumentError("Input and target should have the same size in the batch dimension.");
    }
    if (input.rank() == 2) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("1D target tensor expects 2D input tensors, but found inputs with size ", sizes(input)));
  }
  if (target.rank() != 0) {
    return absl::InvalidArgumentError("0D or 1D target tensor expected, multi-target not supported");
  }
  if (input.rank() == 1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("0D target tensor expects 1D input tensors, but found inputs with size ", sizes(input)));
}

// Of the targets, [N]; input [N, F].
absl::StatusOr<Value> AdaptiveLogSoftmax::LogProbabilities(Trace& trace, Value input, Value target) const {
  ASSIGN_OR_RETURN(const std::vector<Value> where,
                   trace.Apply(Op::Of<ClusterTargetsOp>({.cutoffs = options_.cutoffs}), {target}));
  const int64_t rows = trace.spec(target).shape[0];
  Formula f(trace);
  const auto chosen = [&](Value scores, Value classes) {
    const Value log = f.Apply<LogSoftmaxOp>({.axis = 1}, {scores});
    return f.Reshape(f.Apply<GatherOp>({.axis = 1}, {log, f.Reshape(classes, {rows, 1})}), {rows});
  };
  std::vector<Value> terms;
  size_t cluster = 0;
  for (const auto& [name, projection] : ItemsOf(*this, "tail")) {
    if (projection == nullptr)
      return absl::InvalidArgumentError(absl::StrCat(name, ": 'NoneType' object is not callable"));
    ASSIGN_OR_RETURN(const Symbol returned, trace.Call(name, *projection, {{Symbol(input)}, {}}));
    ASSIGN_OR_RETURN(const Value scores, ReturnedTensor(name, returned));
    terms.push_back(f.Where(where[2 * cluster + 1], chosen(scores, where[2 * cluster + 2]), 0.0));
    ++cluster;
  }
  ASSIGN_OR_RETURN(const Value head, CallChild(trace, "head", input));
  Value sum = chosen(head, where[0]);
  for (const Value term : terms) sum = f.Add(sum, term);
  return f.Result(sum);
}

// (input_, target_) -> (output, loss)
absl::StatusOr<Symbol> AdaptiveLogSoftmax::Forward(Trace& trace, const Arguments& arguments) const {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("AdaptiveLogSoftmaxWithLoss.forward", /*is_method=*/true,
                                        {{"input_"}, {"target_"}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const Value target, bound.Tensor(1));
  const Shape shape = trace.spec(input).shape;
  const bool batched = trace.spec(target).shape.rank() > 0;
  RETURN_IF_ERROR(CheckShapes(shape, trace.spec(target).shape));
  Formula f(trace);
  const Value rows = batched ? input : f.Reshape(input, {1, shape[0]});
  const Value targets = batched ? target : f.Reshape(target, {1});
  RETURN_IF_ERROR(f.Result(rows).status());
  RETURN_IF_ERROR(f.Result(targets).status());
  const Value chosen = f.Keep(LogProbabilities(trace, rows, targets));
  const Value loss = f.Neg(f.MeanAll(chosen));
  const Value output = batched ? chosen : f.Reshape(chosen, {});
  RETURN_IF_ERROR(f.Result(output).status());
  return Symbol(Symbol::Tuple{{Symbol(output), Symbol(loss)}});
}

// in_features // div_value ** i for the i-th cluster, as Python divides: 16 // 1.6 is 9, not 10.
std::vector<int64_t> ProjectedFeatures(AttributeReader& reader, int64_t in_features, size_t clusters) {
  const double div_value = reader.Float("div_value", 4);
  if (div_value == 0) reader.Fail("float floor division by zero");
  std::vector<int64_t> sizes;
  for (size_t i = 1; i <= clusters; ++i) {
    const double divisor = std::pow(div_value, static_cast<double>(i));
    const double features = kernels::FloorDivide()(static_cast<double>(in_features), divisor);
    if (!(features >= 1 && features <= kMaxExtent)) {
      reader.Fail(absl::StrCat("div_value: cluster ", i - 1, " cannot have ", features, " features"));
      return {};
    }
    sizes.push_back(static_cast<int64_t>(features));
  }
  return sizes;
}

absl::StatusOr<Options> ReadOptions(const LayerArguments& arguments) {
  AttributeReader reader(arguments.attributes);
  Options options;
  options.in_features = reader.Int("in_features", kPositive);
  const int64_t classes = reader.Int("n_classes", kPositive);
  options.cutoffs = reader.Ints("cutoffs", kAnyInt);
  options.head_bias = reader.Bool("head_bias", false);
  bool grows = !options.cutoffs.empty() && options.cutoffs.front() > 0 && options.cutoffs.back() < classes;
  for (size_t i = 1; i < options.cutoffs.size(); ++i) grows = grows && options.cutoffs[i - 1] < options.cutoffs[i];
  if (!grows) {
    reader.Fail(
        "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each value is "
        "between 1 and n_classes-1");
  }
  if (options.cutoffs.size() > kMaxClusters) {
    reader.Fail(absl::StrCat("cutoffs: too many (got ", options.cutoffs.size(), ", want at most ", kMaxClusters, ")"));
  } else {
    options.projected_features = ProjectedFeatures(reader, options.in_features, options.cutoffs.size());
  }
  RETURN_IF_ERROR(reader.Finish());
  options.cutoffs.push_back(classes);
  return options;
}

LayerResult Create(const LayerArguments& arguments) {
  ASSIGN_OR_RETURN(Options options, ReadOptions(arguments));
  const auto layer = std::make_shared<AdaptiveLogSoftmax>(arguments, std::move(options));
  RETURN_IF_ERROR(layer->Initialise(arguments.context));
  return layer;
}

constexpr LayerInfo kLayers[] = {
    {"AdaptiveLogSoftmaxWithLoss", Create},
};

}  // namespace

absl::Span<const LayerInfo> AdaptiveLogSoftmaxLayers() { return kLayers; }

}  // namespace moduled::nn
