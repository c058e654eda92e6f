// Every way in which a file can break the format, one file each.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/nn/weights/weights_testing.h"

namespace moduled::nn {
namespace {

using weights_testing::FileOf;
using weights_testing::Length;
using weights_testing::Parse;

struct Case {
  const char* name;
  std::string bytes;
  std::string error;  // Without the file's name.
};

// The name alone: GoogleTest would print the bytes of the object.
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

// A file with one tensor "t", whose entry is given, and a buffer of so many bytes.
std::string Entry(absl::string_view entry, size_t buffer = 4) {
  return FileOf(absl::StrCat(R"({"t":)", entry, "}"), std::string(buffer, '\0'));
}
std::string Typed(absl::string_view dtype, absl::string_view shape, absl::string_view offsets, size_t buffer = 4) {
  return Entry(absl::StrCat(R"({"dtype":)", dtype, R"(,"shape":)", shape, R"(,"data_offsets":)", offsets, "}"), buffer);
}
// Two tensors of four bytes each, and where the second one begins.
std::string Two(int begin, size_t buffer) {
  return FileOf(absl::StrCat(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
                             R"("b":{"dtype":"U8","shape":[4],"data_offsets":[)",
                             begin, ",", begin + 4, "]}}"),
                std::string(buffer, '\0'));
}
std::string Repeat(absl::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) absl::StrAppend(&all, text);
  return all;
}

const Case kCases[] = {
    {"AnEmptyFile", "", "too short (got 0 bytes, want at least 8)"},
    {"SevenBytes", "1234567", "too short (got 7 bytes, want at least 8)"},
    {"AHeaderOfNothing", Length(0), "header: it does not begin with '{'"},
    {"AHeaderThatRunsPastTheEnd", Length(3) + "{}",
     "header: it runs past the end of the file (got 3 bytes, want at most 2)"},
    {"AHeaderAboveTheLimit", Length(100'000'001) + "{}",
     "header: too long (got 100000001 bytes, want at most 100000000)"},
    {"AHeaderOfAlmostAllIntegers", Length(UINT64_MAX) + "{}",
     "header: too long (got 18446744073709551615 bytes, want at most 100000000)"},
    {"AHeaderThatBeginsWithASpace", FileOf(" {}"), "header: it does not begin with '{'"},
    {"AByteOrderMark", FileOf("\xef\xbb\xbf{}"), "header: it does not begin with '{'"},
    {"AHeaderThatIsAList", FileOf("[]"), "header: it does not begin with '{'"},

    {"AHeaderThatStopsInTheMiddle", FileOf(R"({"t":)"), "header: not valid JSON at byte 6"},
    {"TextBehindTheObject", FileOf("{} {}"), "header: not valid JSON at byte 4"},
    {"NulsBehindTheObject", FileOf(absl::string_view("{}\0\0", 4)), "header: not valid JSON at byte 3"},
    {"AnotherFileBehindANul", FileOf(absl::string_view("{}\0PK\3\4", 7)), "header: not valid JSON at byte 3"},
    {"AComment", FileOf("{/* */}"), "header: not valid JSON at byte 2"},
    {"ATrailingComma", FileOf(R"({"__metadata__":{},})"), "header: not valid JSON at byte 20"},
    {"BytesThatAreNotUtf8", FileOf("{\"\xff\":1}"), "header: not valid JSON at byte 3"},
    {"AnOverlongCharacter", FileOf("{\"\xc0\xaf\":1}"), "header: not valid JSON at byte 3"},
    {"HalfOfASurrogatePair", FileOf(R"({"\ud800":1})"), "header: not valid JSON at byte 9"},
    {"AControlCharacterInAName", FileOf("{\"a\nb\":1}"), "header: not valid JSON at byte 4"},
    {"ANumberBeyondDoubles", Typed(R"("U8")", "[1e999]", "[0,4]"), "header: not valid JSON at byte 33"},

    {"TwoTensorsOfOneName",
     FileOf(
         R"({"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})"),
     R"(header: duplicate key "t")"},
    {"OneNameWrittenInTwoWays", FileOf(R"({"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\u0074":{}})"),
     R"(header: duplicate key "t")"},
    {"TwoMetadata", FileOf(R"({"__metadata__":{},"__metadata__":{}})"), R"(header: duplicate key "__metadata__")"},
    {"TheSameMetadataKeyTwice", FileOf(R"({"__metadata__":{"a":"1","a":"1"}})"), R"(header: duplicate key "a")"},
    {"TwoTypes", Entry(R"({"dtype":"U8","dtype":"I8"})"), R"(header: duplicate key "dtype")"},

