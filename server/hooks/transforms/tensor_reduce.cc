#include "server/hooks/transforms/tensor_reduce.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "nn/tensor/convert.h"
#include "nn/tensor/status_macros.h"
#include "server/hooks/transforms/histogram.h"
#include "server/hooks/transforms/reduced_dims.h"
#include "server/hooks/transforms/tensor_elements.h"
#include "server/hooks/transforms/top_k.h"

namespace moduled::server {
namespace {

using contract::ReduceStep;
using Op = ReduceStep::Op;

// Of one event's values; more edges than this are no histogram.
constexpr uint32_t kMaxBins = 1 << 16;

absl::Status CheckFloatingPoint(Op op, nn::DType dtype) {
  if (nn::IsFloatingPoint(dtype)) return absl::OkStatus();
  switch (op) {
    case Op::kMean:
      return absl::InvalidArgumentError(
          absl::StrCat("mean(): could not infer output dtype. Input dtype must be either a floating point or complex "
                       "dtype. Got: ",
                       nn::ScalarName(dtype)));
    case Op::kStd:
      return absl::InvalidArgumentError("std and var only support floating point and complex dtypes");
    default:
      return absl::InvalidArgumentError(absl::StrCat(
          "linalg.vector_norm: Expected a floating point or complex tensor as input. Got ", nn::ScalarName(dtype)));
  }
}

// Adds term(element, place) for every element to the place that it is reduced to.
template <class T, class Term>
absl::StatusOr<nn::Tensor> Accumulate(const nn::Tensor& tensor, const ReducedDims& dims, Term term) {
  ASSIGN_OR_RETURN(nn::Tensor sums, nn::Tensor::Zeros({nn::kDTypeOf<T>, dims.result()}));
  T* const sum = sums.mutable_elements<T>().data();
  VisitElements(tensor, [&](auto elements) {
    dims.ForEach([&](int64_t from, int64_t to) { sum[to] += term(elements[from], to); });
  });
  return sums;
}

absl::StatusOr<nn::Tensor> Sum(const nn::Tensor& tensor, const ReducedDims& dims) {
  if (nn::IsFloatingPoint(tensor.dtype())) {
    return Accumulate<double>(tensor, dims, [](auto element, int64_t) { return static_cast<double>(element); });
  }
  // Wraps around as torch's does, which signed addition must not.
  ASSIGN_OR_RETURN(nn::Tensor sums, nn::Tensor::Zeros({nn::DType::kInt64, dims.result()}));
  int64_t* const sum = sums.mutable_elements<int64_t>().data();
  VisitElements(tensor, [&](auto elements) {
    dims.ForEach([&](int64_t from, int64_t to) {
      sum[to] = static_cast<int64_t>(static_cast<uint64_t>(sum[to]) +
                                     static_cast<uint64_t>(static_cast<int64_t>(elements[from])));
    });
  });
  return sums;
}

template <class Function>
void Map(nn::Tensor& doubles, Function function) {
  for (double& element : doubles.mutable_elements<double>()) element = function(element);
}

absl::StatusOr<nn::Tensor> Mean(const nn::Tensor& tensor, const ReducedDims& dims) {
  ASSIGN_OR_RETURN(nn::Tensor mean, Sum(tensor, dims));
  Map(mean, [n = static_cast<double>(dims.count())](double sum) { return sum / n; });
  return mean;
}

absl::StatusOr<nn::Tensor> Norm(const nn::Tensor& tensor, const ReducedDims& dims) {
  ASSIGN_OR_RETURN(nn::Tensor norm, Accumulate<double>(tensor, dims, [](auto element, int64_t) {
                     return static_cast<double>(element) * static_cast<double>(element);
                   }));
  Map(norm, [](double squares) { return std::sqrt(squares); });
  return norm;
}

// In two passes: the difference of two large sums would lose what is small.
absl::StatusOr<nn::Tensor> Std(const nn::Tensor& tensor, const ReducedDims& dims) {
  ASSIGN_OR_RETURN(const nn::Tensor mean, Mean(tensor, dims));
  const double* const means = mean.elements<double>().data();
  ASSIGN_OR_RETURN(nn::Tensor std, Accumulate<double>(tensor, dims, [means](auto element, int64_t to) {
                     const double difference = static_cast<double>(element) - means[to];
                     return difference * difference;
                   }));
  // Of less than two elements there is none: torch answers NaN.
  const double degrees = dims.count() < 2 ? NAN : static_cast<double>(dims.count() - 1);
  Map(std, [degrees](double squares) { return std::sqrt(squares / degrees); });
  return std;
}

absl::StatusOr<nn::Tensor> Extremum(const nn::Tensor& tensor, const ReducedDims& dims, bool is_max) {
  ASSIGN_OR_RETURN(nn::Tensor extremum, nn::Tensor::Allocate({tensor.dtype(), dims.result()}));
  std::vector<bool> has_one(static_cast<size_t>(extremum.numel()), false);
  VisitElements(tensor, [&](auto elements) {
    using T = std::remove_cvref_t<decltype(elements[0])>;
    T* const result = static_cast<T*>(extremum.mutable_data());
    dims.ForEach([&](int64_t from, int64_t to) {
      const T element = elements[from];
      // What is no number stays: it compares unequal to itself.
      const bool wins = !has_one[to] || element != element || (is_max ? element > result[to] : element < result[to]);
      if (wins && !(has_one[to] && result[to] != result[to])) result[to] = element;
      has_one[to] = true;
    });
  });
  return extremum;
}

absl::Status CheckHasElements(const nn::Tensor& tensor, const ReduceStep& reduce, const ReducedDims& dims) {
  if (dims.count() > 0) return absl::OkStatus();
  const char* name = reduce.op == Op::kMax ? "amax" : "amin";
  if (reduce.dims.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(name,
                     "(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction "
                     "dim with the 'dim' argument."));
  }
  for (size_t axis = 0; axis < tensor.rank(); ++axis) {
    if (!dims.reduces(axis) || tensor.shape()[axis] > 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(name, "(): Expected reduction dim ", axis, " to have non-zero size."));
  }
  return absl::OkStatus();
}

absl::StatusOr<nn::Tensor> Reduce(const nn::Tensor& tensor, const ReduceStep& reduce, const ReducedDims& dims) {
  switch (reduce.op) {
    case Op::kSum:
      return Sum(tensor, dims);
    case Op::kMax:
    case Op::kMin:
      RETURN_IF_ERROR(CheckHasElements(tensor, reduce, dims));
      return Extremum(tensor, dims, reduce.op == Op::kMax);
    case Op::kMean:
      RETURN_IF_ERROR(CheckFloatingPoint(reduce.op, tensor.dtype()));
      return Mean(tensor, dims);
    case Op::kStd:
      RETURN_IF_ERROR(CheckFloatingPoint(reduce.op, tensor.dtype()));
      return Std(tensor, dims);
    default:
      RETURN_IF_ERROR(CheckFloatingPoint(reduce.op, tensor.dtype()));
      return Norm(tensor, dims);
  }
}

}  // namespace

