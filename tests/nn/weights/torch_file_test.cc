// Files of torch.save: golden/tiny.pt was written by torch, hostile ones are put together by hand.
#include "nn/weights/torch_file.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "tests/nn/weights/weights_testing.h"

namespace moduled::nn {
namespace {

using std::string_literals::operator""s;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using weights_testing::TemporaryDirectory;

std::string Little(uint64_t number, size_t bytes) {
  std::string text;
  for (size_t i = 0; i < bytes; ++i) text.push_back(static_cast<char>(number >> (8 * i)));
  return text;
}

// A zip archive of stored entries.
std::string Zip(const std::vector<std::pair<std::string, std::string>>& entries, uint16_t method = 0) {
  std::string bytes, directory;
  for (const auto& [name, content] : entries) {
    const std::string sizes = Little(0, 4) + Little(content.size(), 4) + Little(content.size(), 4);
    const std::string common = Little(0, 2) + Little(method, 2) + Little(0, 4) + sizes + Little(name.size(), 2);
    directory += Little(0x02014b50, 4) + Little(20, 2) + Little(20, 2) + common + Little(0, 2) + Little(0, 2) +
                 Little(0, 8) + Little(bytes.size(), 4) + name;
    bytes += Little(0x04034b50, 4) + Little(20, 2) + common + Little(0, 2) + name + content;
  }
  const size_t offset = bytes.size();
  return bytes + directory + Little(0x06054b50, 4) + Little(0, 4) + Little(entries.size(), 2) +
         Little(entries.size(), 2) + Little(directory.size(), 4) + Little(offset, 4) + Little(0, 2);
}

std::string Refusal(const std::string& bytes) {
  const TemporaryDirectory directory;
  const auto state_dict = ReadTorchFile(directory.Write("model.pt", bytes));
  EXPECT_FALSE(state_dict.ok());
  EXPECT_TRUE(absl::IsInvalidArgument(state_dict.status())) << state_dict.status();
  return std::string(state_dict.status().message());
}

std::string RefusedPickle(const std::string& program) {
  return Refusal(Zip({{"archive/data.pkl", absl::StrCat("\x80\x02", program)}, {"archive/data/0", "1234"}}));
}

std::string Golden() {
  std::ifstream file(GOLDEN "/tiny.pt", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

const Tensor& Find(const StateDict& state_dict, absl::string_view name) {
  for (const auto& [key, tensor] : state_dict.tensors) {
    if (key == name) return tensor;
  }
  ADD_FAILURE() << name;
  return state_dict.tensors.front().second;
}

TEST(TorchFile, HoldsWhatTorchSaved) {
  const auto read = ReadTorchFile(GOLDEN "/tiny.pt");
  ASSERT_EQ(read.status(), absl::OkStatus());
  std::vector<std::string> names;
  for (const auto& [name, tensor] : read->tensors) names.push_back(name);
  EXPECT_THAT(names, ElementsAre("weight", "transposed", "part", "strided", "tied", "scalar", "empty", "double", "half",
                                 "bfloat16", "int32", "int8", "uint8", "bool"));
  EXPECT_EQ(Find(*read, "weight").shape(), (Shape{3, 4}));
  EXPECT_THAT(Find(*read, "weight").elements<float>(), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
  EXPECT_EQ(Find(*read, "transposed").shape(), (Shape{4, 3}));
  EXPECT_THAT(Find(*read, "transposed").elements<float>(), ElementsAre(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11));
  EXPECT_THAT(Find(*read, "part").elements<float>(), ElementsAre(2, 3, 4));
  EXPECT_THAT(Find(*read, "strided").elements<float>(), ElementsAre(1, 4, 7, 10));
  EXPECT_THAT(Find(*read, "scalar").elements<int64_t>(), ElementsAre(7));
  EXPECT_EQ(Find(*read, "empty").shape(), (Shape{0, 3}));
  EXPECT_THAT(Find(*read, "double").elements<double>(), ElementsAre(0.5));
  EXPECT_THAT(Find(*read, "int32").elements<int32_t>(), ElementsAre(-3));
  EXPECT_THAT(Find(*read, "int8").elements<int8_t>(), ElementsAre(-4));
  EXPECT_THAT(Find(*read, "uint8").elements<uint8_t>(), ElementsAre(250));
  EXPECT_THAT(Find(*read, "bool").elements<bool>(), ElementsAre(true, false));
  EXPECT_EQ(Find(*read, "half").dtype(), DType::kFloat16);
  EXPECT_EQ(Find(*read, "bfloat16").dtype(), DType::kBFloat16);
  EXPECT_THAT(read->metadata,
              ElementsAre(std::pair<std::string, int64_t>("", 1), std::pair<std::string, int64_t>("bn", 2)));
}

TEST(TorchFile, KeepsTiesAndNothingElseShared) {
  const StateDict read = *ReadTorchFile(GOLDEN "/tiny.pt");
  EXPECT_TRUE(Find(read, "weight").SharesStorageWith(Find(read, "tied")));
  EXPECT_FALSE(Find(read, "weight").SharesStorageWith(Find(read, "part")));
}

TEST(TorchFile, NeverRunsCode) {
  EXPECT_THAT(RefusedPickle("cposix\nsystem\nX\x02\0\0\0ls\x85R."s),
              HasSubstr("it asks for \"posix.system\": only tensors and plain containers can be loaded"));
  EXPECT_THAT(RefusedPickle("cbuiltins\neval\n."), HasSubstr("builtins.eval"));
  EXPECT_THAT(RefusedPickle("ctorch\nload\n."), HasSubstr("torch.load"));
}

TEST(TorchFile, RefusesProgramsThatAreNoStateDict) {
  EXPECT_THAT(RefusedPickle(""), HasSubstr("it ends before its end"));
  EXPECT_THAT(RefusedPickle("."), HasSubstr("empty stack"));
  EXPECT_THAT(RefusedPickle("N."), HasSubstr("it holds no state_dict"));
  EXPECT_THAT(RefusedPickle("}X\x01\0\0\0aK\x01s."s), HasSubstr("it holds no state_dict"));
  EXPECT_THAT(RefusedPickle("\x93."), HasSubstr("operation 0x93"));
  EXPECT_THAT(RefusedPickle("h\x07."), HasSubstr("what it has not kept"));
  EXPECT_THAT(RefusedPickle("t."), HasSubstr("a mark is missing"));
  EXPECT_THAT(RefusedPickle("X\xff\xff\xff\x7f."), HasSubstr("cut short"));
  EXPECT_THAT(RefusedPickle("]q\0h\0a."s), HasSubstr("it holds no state_dict"));
}

// {"w": _rebuild_tensor_v2(storage, offset, size, stride, ...)}, with numbers up to 255.
std::string TensorProgram(int offset, const std::string& size, const std::string& stride, int numel = 1,
                          const std::string& key = "0") {
  const auto number = [](int n) { return absl::StrCat("K", std::string(1, static_cast<char>(n))); };
  const auto text = [](const std::string& t) { return absl::StrCat("X", Little(t.size(), 4), t); };
  return absl::StrCat("}", text("w"), "ctorch._utils\n_rebuild_tensor_v2\n((", text("storage"),
                      "ctorch\nFloatStorage\n", text(key), text("cpu"), number(numel), "tQ", number(offset), size,
                      stride, "\x89}tRs.");
}

TEST(TorchFile, RefusesTensorsThatReachBeyondTheirStorage) {
  EXPECT_THAT(RefusedPickle(TensorProgram(1, "K\x01\x85", "K\x01\x85")), HasSubstr("reaches beyond its storage"));
  EXPECT_THAT(RefusedPickle(TensorProgram(0, "K\x02\x85", "K\x01\x85")), HasSubstr("reaches beyond its storage"));
  EXPECT_THAT(RefusedPickle(TensorProgram(0, "K\xff\x85", std::string("K\0\x85", 3))), HasSubstr("repeats elements"));
  EXPECT_THAT(RefusedPickle(TensorProgram(0, "K\x01\x85", ")")), HasSubstr("as many strides as extents"));
  EXPECT_THAT(RefusedPickle(TensorProgram(0, ")", ")", 2)), HasSubstr("has the wrong size"));
  EXPECT_THAT(RefusedPickle(TensorProgram(0, ")", ")", 1, "../../secret")), HasSubstr("is missing"));
}

TEST(TorchFile, RefusesArchivesThatTorchDoesNotWrite) {
  EXPECT_THAT(Refusal(""), HasSubstr("no zip archive: too short"));
  EXPECT_THAT(Refusal(std::string(100, 'x')), HasSubstr("no end record"));
  EXPECT_THAT(Refusal(Zip({{"archive/data.pkl", "."}}, /*method=*/8)), HasSubstr("is compressed"));
  EXPECT_THAT(Refusal(Zip({{"archive/version", "3"}})), HasSubstr("not one data.pkl"));
  EXPECT_THAT(Refusal(Zip({{"archive/data.pkl", "."}, {"archive/data.pkl", "."}})), HasSubstr("comes twice"));
  EXPECT_THAT(Refusal(Zip({{"archive/data.pkl", "."}, {"archive/constants.pkl", "."}})), HasSubstr("TorchScript"));
  EXPECT_THAT(Refusal(Zip({{"archive/data.pkl", "."}, {"archive/byteorder", "big"}})), HasSubstr("byte order"));
  EXPECT_THAT(Refusal("\x80\x02\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19."), HasSubstr("before 1.6"));
}

// Whatever is in a file, reading it answers.
TEST(TorchFile, SurvivesEveryChangedAndMissingByte) {
  const std::string golden = Golden();
  ASSERT_THAT(golden, testing::Not(IsEmpty()));
  const TemporaryDirectory directory;
  int refused = 0;
  for (size_t i = 0; i < golden.size(); ++i) {
    std::string changed = golden;
    changed[i] = static_cast<char>(changed[i] ^ 0xff);
    refused += ReadTorchFile(directory.Write("changed.pt", changed)).ok() ? 0 : 1;
    EXPECT_FALSE(ReadTorchFile(directory.Write("short.pt", golden.substr(0, i))).ok()) << i;
  }
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace moduled::nn
