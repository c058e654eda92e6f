// moduled_kernels_bench: operators that are bound by memory or by elementary functions, and attention, on the shapes of
// vision transformers; recurrent layers. `bytes_per_second` counts each input and output once, `flops` the products of
// attention and of recurrent layers alone.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nn/graph/op.h"
#include "nn/ops/attention.h"
#include "nn/ops/elu.h"
#include "nn/ops/exp.h"
#include "nn/ops/gelu.h"
#include "nn/ops/layer_norm.h"
#include "nn/ops/log_sigmoid.h"
#include "nn/ops/log_softmax.h"
#include "nn/ops/mish.h"
#include "nn/ops/recurrent.h"
#include "nn/ops/sigmoid.h"
#include "nn/ops/silu.h"
#include "nn/ops/softmax.h"
#include "nn/ops/softplus.h"
#include "nn/ops/tanh.h"
#include "nn/tensor/tensor.h"

namespace moduled::bench {
namespace {

using nn::DType;
using nn::Op;
using nn::Shape;
using nn::Tensor;
using nn::TensorSpec;

// Numbers between -bound and bound: neither zeros nor denormal, which some processors take longer for.
Tensor Numbers(const TensorSpec& spec, float bound = 4.0f) {
  Tensor tensor = *Tensor::Allocate(spec);
  int64_t i = 0;
  for (float& element : tensor.mutable_elements<float>()) {
    element = (static_cast<float>(i++ * 7919 % 1000) * 2e-3f - 1.0f) * bound;
  }
  return tensor;
}

struct Case {
  std::string name;
  Op op;
  std::vector<TensorSpec> in;
  double flops = 0;
  size_t first_constant = SIZE_MAX;  // Inputs from this one on are weights.
};

void Run(benchmark::State& state, const Case& c, int threads) {
  std::vector<Tensor> tensors;
  std::vector<const void*> in;
  int64_t bytes = 0;
  for (const TensorSpec& spec : c.in) {
    tensors.push_back(in.size() < c.first_constant ? Numbers(spec) : Numbers(spec, 0.1f));
    in.push_back(tensors.back().data());
    bytes += static_cast<int64_t>(spec.byte_size());
  }
  const std::vector<nn::KnownInput> known(tensors.begin(), tensors.end());
  std::vector<const nn::KnownInput*> constants(c.in.size(), nullptr);
  for (size_t i = c.first_constant; i < c.in.size(); ++i) constants[i] = &known[i];
  const std::vector<TensorSpec> out_specs = *c.op.Infer(c.in);
  const std::unique_ptr<nn::Kernel> kernel =
      *c.op.MakeKernel({.in = c.in, .out = out_specs, .constants = constants, .threads = threads});
  std::vector<void*> outputs;
  for (const TensorSpec& spec : out_specs) {
    tensors.push_back(Numbers(spec));
    outputs.push_back(tensors.back().mutable_data());
    bytes += static_cast<int64_t>(spec.byte_size());
  }
  Tensor scratch = *Tensor::Allocate({DType::kUInt8, {static_cast<int64_t>(kernel->scratch_bytes())}});
  for (auto _ : state) {
    if (!kernel->Run({in, outputs, scratch.mutable_data()}).ok()) state.SkipWithError("the kernel failed");
  }
  state.SetBytesProcessed(state.iterations() * bytes);
  if (c.flops == 0) return;
  state.counters["flops"] = benchmark::Counter(c.flops, benchmark::Counter::kIsIterationInvariantRate);
}

// Self-attention of `batch` sequences of `length` rows, 12 heads of 64.
Case Attention(int64_t batch, int64_t length) {
  constexpr int64_t kHeads = 12, kWidth = 64;
  return {
      "attention of " + std::to_string(batch) + " x " + std::to_string(length),
      Op::Of<nn::AttentionOp>({.layout = nn::HeadLayout::kBatchFirst, .heads = kHeads, .packed = true, .scale = 0.125}),
      {{DType::kFloat32, {batch, length, 3 * kHeads * kWidth}}},
      4.0 * static_cast<double>(batch * kHeads * length * length * kWidth)};
}

// `batch` sequences of 64 steps, 256 hidden units.
Case Recurrent(const std::string& name, nn::RecurrentKind kind, int64_t batch) {
  constexpr int64_t kSteps = 64, kHidden = 256;
  const nn::RecurrentAttrs attrs = {.kind = kind, .keeps = false};
  const int64_t gates = attrs.gates() * kHidden;
  const TensorSpec state = {DType::kFloat32, {batch, kHidden}};
  std::vector<TensorSpec> in = {{DType::kFloat32, {kSteps * batch, gates}}, state};
  if (attrs.lstm()) in.push_back(state);
  in.insert(in.end(), {{DType::kFloat32, {gates, kHidden}}, {DType::kFloat32, {gates}}});
  return {name + " of " + std::to_string(batch), Op::Of<nn::RecurrentOp>(attrs), in,
          2.0 * static_cast<double>(kSteps * batch * gates * kHidden), attrs.w_hh()};
}

std::vector<Case> Cases() {
  const TensorSpec wide = {DType::kFloat32, {197, 3072}};
  const TensorSpec rows = {DType::kFloat32, {197, 768}};
  const TensorSpec row = {DType::kFloat32, {768}};
  const TensorSpec scores = {DType::kFloat32, {12 * 197, 197}};
  return {
      {"exp", Op::Of<nn::ExpOp>({}), {wide}},
      {"tanh", Op::Of<nn::TanhOp>({}), {wide}},
      {"sigmoid", Op::Of<nn::SigmoidOp>({}), {wide}},
      {"gelu", Op::Of<nn::GeluOp>({}), {wide}},
      {"gelu by tanh", Op::Of<nn::GeluOp>({.tanh = true}), {wide}},
      {"silu", Op::Of<nn::SiluOp>({}), {wide}},
      {"mish", Op::Of<nn::MishOp>({}), {wide}},
      {"elu", Op::Of<nn::EluOp>({}), {wide}},
      {"softplus", Op::Of<nn::SoftplusOp>({}), {wide}},
      {"log_sigmoid", Op::Of<nn::LogSigmoidOp>({}), {wide}},
      {"softmax", Op::Of<nn::SoftmaxOp>({.axis = 1}), {scores}},
      {"log_softmax", Op::Of<nn::LogSoftmaxOp>({.axis = 1}), {scores}},
      {"layer_norm", Op::Of<nn::LayerNormOp>({}), {rows, row, row}},
      Attention(1, 197),
      Attention(8, 197),
      Attention(1, 1024),
      Recurrent("lstm", nn::RecurrentKind::kLstm, 1),
      Recurrent("lstm", nn::RecurrentKind::kLstm, 8),
      Recurrent("gru", nn::RecurrentKind::kGru, 1),
      Recurrent("gru", nn::RecurrentKind::kGru, 8),
  };
}

void Register() {
  for (const Case& c : Cases()) {
    for (const int threads : {1, 2}) {
      const std::string name = c.name + "/threads " + std::to_string(threads);
      benchmark::RegisterBenchmark(name.c_str(), [c, threads](benchmark::State& state) { Run(state, c, threads); })
          ->UseRealTime()
          ->Unit(benchmark::kMicrosecond);
    }
  }
}

}  // namespace
}  // namespace moduled::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  moduled::bench::Register();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
