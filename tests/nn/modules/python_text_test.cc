#include "nn/modules/python_text.h"

#include <gtest/gtest.h>

#include <limits>

namespace moduled::nn {
namespace {

TEST(PythonText, FloatsLookAsInPython) {
  EXPECT_EQ(FloatRepr(0.1), "0.1");
  EXPECT_EQ(FloatRepr(1e-5), "1e-05");
  EXPECT_EQ(FloatRepr(0.0001), "0.0001");
  EXPECT_EQ(FloatRepr(1), "1.0");
  EXPECT_EQ(FloatRepr(-0.0), "-0.0");
  EXPECT_EQ(FloatRepr(1e15), "1000000000000000.0");
  EXPECT_EQ(FloatRepr(1e16), "1e+16");
  EXPECT_EQ(FloatRepr(1.5e300), "1.5e+300");
  EXPECT_EQ(FloatRepr(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(FloatRepr(-std::numeric_limits<double>::infinity()), "-inf");
  EXPECT_EQ(FloatRepr(std::numeric_limits<double>::quiet_NaN()), "nan");
}

TEST(PythonText, TuplesLookAsInPython) {
  EXPECT_EQ(TupleRepr({}), "()");
  EXPECT_EQ(TupleRepr({5}), "(5,)");
  EXPECT_EQ(TupleRepr({2, -3}), "(2, -3)");
}

TEST(PythonText, TypesAreCalledAsInPython) {
  EXPECT_EQ(TypeName(Symbol(Value{0})), "Tensor");
  EXPECT_EQ(TypeName(Symbol()), "NoneType");
  EXPECT_EQ(TypeName(Symbol(true)), "bool");
  EXPECT_EQ(TypeName(Symbol("a")), "str");
  EXPECT_EQ(TypeName(Symbol(DType::kInt64)), "torch.dtype");
  EXPECT_EQ(TypeName(Symbol(Symbol::Dict{})), "dict");
}

}  // namespace
}  // namespace moduled::nn
