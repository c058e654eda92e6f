#include "nn/layers/init_functions.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/init.h"
#include "nn/layers/orthogonal.h"
#include "nn/tensor/convert.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::init {
namespace {

Function Always(Initialiser initialiser) {
  return [initialiser = std::move(initialiser)](Tensor& tensor, Generator& generator) {
    initialiser(tensor, generator);
    return absl::OkStatus();
  };
}

absl::StatusOr<Fan> CheckedFan(const Tensor& tensor) {
  if (tensor.rank() >= 2) return FanOf(tensor.shape());
  return absl::InvalidArgumentError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions");
}

// Fills a tensor of doubles and converts it: for functions whose arithmetic is not worth a version for each type.
template <class Fill>
absl::Status FillAsDouble(Tensor& tensor, Fill fill) {
  ASSIGN_OR_RETURN(Tensor doubles, Tensor::Zeros({DType::kFloat64, tensor.shape()}));
  fill(doubles.mutable_elements<double>());
  ASSIGN_OR_RETURN(tensor, Convert(doubles, tensor.dtype()));
  return absl::OkStatus();
}

// The samples of a float type as doubles.
absl::StatusOr<Tensor> DrawnAsDouble(const Initialiser& initialiser, const Tensor& like, Generator& generator) {
  ASSIGN_OR_RETURN(Tensor drawn, Tensor::Zeros(like.spec()));
  initialiser(drawn, generator);
  return Convert(drawn, DType::kFloat64);
}

double NormalCdf(double x) { return (1 + std::erf(x / std::sqrt(2.0))) / 2; }

// The inverse of erf: an approximation of Giles, then two of Newton's steps.
double ErfInverse(double y) {
  if (std::abs(y) >= 1) return std::copysign(INFINITY, y);
  const double w = -std::log((1 - y) * (1 + y));
  double x;
  if (w < 5) {
    static constexpr double kCentral[] = {2.81022636e-08,  3.43273939e-07, -3.5233877e-06,
                                          -4.39150654e-06, 0.00021858087,  -0.00125372503,
                                          -0.00417768164,  0.246640727,    1.50140941};
    x = std::accumulate(std::begin(kCentral), std::end(kCentral), 0.0,
                        [t = w - 2.5](double sum, double c) { return sum * t + c; });
  } else {
    static constexpr double kTail[] = {-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773,
                                       -0.0076224613,   0.00943887047,  1.00167406,    2.83297682};
    x = std::accumulate(std::begin(kTail), std::end(kTail), 0.0,
                        [t = std::sqrt(w) - 3](double sum, double c) { return sum * t + c; });
  }
  x *= y;
  for (int step = 0; step < 2; ++step) {
    x -= (std::erf(x) - y) / (2 / std::sqrt(M_PI) * std::exp(-x * x));
  }
  return x;
}

absl::StatusOr<double> KaimingStd(const Kaiming& kaiming, const Tensor& tensor) {
  if (kaiming.mode != "fan_in" && kaiming.mode != "fan_out") {
    return absl::InvalidArgumentError(
        absl::StrCat("Mode ", kaiming.mode, " not supported, please use one of ['fan_in', 'fan_out']"));
  }
  ASSIGN_OR_RETURN(const Fan fan, CheckedFan(tensor));
  ASSIGN_OR_RETURN(const double gain, CalculateGain(kaiming.nonlinearity, kaiming.a));
  return gain / std::sqrt(kaiming.mode == "fan_in" ? fan.in : fan.out);
}

}  // namespace