absl::Status CheckReduce(const ReduceStep& reduce) {
  const bool is_histogram = reduce.op == Op::kHistogram;
  if (reduce.op == Op::kTopK || is_histogram) {
    const size_t most = is_histogram ? 0 : 1;
    if (reduce.dims.size() > most) {
      return absl::InvalidArgumentError(
          absl::StrCat("reduce.dims: too many (got ", reduce.dims.size(), ", want at most ", most, ")"));
    }
    if (reduce.keepdim) return absl::InvalidArgumentError("reduce.keepdim: no dimension is reduced");
  }
  if (reduce.op == Op::kTopK && reduce.k == 0) return absl::InvalidArgumentError("reduce.k: 0 (want at least 1)");
  if (!is_histogram) return absl::OkStatus();
  if (reduce.bins == 0 || reduce.bins > kMaxBins) {
    return absl::InvalidArgumentError(absl::StrCat("reduce.bins: got ", reduce.bins, ", want 1 to ", kMaxBins));
  }
  if (reduce.min.has_value() != reduce.max.has_value()) {
    return absl::InvalidArgumentError("reduce.min, reduce.max: one without the other");
  }
  if (!reduce.min.has_value()) return absl::OkStatus();
  if (!std::isfinite(*reduce.min) || !std::isfinite(*reduce.max)) {
    return absl::InvalidArgumentError(
        absl::StrCat("reduce.min, reduce.max: range [", *reduce.min, ", ", *reduce.max, "] is not finite"));
  }
  if (*reduce.min <= *reduce.max) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("reduce.min: min should not exceed max, but got min ", *reduce.min, " max ", *reduce.max));
}

absl::StatusOr<nn::Datum> ReduceTensor(const nn::Tensor& tensor, const ReduceStep& reduce) {
  if (reduce.op == Op::kTopK) return TopK(tensor, reduce.k, reduce.dims.empty() ? -1 : reduce.dims[0]);
  // 16-bit floats have no arithmetic of their own.
  ASSIGN_OR_RETURN(const nn::Tensor wide, Widened(tensor));
  if (reduce.op == Op::kHistogram) return Histogram(wide, reduce.bins, reduce.min, reduce.max);
  ASSIGN_OR_RETURN(const ReducedDims dims, ReducedDims::Of(tensor.shape(), reduce.dims));
  ASSIGN_OR_RETURN(nn::Tensor reduced, Reduce(wide, reduce, dims));
  if (nn::IsFloatingPoint(tensor.dtype())) {
    ASSIGN_OR_RETURN(reduced, nn::Convert(reduced, tensor.dtype()));
  }
  return reduced.Reshape(dims.result(reduce.keepdim));
}

}  // namespace moduled::server
