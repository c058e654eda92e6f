// Layers and functions give PyTorch's results, types, texts and errors: the golden data were written by PyTorch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "nn/modules/state_dict.h"
#include "nn/plan/model.h"
#include "tests/nn/description/text.h"

namespace moduled::nn {
namespace {

using testing::HasSubstr;

using Fields = std::vector<std::string>;

TensorSpec ParseSpec(const std::string& dtype, const std::string& extents) {
  TensorSpec spec{*ParseDType(dtype), {}};
  if (extents == "-") return spec;
  for (const std::string& extent : Fields(absl::StrSplit(extents, ','))) spec.shape.push_back(std::stoll(extent));
  return spec;
}

template <class T>
void FillInput(Tensor& tensor, int64_t which) {
  int64_t i = 17 * which;
  for (T& element : tensor.mutable_elements<T>()) {
    const int64_t number = i * 37 + 11;
    if constexpr (std::is_floating_point_v<T>) {
      element = static_cast<T>(number % 101 - 50) / 16;
    } else if constexpr (std::is_same_v<T, bool>) {
      element = i % 3 == 0;
    } else {
      element = static_cast<T>(number % 7 + (std::is_same_v<T, uint8_t> ? 1 : -9));
    }
    ++i;
  }
}

// The elements of write_parity.py's make_input.
Tensor MakeInput(const TensorSpec& spec, int64_t which) {
  Tensor tensor = *Tensor::Allocate(spec);
  switch (spec.dtype) {
    case DType::kFloat32:
      FillInput<float>(tensor, which);
      break;
    case DType::kFloat64:
      FillInput<double>(tensor, which);
      break;
    case DType::kInt64:
      FillInput<int64_t>(tensor, which);
      break;
    case DType::kInt32:
      FillInput<int32_t>(tensor, which);
      break;
    case DType::kInt8:
      FillInput<int8_t>(tensor, which);
      break;
    case DType::kUInt8:
      FillInput<uint8_t>(tensor, which);
      break;
    case DType::kBool:
      FillInput<bool>(tensor, which);
      break;
    default:
      ADD_FAILURE() << "no inputs of type " << Name(spec.dtype);
  }
  return tensor;
}

double Element(const Tensor& tensor, int64_t i) {
  switch (tensor.dtype()) {
    case DType::kFloat32:
      return tensor.elements<float>()[i];
    case DType::kFloat64:
      return tensor.elements<double>()[i];
    case DType::kInt64:
      return static_cast<double>(tensor.elements<int64_t>()[i]);
    case DType::kInt32:
      return tensor.elements<int32_t>()[i];
    case DType::kInt8:
      return tensor.elements<int8_t>()[i];
    case DType::kUInt8:
      return tensor.elements<uint8_t>()[i];
    case DType::kBool:
      return tensor.elements<bool>()[i];
    default:
      ADD_FAILURE() << "no outputs of type " << Name(tensor.dtype());
      return 0;
  }
}

void ExpectElement(double got, double want, double tolerance) {
  if (std::isnan(want) || std::isinf(want)) {
    EXPECT_EQ(std::isnan(got), std::isnan(want));
    EXPECT_TRUE(std::isnan(want) || got == want) << got << " is not " << want;
  } else {
    EXPECT_NEAR(got, want, tolerance * std::max(1.0, std::abs(want)));
  }
}

void ExpectTensor(const Datum& got, const Fields& fields) {
  const Tensor* tensor = got.As<Tensor>();
  ASSERT_NE(tensor, nullptr);
  const TensorSpec want = ParseSpec(fields[1], fields[2]);
  ASSERT_EQ(tensor->spec().ToString(), want.ToString());
  ASSERT_EQ(fields.size(), 3 + static_cast<size_t>(tensor->numel()));
  const double tolerance = want.dtype == DType::kFloat32 ? 1e-5 : want.dtype == DType::kFloat64 ? 1e-12 : 0;
  for (int64_t i = 0; i < tensor->numel(); ++i) {
    SCOPED_TRACE(testing::Message() << "element " << i);
    double element;
    ASSERT_TRUE(absl::SimpleAtod(fields[3 + i], &element));
    ExpectElement(Element(*tensor, i), element, tolerance);
  }
}

// One case of the file, as it is read.
struct Case {
  std::string description;
  std::vector<Tensor> inputs;
  std::vector<std::string> expected;  // Lines.
};

// Takes the lines that describe a value.
void ExpectValue(const Datum& got, const std::vector<std::string>& lines, size_t& next) {
  ASSERT_LT(next, lines.size());
  const Fields fields = absl::StrSplit(lines[next++], ' ');
  if (fields[0] == "tensor") return ExpectTensor(got, fields);
  if (fields[0] == "int") {
    ASSERT_TRUE(got.Is<int64_t>());
    EXPECT_EQ(*got.As<int64_t>(), std::stoll(fields[1]));
    return;
  }
  if (fields[0] == "float") {
    ASSERT_TRUE(got.Is<double>());
    double want;
    ASSERT_TRUE(absl::SimpleAtod(fields[1], &want));
    EXPECT_EQ(*got.As<double>(), want);
    EXPECT_EQ(std::signbit(*got.As<double>()), std::signbit(want));
    return;
  }
  ASSERT_EQ(got.Is<Datum::Tuple>(), fields[0] == "tuple");
  ASSERT_EQ(got.Is<Datum::List>(), fields[0] == "list");
  ASSERT_EQ(got.Items()->size(), std::stoul(fields[1]));
  for (const Datum& item : *got.Items()) ExpectValue(item, lines, next);
}

void RunCase(const Case& test) {
  SCOPED_TRACE(test.description);
  std::vector<Datum> args(test.inputs.begin(), test.inputs.end());
  Workspace workspace;
  const auto module = Build(test.description);
  ASSERT_NE(module, nullptr);
  const absl::StatusOr<Datum> result = Model(module, ModelOptions()).Forward({std::move(args), {}}, workspace);
  const absl::string_view first = test.expected.front();
  if (absl::StartsWith(first, "error ")) {
    EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(result.status().message(), HasSubstr(absl::StripPrefix(first, "error ")));
    return;
  }
  ASSERT_TRUE(result.ok()) << result.status();
  size_t next = 0;
  ExpectValue(*result, test.expected, next);
  EXPECT_EQ(next, test.expected.size());
}

// visit(lines) for each group of lines that begins with `word`.
template <class Visit>
int ForEachGroup(absl::string_view word, Visit visit) {
  std::vector<std::string> group;
  int groups = 0;
  const auto flush = [&] {
    if (!group.empty() && absl::StartsWith(group.front(), word)) {
      visit(group);
      ++groups;
    }
    group.clear();
  };
  for (const char* path : {GOLDEN "/parity.txt", GOLDEN "/images.txt", GOLDEN "/convolutions.txt"}) {
    std::ifstream file(path);
    EXPECT_TRUE(file) << "no golden data in " << path;
    for (std::string line; std::getline(file, line);) {
      if (absl::StartsWith(line, "case ") || absl::StartsWith(line, "module ")) flush();
      group.push_back(line);
    }
    flush();
  }
  return groups;
}

TEST(TorchParity, ResultsAndErrorsAreTorchs) {
  const int cases = ForEachGroup("case ", [](const std::vector<std::string>& lines) {
    Case test{.description = lines[0].substr(5), .inputs = {}, .expected = {}};
    for (size_t i = 1; i < lines.size(); ++i) {
      const Fields fields = absl::StrSplit(lines[i], ' ');
      if (fields[0] == "input") {
        test.inputs.push_back(MakeInput(ParseSpec(fields[1], fields[2]), static_cast<int64_t>(test.inputs.size())));
      } else {
        test.expected.push_back(lines[i]);
      }
    }
    RunCase(test);
  });
  EXPECT_GT(cases, 500);
}

TEST(TorchParity, ReprAndStateDictKeysAreTorchs) {
  const int modules = ForEachGroup("module ", [](const std::vector<std::string>& lines) {
    SCOPED_TRACE(lines[0]);
    const auto module = Build(lines[0].substr(7));
    ASSERT_NE(module, nullptr);
    EXPECT_EQ(module->Repr(), absl::StripPrefix(lines[1], "repr "));
    std::vector<std::string> keys = {"keys"};
    for (const auto& [key, tensor] : GetStateDict(*module).tensors) keys.push_back(key);
    EXPECT_EQ(absl::StrJoin(keys, " "), lines[2]);
  });
  EXPECT_GT(modules, 100);
}

TEST(TorchParity, DescribingALayerYieldsWhatItWasMadeFrom) {
  ForEachGroup("module ", [](const std::vector<std::string>& lines) {
    SCOPED_TRACE(lines[0]);
    const v1::ModuleDescription description = FromText(lines[0].substr(7));
    const auto module = BuildModule(description);
    ASSERT_TRUE(module.ok()) << module.status();
    EXPECT_EQ(DescribeModule(**module)->SerializeAsString(), description.SerializeAsString());
  });
}

}  // namespace
}  // namespace moduled::nn
