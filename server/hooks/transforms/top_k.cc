#include "server/hooks/transforms/top_k.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "nn/tensor/convert.h"
#include "nn/tensor/status_macros.h"
#include "server/hooks/transforms/reduced_dims.h"
#include "server/hooks/transforms/tensor_elements.h"

namespace moduled::server {
namespace {

// The lines along an axis: `outer` times `inner` of them, each with `extent` elements that are `inner` apart.
struct Lines {
  int64_t outer = 1;
  int64_t extent = 1;
  int64_t inner = 1;
};

// Whether a comes before b. NaN is the greatest, as torch orders.
template <class T>
bool Before(T a, T b) {
  return a > b || (a != a && b == b);
}

template <class T>
void TopOfLine(const T* line, const Lines& lines, int64_t k, std::vector<int64_t>& order, T* values, int64_t* indices) {
  std::iota(order.begin(), order.end(), int64_t{0});
  std::partial_sort(order.begin(), order.begin() + k, order.end(), [&](int64_t i, int64_t j) {
    const T a = line[i * lines.inner];
    const T b = line[j * lines.inner];
    return Before(a, b) || (!Before(b, a) && i < j);
  });
  for (int64_t i = 0; i < k; ++i) {
    values[i * lines.inner] = line[order[i] * lines.inner];
    indices[i * lines.inner] = order[i];
  }
}

}  // namespace

absl::StatusOr<nn::Datum> TopK(const nn::Tensor& tensor, uint32_t k, int64_t dim) {
  if (tensor.dtype() == nn::DType::kBool) {
    return absl::InvalidArgumentError("\"topk_cpu\" not implemented for 'Bool'");
  }
  ASSIGN_OR_RETURN(const size_t axis, AxisOf(dim, tensor.rank()));
  nn::Shape shape = tensor.shape();
  Lines lines;
  if (!shape.empty()) lines = {shape.numel(0, axis), shape[axis], shape.numel(axis + 1, shape.rank())};
  if (k > lines.extent) return absl::InvalidArgumentError("selected index k out of range");
  if (!shape.empty()) shape[axis] = k;

  ASSIGN_OR_RETURN(const nn::Tensor wide, Widened(tensor));
  ASSIGN_OR_RETURN(nn::Tensor values, nn::Tensor::Allocate({wide.dtype(), shape}));
  ASSIGN_OR_RETURN(nn::Tensor indices, nn::Tensor::Allocate({nn::DType::kInt64, shape}));
  VisitElements(wide, [&](const auto* elements) {
    using T = std::remove_cvref_t<decltype(*elements)>;
    std::vector<int64_t> order(static_cast<size_t>(lines.extent));
    for (int64_t line = 0; line < lines.outer * lines.inner; ++line) {
      const int64_t outer = line / lines.inner;
      const int64_t inner = line % lines.inner;
      const int64_t to = outer * k * lines.inner + inner;
      TopOfLine(elements + outer * lines.extent * lines.inner + inner, lines, k, order,
                static_cast<T*>(values.mutable_data()) + to, static_cast<int64_t*>(indices.mutable_data()) + to);
    }
  });
  ASSIGN_OR_RETURN(values, nn::Convert(values, tensor.dtype()));
  return nn::Datum(nn::Datum::Tuple{{nn::Datum(std::move(values)), nn::Datum(std::move(indices))}});
}

}  // namespace moduled::server
