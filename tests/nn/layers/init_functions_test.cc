// torch.nn.init's functions against what torch drew from the same seed.
#include "nn/layers/init_functions.h"

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

Tensor Filled(const init::Function& function, Shape shape) {
  Generator generator(5);
  Tensor tensor = *Tensor::Zeros({DType::kFloat32, std::move(shape)});
  EXPECT_EQ(function(tensor, generator), absl::OkStatus());
  return tensor;
}

std::string Refused(const init::Function& function, Shape shape) {
  Generator generator(5);
  Tensor tensor = *Tensor::Zeros({DType::kFloat32, std::move(shape)});
  return std::string(function(tensor, generator).message());
}

void ExpectNear(const Tensor& got, const std::vector<float>& want) {
  EXPECT_THAT(got.elements<float>(), Pointwise(FloatNear(2e-6), want));
}

TEST(InitFunction, DrawsWhatTorchDraws) {
  ExpectNear(Filled(init::OrthogonalFunction(1), {2, 3}),
             {-0.509438157, -0.631926715, -0.584073007, -0.0129648121, -0.673040748, 0.739491761});
  ExpectNear(Filled(init::OrthogonalFunction(2), {3, 2}),
             {-1.27027154, -0.960627019, -1.45637178, 0.222370267, -0.515161693, 1.74004257});
  ExpectNear(Filled(init::TruncNormalFunction(0, 0.5, -0.3, 0.4), {2, 3}),
             {0.263513327, -0.207514346, 0.32258895, 0.255903006, 0.332674563, -0.214177847});
  ExpectNear(Filled(init::SparseFunction(0.5, 1), {4, 2}),
             {-0.486780763, 0, 0, 0, -0.197415099, 1.94278347, 0, -0.762557149});
  ExpectNear(Filled(init::KaimingNormalFunction({.mode = "fan_out", .nonlinearity = "relu"}), {2, 3}),
             {-0.486780763, -0.603821576, -0.55809623, 0.667524278, -0.197415099, 1.94278347});
  ExpectNear(Filled(init::XavierNormalFunction(2), {2, 3}),
             {-0.615734339, -0.763780594, -0.705942094, 0.844358861, -0.249712542, 2.45744848});
  ExpectNear(Filled(init::KaimingUniformFunction({.a = 0.1}), {2, 3}),
             {0.929457605, -1.05226982, 1.1467787, 0.900399506, 1.18233502, -1.07890999});
}

TEST(InitFunction, MakesIdentities) {
  ExpectNear(Filled(init::EyeFunction(), {2, 3}), {1, 0, 0, 0, 1, 0});
  ExpectNear(Filled(init::DiracFunction(2), {4, 1, 3}), {0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0});
}

TEST(InitFunction, MakesManyVectorsOrthonormal) {
  const int64_t n = 150;  // More than a block.
  const Tensor q = Filled(init::OrthogonalFunction(1), {n, n});
  for (int64_t i = 0; i < n; i += 37) {
    for (int64_t j = 0; j < n; j += 11) {
      double dot = 0;
      for (int64_t k = 0; k < n; ++k) dot += q.elements<float>()[i * n + k] * q.elements<float>()[j * n + k];
      EXPECT_NEAR(dot, i == j ? 1 : 0, 1e-5);
    }
  }
}

TEST(InitFunction, RefusesShapesInTorchsWords) {
  EXPECT_EQ(Refused(init::XavierNormalFunction(1), {3}),
            "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions");
  EXPECT_EQ(Refused(init::EyeFunction(), {3}), "Only tensors with 2 dimensions are supported");
  EXPECT_EQ(Refused(init::DiracFunction(1), {3, 3}), "Only tensors with 3, 4, or 5 dimensions are supported");
  EXPECT_EQ(Refused(init::DiracFunction(2), {3, 3, 3}), "dim 0 must be divisible by groups");
  EXPECT_EQ(Refused(init::OrthogonalFunction(1), {3}), "Only tensors with 2 or more dimensions are supported");
  EXPECT_EQ(Refused(init::KaimingNormalFunction({.mode = "fan"}), {3, 3}),
            "Mode fan not supported, please use one of ['fan_in', 'fan_out']");
  EXPECT_EQ(Refused(init::KaimingNormalFunction({.nonlinearity = "gelu"}), {3, 3}), "Unsupported nonlinearity gelu");
}

}  // namespace
}  // namespace moduled::nn
