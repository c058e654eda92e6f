// Descriptions in files and on the wire.
#include "nn/description/description.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "nn/description/build_options.h"
#include "tests/nn/description/text.h"

namespace moduled::nn {
namespace {

using testing::HasSubstr;

std::string WriteFile(const std::string& name, const std::string& bytes) {
  const std::string path = absl::StrCat(testing::TempDir(), "/", name);
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

// What reading says, and that it says nothing else on stderr.
absl::StatusOr<Description> ReadQuietly(const std::string& path) {
  testing::internal::CaptureStderr();
  absl::StatusOr<Description> description = Description::Read(path);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  return description;
}

void ExpectUnreadable(const std::string& name, const std::string& bytes, const std::string& message) {
  const std::string path = WriteFile(name, bytes);
  const absl::Status status = ReadQuietly(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat(path, ": ", message)));
}

// `depth` modules inside each other.
v1::ModuleDescription Nested(int depth) {
  v1::ModuleDescription root;
  v1::ModuleDescription* module = &root;
  for (int i = 1; i < depth; ++i) {
    module->mutable_sequential();
    v1::Child& child = *module->add_children();
    child.set_name("0");
    module = child.mutable_module();
  }
  module->mutable_relu();
  return root;
}

TEST(Description, ReadsTheBundledModelAndDescribesItAgain) {
  const auto description = ReadQuietly(BUNDLED_MODEL);
  ASSERT_TRUE(description.ok()) << description.status();
  const auto signature = description->Signature();
  ASSERT_TRUE(signature.ok()) << signature.status();
  EXPECT_FALSE(signature->inputs.empty());
  const auto module = description->Build();
  ASSERT_TRUE(module.ok()) << module.status();
  const auto again = Description::Describe(**module, *signature);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->Text(), description->Text());
  EXPECT_EQ(again->Serialize(), description->Serialize());
}

TEST(Description, ReadsTextAndBinary) {
  const Description description = Description::Of(FromText("linear { in_features: 2 out_features: 3 }"));
  for (const Description& read :
       {*ReadQuietly(WriteFile("module.pbtxt", description.Text())),
        *ReadQuietly(WriteFile("module.pb", description.Serialize())), *Description::Parse(description.Serialize())}) {
    EXPECT_EQ(read.Serialize(), description.Serialize());
  }
}

TEST(Description, WritesListsOnOneLine) {
  EXPECT_THAT(Description::Of(FromText("layer_norm { normalized_shape: 2 normalized_shape: 3 }")).Text(),
              HasSubstr("normalized_shape: [2, 3]"));
}

TEST(Description, ReadsTreesUpToTheLimitOfDepthAndRefusesDeeperOnes) {
  const Description deepest = Description::Of(Nested(kMaxDepth));
  for (const auto& read : {ReadQuietly(WriteFile("deepest.pbtxt", deepest.Text())),
                           ReadQuietly(WriteFile("deepest.pb", deepest.Serialize()))}) {
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_TRUE(read->Build().ok());
  }
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "sequential {} children { name: '0' module { ";
  text += "relu {} ";
  for (int i = 0; i < 10'000; ++i) text += "} } ";
  ExpectUnreadable("deep.pbtxt", text, "description: line 1, column");
  // The same on the wire: every level holds the one below it as field 2 of field 1.
  std::string bytes = "\x92\x03";
  bytes.push_back('\0');  // relu {}
  for (int i = 0; i < 1'000; ++i) {
    for (const char tag : {'\x12', '\x0a'}) {
      std::string length;
      for (size_t n = bytes.size(); true; n >>= 7) {
        length.push_back(static_cast<char>((n & 0x7f) | (n > 0x7f ? 0x80 : 0)));
        if (n <= 0x7f) break;
      }
      bytes = tag + length + bytes;
    }
  }
  ExpectUnreadable("deep.pb", bytes, "description: not a moduled.v1.ModuleDescription");
}

TEST(Description, SaysWhereATextIsWrong) {
  ExpectUnreadable("layer.pbtxt", "\n  conv9d {}",
                   "description: line 2, column 10: Message type "
                   "\"moduled.v1.ModuleDescription\" has no field named \"conv9d\"");
  ExpectUnreadable("attribute.pbtxt", "linear { in_feature: 3 }",
                   "description: line 1, column 20: Message type "
                   "\"moduled.v1.Linear\" has no field named");
  ExpectUnreadable("type.pbtxt", "linear { in_features: 'three' }", "description: line 1, column 23: Expected integer");
  ExpectUnreadable("open.pbtxt", "linear {", "description: line 1, column 9: ");
  ExpectUnreadable("twice.pbtxt", "relu {} tanh {}", "description: line 1, column");
}

TEST(Description, RefusesBytesThatAreNoDescription) {
  const std::string bytes = Description::Of(Nested(3)).Serialize();
  ExpectUnreadable("cut.pb", bytes.substr(0, bytes.size() - 1), "description: not a moduled.v1.ModuleDescription");
  ExpectUnreadable("noise.pb", "\xff\xff\xff\xff noise", "description: not a moduled.v1.ModuleDescription");
}

TEST(Description, RefusesTextThatIsNotUtf8WithoutNoise) {
  ExpectUnreadable("utf8.pbtxt", "composite { type: '\\377' }", "description: not a moduled.v1.ModuleDescription");
  ExpectUnreadable("utf8.pb", "\x52\x03\x0a\x01\xff", "description: not a moduled.v1.ModuleDescription");
}

TEST(Description, SaysWhichFileIsNotThere) {
  const absl::Status status = Description::Read("/nowhere/module.pbtxt").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), "/nowhere/module.pbtxt: no such file");
}