absl::StatusOr<double> CalculateGain(absl::string_view nonlinearity, double slope) {
  static constexpr absl::string_view kLinear[] = {
      "linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "sigmoid"};
  if (std::find(std::begin(kLinear), std::end(kLinear), nonlinearity) != std::end(kLinear)) return 1.0;
  if (nonlinearity == "tanh") return 5.0 / 3;
  if (nonlinearity == "relu") return std::sqrt(2.0);
  if (nonlinearity == "leaky_relu") return std::sqrt(2.0 / (1 + slope * slope));
  if (nonlinearity == "selu") return 3.0 / 4;
  return absl::InvalidArgumentError(absl::StrCat("Unsupported nonlinearity ", nonlinearity));
}

Function UniformFunction(double a, double b) {
  return [a, b](Tensor& tensor, Generator& generator) {
    if (a > b) {
      return absl::InvalidArgumentError(
          absl::StrCat("uniform_ expects to return a [from, to) range, but found from=", a, " > to=", b));
    }
    Uniform(a, b)(tensor, generator);
    return absl::OkStatus();
  };
}

Function NormalFunction(double mean, double std) {
  return [mean, std](Tensor& tensor, Generator& generator) {
    if (!(std >= 0)) return absl::InvalidArgumentError(absl::StrCat("normal expects std >= 0.0, but found std ", std));
    Normal(mean, std)(tensor, generator);
    return absl::OkStatus();
  };
}

Function ConstantFunction(double value) { return Always(Constant(value)); }

Function EyeFunction() {
  return [](Tensor& tensor, Generator&) {
    if (tensor.rank() != 2) return absl::InvalidArgumentError("Only tensors with 2 dimensions are supported");
    const int64_t columns = tensor.shape()[1];
    const int64_t ones = std::min(tensor.shape()[0], columns);
    return FillAsDouble(tensor, [&](absl::Span<double> out) {
      for (int64_t i = 0; i < ones; ++i) out[i * columns + i] = 1;
    });
  };
}

Function DiracFunction(int64_t groups) {
  return [groups](Tensor& tensor, Generator&) {
    const Shape& shape = tensor.shape();
    if (shape.rank() < 3 || shape.rank() > 5) {
      return absl::InvalidArgumentError("Only tensors with 3, 4, or 5 dimensions are supported");
    }
    if (groups < 1 || shape[0] % groups != 0) return absl::InvalidArgumentError("dim 0 must be divisible by groups");
    const int64_t per_group = shape[0] / groups;
    const int64_t window = shape.numel(2, shape.rank());
    int64_t centre = 0;  // Of the window, as an offset.
    for (size_t axis = 2; axis < shape.rank(); ++axis) centre = centre * shape[axis] + shape[axis] / 2;
    return FillAsDouble(tensor, [&](absl::Span<double> out) {
      if (window == 0) return;
      for (int64_t row = 0; row < shape[0]; ++row) {
        const int64_t channel = row % per_group;
        if (channel < shape[1]) out[(row * shape[1] + channel) * window + centre] = 1;
      }
    });
  };
}

Function XavierUniformFunction(double gain) {
  return [gain](Tensor& tensor, Generator& generator) -> absl::Status {
    RETURN_IF_ERROR(CheckedFan(tensor).status());
    XavierUniform(gain)(tensor, generator);
    return absl::OkStatus();
  };
}

Function XavierNormalFunction(double gain) {
  return [gain](Tensor& tensor, Generator& generator) -> absl::Status {
    ASSIGN_OR_RETURN(const Fan fan, CheckedFan(tensor));
    Normal(0, gain * std::sqrt(2.0 / (fan.in + fan.out)))(tensor, generator);
    return absl::OkStatus();
  };
}

Function KaimingUniformFunction(const Kaiming& kaiming) {
  return [kaiming](Tensor& tensor, Generator& generator) -> absl::Status {
    ASSIGN_OR_RETURN(const double std, KaimingStd(kaiming, tensor));
    const double bound = std::sqrt(3.0) * std;
    Uniform(-bound, bound)(tensor, generator);
    return absl::OkStatus();
  };
}

Function KaimingNormalFunction(const Kaiming& kaiming) {
  return [kaiming](Tensor& tensor, Generator& generator) -> absl::Status {
    ASSIGN_OR_RETURN(const double std, KaimingStd(kaiming, tensor));
    Normal(0, std)(tensor, generator);
    return absl::OkStatus();
  };
}

Function TruncNormalFunction(double mean, double std, double a, double b) {
  return [=](Tensor& tensor, Generator& generator) -> absl::Status {
    if (!(std > 0) || !(a < b)) {
      return absl::InvalidArgumentError(
          absl::StrCat("trunc_normal_ expects std > 0 and a < b (got std ", std, ", a ", a, ", b ", b, ")"));
    }
    const double low = NormalCdf((a - mean) / std);
    const double high = NormalCdf((b - mean) / std);
    ASSIGN_OR_RETURN(const Tensor drawn, DrawnAsDouble(Uniform(2 * low - 1, 2 * high - 1), tensor, generator));
    return FillAsDouble(tensor, [&](absl::Span<double> out) {
      for (size_t i = 0; i < out.size(); ++i) {
        out[i] = std::clamp(ErfInverse(drawn.elements<double>()[i]) * std * std::sqrt(2.0) + mean, a, b);
      }
    });
  };
}

Function OrthogonalFunction(double gain) {
  return [gain](Tensor& tensor, Generator& generator) -> absl::Status {
    if (tensor.rank() < 2) return absl::InvalidArgumentError("Only tensors with 2 or more dimensions are supported");
    if (tensor.numel() == 0) return absl::OkStatus();
    const int64_t rows = tensor.shape()[0];
    ASSIGN_OR_RETURN(const Tensor drawn, DrawnAsDouble(Normal(0, 1), tensor, generator));
    const absl::Span<const double> samples = drawn.elements<double>();
    std::vector<double> matrix(samples.begin(), samples.end());
    Orthogonalise(matrix, rows, tensor.numel() / rows);
    return FillAsDouble(tensor, [&](absl::Span<double> out) {
      for (size_t i = 0; i < out.size(); ++i) out[i] = gain * matrix[i];
    });
  };
}

Function SparseFunction(double sparsity, double std) {
  return [=](Tensor& tensor, Generator& generator) -> absl::Status {
    if (tensor.rank() != 2) return absl::InvalidArgumentError("Only tensors with 2 dimensions are supported");
    if (!(sparsity >= 0 && sparsity <= 1)) {
      return absl::InvalidArgumentError(absl::StrCat("sparsity must be between 0 and 1 (got ", sparsity, ")"));
    }
    const int64_t rows = tensor.shape()[0];
    const int64_t columns = tensor.shape()[1];
    ASSIGN_OR_RETURN(const Tensor drawn, DrawnAsDouble(Normal(0, std), tensor, generator));
    const auto zeros = static_cast<int64_t>(std::ceil(sparsity * static_cast<double>(rows)));
    return FillAsDouble(tensor, [&](absl::Span<double> out) {
      std::copy_n(drawn.elements<double>().begin(), out.size(), out.begin());
      std::vector<int64_t> order(static_cast<size_t>(rows));
      for (int64_t column = 0; column < columns; ++column) {
        // torch.randperm.
        std::iota(order.begin(), order.end(), int64_t{0});
        for (int64_t i = 0; i + 1 < rows; ++i) std::swap(order[i], order[i + generator.Random() % (rows - i)]);
        for (int64_t i = 0; i < zeros; ++i) out[order[i] * columns + column] = 0;
      }
    });
  };
}

}  // namespace moduled::nn::init
