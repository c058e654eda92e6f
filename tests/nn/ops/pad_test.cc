#include "nn/ops/pad.h"

#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;

std::vector<int64_t> Padded(PadMode mode, int64_t begin, int64_t end) {
  const Tensor y = RunOne<PadOp>({{begin}, {end}, mode, 9}, {Tensor::Of<int64_t>({4}, {0, 1, 2, 3})});
  return {y.elements<int64_t>().begin(), y.elements<int64_t>().end()};
}

TEST(Pad, ShowsWhatStandsOutside) {
  EXPECT_THAT(Padded(PadMode::kConstant, 2, 3), ElementsAre(9, 9, 0, 1, 2, 3, 9, 9, 9));
  EXPECT_THAT(Padded(PadMode::kReflect, 2, 3), ElementsAre(2, 1, 0, 1, 2, 3, 2, 1, 0));
  EXPECT_THAT(Padded(PadMode::kReplicate, 2, 3), ElementsAre(0, 0, 0, 1, 2, 3, 3, 3, 3));
  EXPECT_THAT(Padded(PadMode::kCircular, 4, 3), ElementsAre(0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2));
}

TEST(Pad, CutsOffWhereTheCountIsNegative) {
  for (PadMode mode : {PadMode::kConstant, PadMode::kReflect, PadMode::kReplicate, PadMode::kCircular}) {
    EXPECT_THAT(Padded(mode, -1, -2), ElementsAre(1));
    EXPECT_THAT(Padded(mode, -4, 0), ElementsAre());
    EXPECT_THAT(Padded(mode, 0, 0), ElementsAre(0, 1, 2, 3));
  }
  EXPECT_THAT(Padded(PadMode::kConstant, -1, 1), ElementsAre(1, 2, 3, 9));
  EXPECT_THAT(Padded(PadMode::kReflect, -1, 1), ElementsAre(1, 2, 3, 2));
  EXPECT_THAT(Padded(PadMode::kReplicate, -1, 1), ElementsAre(1, 2, 3, 3));
  EXPECT_THAT(Padded(PadMode::kCircular, -1, 1), ElementsAre(1, 2, 3, 1));
  EXPECT_THAT(Padded(PadMode::kCircular, 2, -1), ElementsAre(1, 2, 0, 1, 2));
}

TEST(Pad, CutsOffEverythingThatWasThere) {
  EXPECT_THAT(Padded(PadMode::kConstant, -5, 3), ElementsAre(9, 9));
  EXPECT_THAT(Padded(PadMode::kConstant, 3, -5), ElementsAre(9, 9));
  EXPECT_THAT(Padded(PadMode::kReflect, -5, 3), ElementsAre(1, 0));
  EXPECT_THAT(Padded(PadMode::kReplicate, -5, 3), ElementsAre(3, 3));
}

// The element that each axis by itself chooses, or -1 outside.
int64_t Source(PadMode mode, int64_t index, int64_t begin, int64_t extent) {
  int64_t i = index - begin;
  if (mode == PadMode::kConstant) return i >= 0 && i < extent ? i : -1;
  if (mode == PadMode::kReplicate) return std::clamp<int64_t>(i, 0, extent - 1);
  if (mode == PadMode::kCircular) return (i + extent) % extent;
  if (i < 0) i = -i;
  return i < extent ? i : 2 * (extent - 1) - i;
}