    {"MetadataThatIsNoObject", FileOf(R"({"__metadata__":"pt"})"),
     R"(header: "__metadata__": unexpected value (got a string))"},
    {"MetadataThatIsAList", FileOf(R"({"__metadata__":[]})"),
     R"(header: "__metadata__": unexpected value (got a list))"},
    {"MetadataThatIsANumber", FileOf(R"({"__metadata__":{"a":1}})"),
     R"(header: "__metadata__": "a": unexpected value (got a number))"},
    {"MetadataThatIsNull", FileOf(R"({"__metadata__":{"a":null}})"),
     R"(header: "__metadata__": "a": unexpected value (got null))"},
    {"MetadataInsideMetadata", FileOf(R"({"__metadata__":{"a":{}}})"),
     R"(header: "__metadata__": "a": unexpected value (got an object))"},

    {"AnEntryThatIsANumber", Entry("1"), R"(header: "t": unexpected value (got a number))"},
    {"AnEntryThatIsAList", Entry("[]"), R"(header: "t": unexpected value (got a list))"},
    {"AnEntryWithoutAType", Entry(R"({"shape":[4],"data_offsets":[0,4]})"), R"(header: "t": no "dtype")"},
    {"AnEntryWithoutAShape", Entry(R"({"dtype":"U8","data_offsets":[0,4]})"), R"(header: "t": no "shape")"},
    {"AnEntryWithoutOffsets", Entry(R"({"dtype":"U8","shape":[4]})"), R"(header: "t": no "data_offsets")"},
    {"AnEntryWithStrides", Entry(R"({"strides":[1]})"), R"(header: "t": unknown key "strides")"},
    {"ATypeThatIsANumber", Typed("8", "[4]", "[0,4]"), R"(header: "t": "dtype": unexpected value (got a number))"},
    {"ATypeThatIsAList", Typed(R"(["U8"])", "[4]", "[0,4]"), R"(header: "t": "dtype": unexpected value (got a list))"},
    {"AShapeThatIsANumber", Typed(R"("U8")", "4", "[0,4]"), R"(header: "t": "shape": unexpected value (got a number))"},
    {"AShapeThatIsAString", Typed(R"("U8")", R"("4")", "[0,4]"),
     R"(header: "t": "shape": unexpected value (got a string))"},
    {"AnExtentThatIsAString", Typed(R"("U8")", R"(["4"])", "[0,4]"),
     R"(header: "t": "shape": unexpected value (got a string))"},
    {"AnExtentThatIsNegative", Typed(R"("U8")", "[-4]", "[0,4]"),
     R"(header: "t": "shape": unexpected value (got a negative number))"},
    {"AnExtentThatIsAFraction", Typed(R"("U8")", "[4.0]", "[0,4]"),
     R"(header: "t": "shape": unexpected value (got a fraction, or a number beyond 64 bits))"},
    {"AnExtentBeyond64Bits", Typed(R"("U8")", "[18446744073709551616]", "[0,4]"),
     R"(header: "t": "shape": unexpected value (got a fraction, or a number beyond 64 bits))"},
    {"AnExtentThatIsABoolean", Typed(R"("U8")", "[true]", "[0,4]"),
     R"(header: "t": "shape": unexpected value (got a boolean))"},
    {"AnExtentThatIsAList", Typed(R"("U8")", "[[4]]", "[0,4]"),
     R"(header: "t": "shape": unexpected value (got a list))"},
    {"EndlessNesting", Entry(Repeat("[", 1000000)), R"(header: "t": unexpected value (got a list))"},
    {"EndlessNestingInAShape", Entry(R"({"shape":)" + Repeat("[", 1000000)),
     R"(header: "t": "shape": unexpected value (got a list))"},
    {"MoreAxesThanAnyTensor", Typed(R"("U8")", "[1" + Repeat(",1", 64) + "]", "[0,1]", 1),
     R"(header: "t": "shape": more than 64 numbers)"},
    {"OneOffset", Typed(R"("U8")", "[4]", "[4]"), R"(header: "t": wrong number of data_offsets (got 1, want 2))"},
    {"ThreeOffsets", Typed(R"("U8")", "[4]", "[0,2,4]"),
     R"(header: "t": wrong number of data_offsets (got 3, want 2))"},
    {"OffsetsThatAreNegative", Typed(R"("U8")", "[4]", "[-4,0]"),
     R"(header: "t": "data_offsets": unexpected value (got a negative number))"},

