#include "nn/modules/argument_binder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace moduled::nn {
namespace {

using testing::ElementsAre;

// f(a, b, c=…, *, d=…)
absl::StatusOr<BoundArguments> BindF(const Arguments& arguments, bool is_method = false) {
  return BoundArguments::Bind("f", is_method, {{"a"}, {"b"}, {"c", kOptional}, {"d", kKeywordOnly}}, arguments);
}

std::string ErrorOf(const Arguments& arguments, bool is_method = false) {
  return std::string(BindF(arguments, is_method).status().message());
}

TEST(ArgumentBinder, BindsByPositionAndByName) {
  const Arguments arguments = {{Symbol(1)}, {{"d", Symbol(4)}, {"b", Symbol(2)}}};
  const auto bound = BindF(arguments);
  ASSERT_TRUE(bound.ok()) << bound.status();
  EXPECT_EQ(*bound->Int(0), 1);
  EXPECT_EQ(*bound->Int(1), 2);
  EXPECT_EQ(bound->Find(2), nullptr);
  EXPECT_EQ(*bound->Int(2, 3), 3);
  EXPECT_EQ(*bound->Int(3), 4);
}

TEST(ArgumentBinder, FailsInPythonsWords) {
  EXPECT_EQ(ErrorOf({{}, {}}), "f() missing 2 required positional arguments: 'a' and 'b'");
  EXPECT_EQ(ErrorOf({{Symbol(1)}, {}}), "f() missing 1 required positional argument: 'b'");
  EXPECT_EQ(ErrorOf({{1, 2, 3, 4}, {}}), "f() takes from 2 to 3 positional arguments but 4 were given");
  EXPECT_EQ(ErrorOf({{1, 2, 3, 4}, {}}, /*is_method=*/true),
            "f() takes from 3 to 4 positional arguments but 5 were given");
  EXPECT_EQ(ErrorOf({{1, 2}, {{"e", Symbol(1)}}}), "f() got an unexpected keyword argument 'e'");
  EXPECT_EQ(ErrorOf({{1, 2}, {{"a", Symbol(1)}}}), "f() got multiple values for argument 'a'");
  const Arguments two = {{1, 2}, {}};
  EXPECT_EQ(BoundArguments::Bind("g", false, {{"a"}}, two).status().message(),
            "g() takes 1 positional argument but 2 were given");
  EXPECT_EQ(BoundArguments::Bind("g", false, {{"a"}, {"b"}, {"c"}}, {}).status().message(),
            "g() missing 3 required positional arguments: 'a', 'b', and 'c'");
}

TEST(ArgumentBinder, ReadsSequencesOfInts) {
  const Arguments arguments = {{Symbol(Symbol::Tuple{{1, true}}), Symbol(Symbol::List{{2}}), Symbol(3)}, {}};
  const auto bound = BindF(arguments);
  EXPECT_THAT(*bound->Ints(0), ElementsAre(1, 1));
  EXPECT_THAT(*bound->Ints(1), ElementsAre(2));
  EXPECT_THAT(*bound->IntOrInts(2), ElementsAre(3));
  EXPECT_EQ(bound->Ints(2).status().message(), "f(): argument 'c' (position 3) must be tuple of ints, not int");
}

TEST(ArgumentBinder, NamesTheArgumentOfAWrongType) {
  const Arguments arguments = {{Symbol("a"), Symbol(Symbol::List{{"x"}})}, {{"d", Symbol(1.5)}}};
  const auto bound = BindF(arguments);
  EXPECT_EQ(bound->Tensor(0).status().message(), "f(): argument 'a' (position 1) must be Tensor, not str");
  EXPECT_EQ(bound->Int(0).status().message(), "f(): argument 'a' (position 1) must be int, not str");
  EXPECT_EQ(bound->Ints(1).status().message(),
            "f(): argument 'b' (position 2) must be tuple of ints, but found element of type str at pos 0");
  EXPECT_EQ(bound->Tensors(1).status().message(), "expected Tensor as element 0 in argument 1, but got str");
  EXPECT_EQ(bound->Bool(3, true).status().message(), "f(): argument 'd' must be bool, not float");
  EXPECT_EQ(bound->OptionalDType(3).status().message(), "f(): argument 'd' must be torch.dtype, not float");
  EXPECT_EQ(bound->OptionalString(3).status().message(), "f(): argument 'd' must be str, not float");
}

TEST(ArgumentBinder, TakesNoneForNothingWhereThatIsADefault) {
  const Arguments arguments = {{1, 2}, {{"d", Symbol()}}};
  const auto bound = BindF(arguments);
  EXPECT_TRUE(bound->IsNone(2));
  EXPECT_TRUE(bound->IsNone(3));
  EXPECT_EQ(*bound->OptionalDType(3), std::nullopt);
}

}  // namespace
}  // namespace moduled::nn
