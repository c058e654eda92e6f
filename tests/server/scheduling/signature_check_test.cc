#include "server/scheduling/signature_check.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "tests/server/support/temporary_repository.h"

namespace moduled::server {
namespace {

// forward(x, mask), where the second is a dict of tensors in `kNestedSignature`.
constexpr char kTwoArguments[] = R"pb(
  composite {
    type: "Two"
    graph {
      nodes {
        name: "x"
        placeholder {}
      }
      nodes {
        name: "mask"
        placeholder {}
      }
      nodes {
        name: "output"
        output {}
        args { node: "x" }
      }
    }
  }
)pb";

const nn::ModelPort kX = {.name = "x", .dtype = nn::DType::kFloat32, .shape = {-1, 3}, .example_shape = {}};
const nn::ModelSignature kSignature = {
    .inputs = {kX, {.name = "mask", .dtype = nn::DType::kBool, .shape = {}, .example_shape = {}}}, .outputs = {}};
const nn::ModelSignature kNestedSignature = {
    .inputs = {kX, {.name = "mask.left", .dtype = nn::DType::kBool, .shape = {}, .example_shape = {}}}, .outputs = {}};

nn::Datum Zeros(nn::DType dtype, nn::Shape shape) { return nn::Datum(*nn::Tensor::Zeros({dtype, std::move(shape)})); }

absl::Status Check(const nn::ModelSignature& signature, const nn::CallData& arguments) {
  static const std::shared_ptr<nn::Module> root = *testing::DescriptionOf(kTwoArguments).Build();
  return CheckArguments(signature, *root, arguments);
}

std::string ErrorOf(const nn::CallData& arguments, const nn::ModelSignature& signature = kSignature) {
  const absl::Status status = Check(signature, arguments);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  return std::string(status.message());
}

TEST(SignatureCheck, AcceptsWhatFitsAndLeavesTheRestToTheModel) {
  EXPECT_TRUE(Check(kSignature, {{Zeros(nn::DType::kFloat32, {7, 3})}, {}}).ok());
  EXPECT_TRUE(Check(kSignature, {{Zeros(nn::DType::kFloat32, {0, 3}), Zeros(nn::DType::kBool, {})}, {}}).ok());
  EXPECT_TRUE(Check(kSignature, {{}, {{"unknown", nn::Datum(1)}}}).ok());
  EXPECT_TRUE(Check({}, {{nn::Datum(1)}, {}}).ok()) << "a model without a signature takes what comes";
}

TEST(SignatureCheck, NamesTheInputAndWhatWasExpected) {
  EXPECT_EQ(ErrorOf({{Zeros(nn::DType::kFloat64, {1, 3})}, {}}),
            "inputs[0] (\"x\"): wrong type (got float64[1, 3], want float32[-1, 3])");
  EXPECT_EQ(ErrorOf({{Zeros(nn::DType::kFloat32, {1, 4})}, {}}),
            "inputs[0] (\"x\"): wrong shape (got float32[1, 4], want float32[-1, 3])");
  EXPECT_EQ(ErrorOf({{Zeros(nn::DType::kFloat32, {3})}, {}}),
            "inputs[0] (\"x\"): wrong shape (got float32[3], want float32[-1, 3])");
  EXPECT_EQ(ErrorOf({{nn::Datum(1)}, {}}), "inputs[0] (\"x\"): not a tensor (want float32[-1, 3])");
  EXPECT_EQ(ErrorOf({{}, {{"mask", Zeros(nn::DType::kInt8, {})}}}),
            "kwargs[\"mask\"]: wrong type (got int8[], want bool[])");
}

TEST(SignatureCheck, LooksIntoArgumentsThatNest) {
  const auto mask = [](nn::DType dtype) { return nn::Datum(nn::Datum::Dict{{{"left", Zeros(dtype, {})}}}); };
  EXPECT_TRUE(Check(kNestedSignature, {{Zeros(nn::DType::kFloat32, {1, 3}), mask(nn::DType::kBool)}, {}}).ok());
  EXPECT_EQ(ErrorOf({{Zeros(nn::DType::kFloat32, {1, 3}), mask(nn::DType::kInt8)}, {}}, kNestedSignature),
            "inputs[1] (\"mask\")[\"left\"]: wrong type (got int8[], want bool[])");
}

}  // namespace
}  // namespace moduled::server
