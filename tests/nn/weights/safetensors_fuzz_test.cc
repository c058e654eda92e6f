// Damaged files: whatever happens to one, the reader answers.
#include <gtest/gtest.h>

#include <random>

#include "tests/nn/weights/weights_testing.h"

namespace moduled::nn {
namespace {

using weights_testing::FileOf;
using weights_testing::Parse;

const std::string& GoodFile() {
  static const std::string& file =
      *new std::string(FileOf(R"({"__metadata__":{"format":"pt","order":"[\"b\",\"a\",\"tied\"]","tied":"a",)"
                              R"("torch_metadata":"{\"\":{\"version\":1}}"},)"
                              R"("a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},)"
                              R"("b":{"dtype":"BOOL","shape":[3],"data_offsets":[8,11]},)"
                              R"("e":{"dtype":"I64","shape":[0,7],"data_offsets":[11,11]}}  )",
                              std::string("\0\0\x80\x3f\0\0\0\x40\1\0\1", 11)));
  return file;
}

// Reads all that the tensors promise to hold: a sanitizer sees what is not theirs.
void Touch(const SafetensorsFile& file) {
  uint64_t sum = 0;
  for (const auto& [name, tensor] : file.tensors()) {
    for (uint8_t byte : tensor.bytes()) sum += byte;
  }
  volatile uint64_t sink = sum;
  static_cast<void>(sink);
  // Good or bad, it must answer.
  static_cast<void>(file.ToStateDict().ok());
}

TEST(SafetensorsFuzz, StartsFromAGoodFile) { EXPECT_EQ(Parse(GoodFile()).status(), absl::OkStatus()); }

TEST(SafetensorsFuzz, RefusesAFileThatIsCutAnywhere) {
  for (size_t length = 0; length < GoodFile().size(); ++length) {
    EXPECT_TRUE(absl::IsInvalidArgument(Parse(GoodFile().substr(0, length)).status())) << "cut to " << length;
  }
}

TEST(SafetensorsFuzz, RefusesAFileWithAByteTooManyAnywhereInItsLengthOrItsEnd) {
  for (size_t position : {size_t{0}, size_t{8}, GoodFile().size()}) {
    std::string longer = GoodFile();
    longer.insert(position, 1, '\0');
    EXPECT_FALSE(Parse(longer).ok()) << "inserted at " << position;
  }
}

TEST(SafetensorsFuzz, AnswersWhateverSingleByteIsChanged) {
  for (size_t position = 0; position < GoodFile().size(); ++position) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = GoodFile();
      changed[position] = static_cast<char>(byte);
      if (const auto file = Parse(changed); file.ok()) Touch(*file);
    }
  }
}

TEST(SafetensorsFuzz, AnswersWhateverIsFlippedCutAndDoubled) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::printf("seed %u\n", seed);  // Before anything can end the process.
  std::fflush(stdout);
  std::mt19937 random(seed);
  const auto below = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); };
  int refused = 0;
  constexpr int kRounds = 20'000;
  for (int round = 0; round < kRounds; ++round) {
    std::string bytes = GoodFile();
    for (size_t changes = below(6); changes > 0 && !bytes.empty(); --changes) {
      const size_t at = below(bytes.size());
      switch (below(4)) {
        case 0:
          bytes[at] = static_cast<char>(bytes[at] ^ 1 << below(8));
          break;
        case 1:  // A digit for a digit keeps the JSON valid, and gets to the checks behind it.
          if (bytes[at] >= '0' && bytes[at] <= '9') bytes[at] = static_cast<char>('0' + below(10));
          break;
        case 2:
          bytes.erase(at, 1 + below(8));
          break;
        default:
          bytes.insert(at, bytes.substr(below(bytes.size()), below(40)));
      }
    }
    if (const auto file = Parse(bytes, below(8)); file.ok()) {
      Touch(*file);
    } else {
      ++refused;
      EXPECT_TRUE(absl::IsInvalidArgument(file.status())) << file.status();
    }
  }
  EXPECT_GT(refused, kRounds / 4);
  EXPECT_LT(refused, kRounds);
}

}  // namespace
}  // namespace moduled::nn
