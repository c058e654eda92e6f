#include "nn/layers/attribute_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace moduled::nn {
namespace {

using testing::ElementsAre;

Attribute List(std::initializer_list<int64_t> numbers) { return Attribute::List{{numbers.begin(), numbers.end()}}; }

// Reads one attribute and tells what Finish says.
template <class Read>
std::string ErrorOf(const Attributes& attributes, Read read) {
  AttributeReader reader(attributes);
  read(reader);
  return std::string(reader.Finish().message());
}

TEST(AttributeReader, ReadsWhatIsSet) {
  const Attributes attributes = {{"i", 3}, {"f", 0.5}, {"b", true}, {"s", "same"}, {"n", List({1, 2})}};
  AttributeReader reader(attributes);
  EXPECT_EQ(reader.Int("i", kAnyInt), 3);
  EXPECT_EQ(reader.Float("f", 1), 0.5);
  EXPECT_TRUE(reader.Bool("b", false));
  EXPECT_EQ(reader.String("s", ""), "same");
  EXPECT_THAT(reader.Ints("n", kPositive), ElementsAre(1, 2));
  EXPECT_TRUE(reader.Finish().ok()) << reader.Finish();
}

TEST(AttributeReader, AnswersDefaultsForWhatIsNotSet) {
  const Attributes none;
  AttributeReader reader(none);
  EXPECT_EQ(reader.Int("i", kPositive, 7), 7);
  EXPECT_EQ(reader.OptionalInt("o", kAnyInt), std::nullopt);
  EXPECT_EQ(reader.Float("f", 0.25), 0.25);
  EXPECT_TRUE(reader.Bool("b", true));
  EXPECT_EQ(reader.String("s", "zeros"), "zeros");
  EXPECT_THAT(reader.PerAxis("p", 3, kPadding, 1), ElementsAre(1, 1, 1));
  EXPECT_TRUE(reader.Finish().ok());
}

TEST(AttributeReader, TakesOneNumberForAllAxes) {
  const Attributes attributes = {{"one", 3}, {"list", List({3})}, {"two", List({3, 5})}};
  AttributeReader reader(attributes);
  EXPECT_THAT(reader.PerAxis("one", 1, kExtent), ElementsAre(3));
  EXPECT_THAT(reader.PerAxis("one", 3, kExtent), ElementsAre(3, 3, 3));
  EXPECT_THAT(reader.PerAxis("list", 2, kExtent), ElementsAre(3, 3));
  EXPECT_THAT(reader.PerAxis("two", 2, kExtent), ElementsAre(3, 5));
  EXPECT_TRUE(reader.Finish().ok());
}

TEST(AttributeReader, ShowsNumbersAsTheyWereGiven) {
  const Attributes attributes = {{"one", 3}, {"list", List({3})}, {"two", List({3, -1})}};
  const AttributeReader reader(attributes);
  EXPECT_EQ(reader.AsGiven("one", ""), "3");
  EXPECT_EQ(reader.AsGiven("list", ""), "3");
  EXPECT_EQ(reader.AsGiven("two", ""), "(3, None)");
  EXPECT_EQ(reader.AsGiven("nothing", "1"), "1");
}

TEST(AttributeReader, RefusesAWrongNumberOfNumbers) {
  EXPECT_EQ(ErrorOf({{"k", List({1, 2, 3})}}, [](AttributeReader& reader) { reader.PerAxis("k", 2, kExtent); }),
            "k: wrong number of ints (got 3, want 1 or 2)");
}

TEST(AttributeReader, RefusesNumbersOutOfRange) {
  EXPECT_EQ(ErrorOf({{"k", 0}}, [](AttributeReader& reader) { reader.Int("k", kPositive); }),
            "k: out of range (got 0, want at least 1)");
  EXPECT_EQ(ErrorOf({{"k", List({1, -1})}}, [](AttributeReader& reader) { reader.PerAxis("k", 2, kPadding); }),
            "k: out of range (got -1, want between 0 and 2147483647)");
}

TEST(AttributeReader, RefusesWhatIsMissing) {
  EXPECT_EQ(ErrorOf({}, [](AttributeReader& reader) { reader.Int("k", kPositive); }),
            "k: must be set to a value other than zero (got nothing)");
  EXPECT_EQ(ErrorOf({}, [](AttributeReader& reader) { reader.PerAxis("k", 2, kPositive); }),
            "k: must be set to a value other than zero (got nothing)");
}

TEST(AttributeReader, RefusesValuesOfAnotherType) {
  const Attributes text = {{"k", "a"}}, number = {{"k", 1}};
  EXPECT_EQ(ErrorOf(text, [](AttributeReader& reader) { reader.Int("k", kAnyInt); }), "k: must be an int");
  EXPECT_EQ(ErrorOf(text, [](AttributeReader& reader) { reader.Ints("k", kAnyInt); }), "k: must be an int");
  EXPECT_EQ(ErrorOf(text, [](AttributeReader& reader) { reader.Float("k", 0); }), "k: must be a float");
  EXPECT_EQ(ErrorOf(number, [](AttributeReader& reader) { reader.Bool("k", false); }), "k: must be a bool");
  EXPECT_EQ(ErrorOf(number, [](AttributeReader& reader) { reader.String("k", ""); }), "k: must be a str");
}

TEST(AttributeReader, RefusesAnAttributeThatNobodyAskedFor) {
  EXPECT_EQ(ErrorOf({{"k", 1}}, [](AttributeReader&) {}), "k: no such argument");
}

TEST(AttributeReader, KeepsTheFirstError) {
  EXPECT_EQ(ErrorOf({{"a", 0}, {"b", 0}},
                    [](AttributeReader& reader) {
                      reader.Int("b", kPositive);
                      reader.Int("a", kPositive);
                      reader.Fail("c: too late");
                    }),
            "b: out of range (got 0, want at least 1)");
}

}  // namespace
}  // namespace moduled::nn
