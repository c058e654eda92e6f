#include "nn/graph/op.h"

#include <gtest/gtest.h>

#include "nn/graph/simple_kernel.h"

namespace moduled::nn {
namespace {

// The first axis, `times` as long.
struct RepeatOp {
  static constexpr absl::string_view kName = "repeat";
  static constexpr OpTraits kTraits = {.side_effect = true};
  struct Attrs {
    int64_t times = 1;
    bool operator==(const Attrs&) const = default;
  };
  static absl::StatusOr<std::vector<TensorSpec>> Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
    if (in.size() != 1) return absl::InvalidArgumentError("repeat: one input");
    TensorSpec out = in[0];
    out.shape[0] *= attrs.times;
    return std::vector<TensorSpec>{out};
  }
  static absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Attrs&, const KernelRequest& request) {
    const size_t scratch = request.out[0].byte_size();
    return MakeSimpleKernel(
        "none", [](const KernelArgs&) { return absl::DataLossError("as told"); }, scratch);
  }
};

// The same attributes under another name.
struct OtherOp : RepeatOp {
  static constexpr absl::string_view kName = "other";
};

TEST(Op, SpeaksForItsStruct) {
  const Op op = Op::Of<RepeatOp>({3});
  EXPECT_EQ(op.name(), "repeat");
  EXPECT_TRUE(op.traits().side_effect);
  EXPECT_FALSE(op.traits().view);
  const TensorSpec in = {DType::kBool, {2}};
  const absl::StatusOr<std::vector<TensorSpec>> out = op.Infer({in});
  ASSERT_EQ(out.status(), absl::OkStatus());
  EXPECT_EQ(out->front(), (TensorSpec{DType::kBool, {6}}));
  EXPECT_EQ(op.Infer({}).status(), absl::InvalidArgumentError("repeat: one input"));
}

TEST(Op, MakesItsStructsKernels) {
  const TensorSpec spec = {DType::kFloat32, {4}};
  const KnownInput* constant = nullptr;
  KernelRequest request;
  request.in = {&spec, 1};
  request.out = {&spec, 1};
  request.constants = {&constant, 1};
  const absl::StatusOr<std::unique_ptr<Kernel>> kernel = Op::Of<RepeatOp>({1}).MakeKernel(request);
  ASSERT_EQ(kernel.status(), absl::OkStatus());
  EXPECT_EQ((*kernel)->algorithm(), "none");
  EXPECT_EQ((*kernel)->scratch_bytes(), 16u);
  EXPECT_EQ((*kernel)->Run({}), absl::DataLossError("as told"));
}

TEST(Op, ShowsItsAttributesToThoseWhoNameIt) {
  const Op op = Op::Of<RepeatOp>({3});
  ASSERT_NE(op.As<RepeatOp>(), nullptr);
  EXPECT_EQ(op.As<RepeatOp>()->times, 3);
  EXPECT_EQ(op.As<OtherOp>(), nullptr);
}

TEST(Op, EqualsTheSameStructWithTheSameAttributes) {
  EXPECT_EQ(Op::Of<RepeatOp>({3}), Op::Of<RepeatOp>({3}));
  const Op op = Op::Of<RepeatOp>({3});
  const Op copy = op;  // NOLINT(performance-unnecessary-copy-initialization)
  EXPECT_EQ(op, copy);
}

TEST(Op, DiffersByAttributesAndByStruct) {
  EXPECT_FALSE(Op::Of<RepeatOp>({3}) == Op::Of<RepeatOp>({4}));
  EXPECT_FALSE(Op::Of<RepeatOp>({3}) == Op::Of<OtherOp>({3}));
}

}  // namespace
}  // namespace moduled::nn