    {"AFirstTensorThatDoesNotBeginAtZero", Typed(R"("U8")", "[4]", "[1,5]", 5),
     R"("t": data_offsets: a hole (got 1, want 0))"},
    {"AHole", Two(5, 9), R"("b": data_offsets: a hole (got 5, want 4))"},
    {"AnOverlap", Two(3, 7), R"("b": data_offsets: an overlap (got 3, want 4))"},
    {"TwoTensorsInOnePlace", Two(0, 4), R"("b": data_offsets: an overlap (got 0, want 4))"},
    {"AnEmptyTensorInsideAnother",
     FileOf(
         R"({"t":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"e":{"dtype":"U8","shape":[0],"data_offsets":[2,2]}})",
         "1234"),
     R"("e": data_offsets: an overlap (got 2, want 4))"},
    {"ReversedOffsets", Typed(R"("U8")", "[4]", "[4,0]"), R"("t": data_offsets: reversed (got [4, 0]))"},
    {"OffsetsBeyondTheFile", Typed(R"("U8")", "[5]", "[0,5]"),
     "wrong number of bytes after the header (got 4, want 5)"},
    {"OffsetsFarBeyondTheFile", Typed(R"("U8")", "[18446744073709551615]", "[0,18446744073709551615]"),
     "wrong number of bytes after the header (got 4, want 18446744073709551615)"},
    {"BytesBehindTheTensors", Typed(R"("U8")", "[4]", "[0,4]", 5),
     "wrong number of bytes after the header (got 5, want 4)"},
    {"BytesBehindNoTensors", FileOf("{}", "1"), "wrong number of bytes after the header (got 1, want 0)"},

    {"TooFewBytesForTheShape", Typed(R"("F32")", "[2]", "[0,4]"),
     R"("t": data_offsets: wrong number of bytes for float32[2] (got 4, want 8))"},
    {"TooManyBytesForTheShape", Typed(R"("F16")", "[]", "[0,4]"),
     R"("t": data_offsets: wrong number of bytes for float16[] (got 4, want 2))"},
    {"BytesForAnEmptyShape", Typed(R"("U8")", "[0]", "[0,4]"),
     R"("t": data_offsets: wrong number of bytes for uint8[0] (got 4, want 0))"},
    {"AnExtentBeyondInt64", Typed(R"("U8")", "[9223372036854775808]", "[0,0]", 0),
     R"("t": shape: too large (got 9223372036854775808))"},
    {"AProductThatOverflows", Typed(R"("U8")", "[4294967296,4294967296]", "[0,0]", 0),
     R"("t": shape: too many elements (got [4294967296, 4294967296]))"},
    {"AProductThatOverflowsBeforeItIsZero", Typed(R"("U8")", "[4294967296,4294967296,0]", "[0,0]", 0),
     R"("t": shape: too many elements (got [4294967296, 4294967296, 0]))"},
    {"AProductThatOverflowsAsBytes", Typed(R"("F64")", "[2305843009213693952]", "[0,0]", 0),
     R"("t": shape: too many bytes (got float64[2305843009213693952]))"},
    {"ATypeThatWeDoNotHave", Typed(R"("F8_E4M3")", "[4]", "[0,4]"),
     R"("t": dtype: not supported (got "F8_E4M3", want one of I64, F64, F32, I32, BF16, F16, I8, U8, BOOL))"},
    {"ATypeOfLessThanAByte", Typed(R"("F4")", "[3]", "[0,2]", 2),
     R"("t": dtype: not supported (got "F4", want one of I64, F64, F32, I32, BF16, F16, I8, U8, BOOL))"},
    {"ATypeInLowerCase", Typed(R"("f32")", "[1]", "[0,4]"),
     R"("t": dtype: not supported (got "f32", want one of I64, F64, F32, I32, BF16, F16, I8, U8, BOOL))"},
    {"ABooleanThatIsNeither", FileOf(R"({"t":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}})", "\1\2"),
     R"("t": a bool that is none (got byte 2, want 0 or 1))"},
};

class SafetensorsRefuses : public testing::TestWithParam<Case> {};

TEST_P(SafetensorsRefuses, AFileWith) {
  EXPECT_EQ(Parse(GetParam().bytes).status(),
            absl::InvalidArgumentError(absl::StrCat("f.safetensors: ", GetParam().error)));
}

INSTANTIATE_TEST_SUITE_P(All, SafetensorsRefuses, testing::ValuesIn(kCases),
                         [](const testing::TestParamInfo<Case>& info) { return info.param.name; });

}  // namespace
}  // namespace moduled::nn
