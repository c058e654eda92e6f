// torch.nn.init's functions against what torch drew from the same seed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/layers/init.h"

namespace moduled::nn {
namespace {

using testing::DoubleNear;
using testing::FloatNear;
using testing::Pointwise;

Tensor Drawn(const init::Initialiser& initialiser, DType dtype, Shape shape, Generator& generator) {
  Tensor tensor = *Tensor::Zeros({dtype, std::move(shape)});
  initialiser(tensor, generator);
  return tensor;
}

TEST(InitNormal, DrawsSixteenAtATime) {
  Generator generator(3);
  const std::vector<float> want = {0.8467113971710205, 1.7197630405426025, -0.5640336275100708, 1.1430554389953613,
                                   3.092045545578003,  2.0443739891052246, 0.6663817167282104,  1.1060668230056763,
                                   1.8092143535614014, 2.2225992679595947, 2.5207808017730713,  0.932713508605957,
                                   2.995844841003418,  1.918360948562622,  5.872794151306152,   0.7063836455345154,
                                   1.9702279567718506, 1.4104688167572021, 1.6768563985824585,  3.70550799369812};
  EXPECT_THAT(Drawn(init::Normal(1, 2), DType::kFloat32, {20}, generator).elements<float>(),
              Pointwise(FloatNear(1e-5), want));
}

TEST(InitNormal, DrawsFewOneByOneAndKeepsTheSpareOne) {
  Generator generator(3);
  const std::vector<double> five = {2.606552156192701, 1.349666786558207, 1.177956190051758, -0.2274360154587156,
                                    1.0923649033695202};
  EXPECT_THAT(Drawn(init::Normal(1, 2), DType::kFloat64, {5}, generator).elements<double>(),
              Pointwise(DoubleNear(1e-12), five));
  const std::vector<float> three = {-1.3682591915130615, 0.3374950885772705, 1.0111159086227417};
  EXPECT_THAT(Drawn(init::Normal(0, 1), DType::kFloat32, {3}, generator).elements<float>(),
              Pointwise(FloatNear(1e-6), three));
}

TEST(InitNormal, DrawsWhatIsLeftOverAgain) {
  Generator generator(3);
  const std::vector<double> want = {
      -0.21774879177876416, 1.063885293948422,   -2.2236365609620106, -0.47243610013370785, -1.3464356890265727,
      -0.2841692588173489,  0.16794475101412973, 0.7580573286215819,  1.0784352439814244,   0.6258713209428672,
      1.0037937230788416,   -0.2213963739970204, -0.5840098795893389, -1.224985367308154,   -0.269718737037564,
      0.20366863384122577,  0.028752867895017985};
  EXPECT_THAT(Drawn(init::Normal(0, 1), DType::kFloat64, {17}, generator).elements<double>(),
              Pointwise(DoubleNear(1e-12), want));
}

TEST(InitXavierUniform, IsTorchs) {
  Generator generator(3);
  const std::vector<float> want = {-1.0861042737960815, -0.8641542792320251,   -0.4691956341266632,
                                   -1.0363900661468506, -0.062189821153879166, -0.9637369513511658};
  EXPECT_THAT(Drawn(init::XavierUniform(), DType::kFloat32, {2, 3}, generator).elements<float>(),
              Pointwise(FloatNear(0), want));
}

}  // namespace
}  // namespace moduled::nn