TEST(Pad, TreatsEveryAxisOfRandomShapesByItself) {
  Random random;
  for (int round = 0; round < 80; ++round) {
    const auto mode = static_cast<PadMode>(random.Int(0, 3));
    const auto rank = static_cast<size_t>(random.Int(1, 4));
    const Tensor x = random.ATensor<float>(random.AShape(rank, 2, 5));
    std::vector<int64_t> begin;
    std::vector<int64_t> end;
    for (size_t axis = 0; axis < rank; ++axis) {
      begin.push_back(random.Int(0, 1) * random.Int(0, x.shape()[axis] - 1));
      end.push_back(random.Int(0, 1) * random.Int(0, x.shape()[axis] - 1));
    }
    const Tensor y = RunOne<PadOp>({begin, end, mode, 0.5}, {x});
    for (int64_t i = 0; i < y.numel(); ++i) {
      std::vector<int64_t> index = IndexOf(i, y.shape());
      bool inside = true;
      for (size_t axis = 0; axis < rank; ++axis) {
        index[axis] = Source(mode, index[axis], begin[axis], x.shape()[axis]);
        inside = inside && index[axis] >= 0;
      }
      ASSERT_EQ(y.elements<float>()[i], inside ? x.elements<float>()[ElementAt(index, x.shape())] : 0.5f);
    }
  }
}

TEST(Pad, ConvertsTheValueToEveryType) {
  EXPECT_THAT(RunOne<PadOp>({{1}, {0}, PadMode::kConstant, 1}, {Tensor::Of<bool>({1}, {false})}).elements<bool>(),
              ElementsAre(true, false));
  EXPECT_THAT(RunOne<PadOp>({{1}, {0}, PadMode::kConstant, 1e9}, {Tensor::Of<int8_t>({1}, {5})}).elements<int8_t>(),
              ElementsAre(127, 5));
  const Tensor half = *Tensor::FromBytes({DType::kFloat16, {1}}, std::string("\x01\x02", 2));
  const Tensor y = RunOne<PadOp>({{0}, {1}, PadMode::kConstant, -2}, {half});
  EXPECT_THAT(y.bytes(), ElementsAre(0x01, 0x02, 0x00, 0xc0));
}

TEST(Pad, FillsWhatHadNoElements) {
  EXPECT_THAT(RunOne<PadOp>({{1}, {1}, PadMode::kConstant, 4}, {Tensor::Of<float>({0}, {})}).elements<float>(),
              ElementsAre(4, 4));
}

TEST(Pad, RefusesWhatTorchRefuses) {
  const TensorSpec x = {DType::kFloat32, {1, 4}};
  EXPECT_EQ(Refusal<PadOp>({{0, 4}, {0, 1}, PadMode::kReflect, 0}, {x}),
            "Argument #4: Padding size should be less than the corresponding input dimension, but got: padding (4, 1) "
            "at dimension "
            "1 of input [1, 4]");
  EXPECT_EQ(Refusal<PadOp>({{0, 5}, {0, 0}, PadMode::kCircular, 0}, {x}),
            "Padding value causes wrapping around more than once.");
  EXPECT_EQ(Refusal<PadOp>({{0, 4}, {0, -1}, PadMode::kCircular, 0}, {x}),
            "Padding value causes wrapping around more than once.");
  EXPECT_EQ(Refusal<PadOp>({{0, -3}, {0, -2}, PadMode::kConstant, 0}, {x}),
            "The input size 4, plus negative padding -3 and -2 resulted in a negative output size, which is invalid. "
            "Check dimension 1 of your input.");
}

TEST(Pad, RefusesWhatHasNoSense) {
  const TensorSpec x = {DType::kFloat32, {1, 0}};
  EXPECT_EQ(Refusal<PadOp>({{0}, {0, 0}, PadMode::kConstant, 0}, {x}),
            "pad: wrong number of axes (got 1 and 2, want 2)");
  EXPECT_EQ(Refusal<PadOp>({{0, 1}, {0, 0}, PadMode::kReplicate, 0}, {x}),
            "pad: axis 1 has no elements to repeat (got [1, 0])");
  EXPECT_EQ(Refusal<PadOp>({{INT64_MAX, 0}, {INT64_MAX, 0}, PadMode::kConstant, 0}, {x}),
            "pad: axis 0 becomes too long (got 9223372036854775807 and 9223372036854775807)");
}

}  // namespace
}  // namespace moduled::nn