TEST(Description, RefusesADirectory) { EXPECT_FALSE(Description::Read(testing::TempDir()).ok()); }

TEST(Signature, HasTheSameShapesAndTypesAgain) {
  const Description description = Description::Of(
      FromText("relu {} signature { inputs { name: 'x' dtype: FLOAT32 shape: [-1, 3] example_shape: [2, 3] } "
               "inputs { name: 's' dtype: INT64 } outputs { name: 'y' dtype: FLOAT32 shape: [-1, 3] } }"));
  const auto signature = description.Signature();
  ASSERT_TRUE(signature.ok()) << signature.status();
  EXPECT_EQ(signature->inputs[0], (ModelPort{"x", DType::kFloat32, {-1, 3}, Shape{2, 3}}));
  EXPECT_EQ(signature->inputs[1], (ModelPort{"s", DType::kInt64, {}, Shape{}}));
  EXPECT_EQ(signature->outputs[0], (ModelPort{"y", DType::kFloat32, {-1, 3}, std::nullopt}));
  EXPECT_EQ(Description::Describe(**description.Build(), *signature)->Serialize(), description.Serialize());
}

// What a lazy layer's first input is.
std::string WithInput(const std::string& module, const std::string& port) {
  return absl::StrCat(module, " signature { inputs { name: 'x' dtype: FLOAT32 ", port, " } }");
}

const char kLazy[] =
    "sequential {} children { name: '0' module { lazy_conv1d { out_channels: 2 kernel_size: 3 } } } "
    "children { name: '1' module { relu {} } }";

TEST(LazyDescription, SaysWhatItsLayersHaveBecome) {
  const Description lazy = Description::Of(FromText(WithInput(kLazy, "shape: [-1, 4, -1] example_shape: [2, 4, 9]")));
  const auto root = lazy.Build();
  ASSERT_TRUE(root.ok()) << root.status();
  const auto resolved = lazy.Resolved(**root);
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  EXPECT_EQ(resolved->Text(),
            Description::Of(FromText(WithInput(
                                "sequential {} children { name: '0' module { conv1d { in_channels: 4 out_channels: 2 "
                                "kernel_size: 3 } } } children { name: '1' module { relu {} } }",
                                "shape: [-1, 4, -1] example_shape: [2, 4, 9]")))
                .Text());
  const auto again = resolved->Build();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*again)->Repr(), (*root)->Repr());
  EXPECT_EQ(resolved->Resolved(**again)->Serialize(), resolved->Serialize());
}

TEST(LazyDescription, TakesAShapeWithoutFreeExtentsForAnExample) {
  const auto root = TryBuild(WithInput(kLazy, "shape: [1, 3, 5]"));
  ASSERT_TRUE(root.ok()) << root.status();
  EXPECT_EQ((*(*root)->get_submodule("0"))->type(), "Conv1d");
}

TEST(LazyDescription, StaysLazyWithoutASignature) {
  const Description lazy = Description::Of(FromText(kLazy));
  const auto root = lazy.Build();
  ASSERT_TRUE(root.ok()) << root.status();
  EXPECT_EQ(Description::Describe(**root)->Serialize(), lazy.Serialize());
  EXPECT_THAT(std::string(lazy.Resolved(**root).status().message()), HasSubstr("0 (LazyConv1d): the layer is lazy"));
}

TEST(LazyDescription, IsRefusedWhereItsExampleDoesNotFit) {
  EXPECT_THAT(std::string(TryBuild(WithInput(kLazy, "shape: [-1, 4, 9]")).status().message()),
              HasSubstr("signature: inputs: the signature has no example shape for x"));
  EXPECT_THAT(std::string(TryBuild(WithInput(kLazy, "shape: [4]")).status().message()),
              HasSubstr("0 (LazyConv1d): Expected 2D (unbatched) or 3D (batched) input to LazyConv1d"));
  BuildOptions small;
  small.max_parameter_bytes = 1000;
  EXPECT_THAT(std::string(TryBuild(WithInput(kLazy, "shape: [1, 1000, 9]"), small).status().message()),
              HasSubstr("0 (LazyConv1d): weight"));
}

TEST(Signature, IsEmptyWhereThereIsNone) {
  EXPECT_EQ(*Description::Of(FromText("relu {}")).Signature(), ModelSignature());
}

TEST(Signature, RefusesPortsThatAreWrong) {
  const auto expect = [](const std::string& ports, const std::string& message) {
    const std::string text = absl::StrCat("relu {} signature { ", ports, " }");
    for (const absl::Status& status : {Description::Of(FromText(text)).Signature().status(), TryBuild(text).status()}) {
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
      EXPECT_THAT(std::string(status.message()), HasSubstr(message));
    }
  };
  expect("inputs { dtype: FLOAT32 }", "signature: inputs: : name: must not be empty");
  expect("inputs { name: 'x' }", "signature: inputs: x: dtype: no element type");
  expect("outputs { name: 'y' dtype: FLOAT32 shape: -2 }", "signature: outputs: y: shape: bad extent (got -2");
  expect("inputs { name: 'x' dtype: FLOAT32 } inputs { name: 'x' dtype: FLOAT32 }",
         "inputs: x: name: another one has it");
  expect("inputs { name: 'x' dtype: FLOAT32 shape: [-1, 3] example_shape: [2, 4] }",
         "inputs: x: example_shape: does not fit the shape (got [2, 4], want [-1, 3])");
  expect("inputs { name: 'x' dtype: FLOAT32 shape: [-1, 3] example_shape: 3 }",
         "example_shape: does not fit the shape");
  expect("inputs { name: 'x' dtype: FLOAT32 shape: -1 example_shape: -1 }", "example_shape: shape: negative extent");
}

}  // namespace
}  // namespace moduled::nn
