#include "nn/ops/max_pool.h"

#include <algorithm>
#include <limits>

#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/channels_last/pool.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/kernels/pooling.h"
#include "nn/ops/pooling/rows.h"
#include "nn/ops/pooling/window.h"
#include "nn/ops/scatter_planes.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

PoolWindow WindowOf(const MaxPoolOp::Attrs& attrs) {
  return {attrs.kernel, attrs.stride, attrs.padding, attrs.dilation,
          attrs.ceil_mode ? WindowRounding::kUp : WindowRounding::kDown};
}

// What a window is before its first element: nothing is smaller.
template <class T>
constexpr T kLowest = std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                                           : std::numeric_limits<T>::lowest();

template <class T>
void PoolPlane(const PoolWalk& walk, const T* x, T* y) {
  const WindowAxis& columns = walk.axes[2];
  walk.ForEachOutputRow([&](int64_t oz, int64_t oy, int64_t row) {
    std::fill_n(y + row, columns.out, kLowest<T>);
    walk.ForEachTapOfRow(oz, oy, [&](int64_t begin, int64_t end, int64_t position) {
      kernels::MaxTap(x + position, columns.stride, y + row + begin, end - begin);
    });
  });
}

// The first position of a window that is not before the input, which is what a window of nothing but -inf points to.
int64_t FirstPosition(const WindowAxis& axis, int64_t o) {
  const int64_t position = axis.Position(o, 0);
  if (position >= 0) return position;
  return position + (-position + axis.dilation - 1) / axis.dilation * axis.dilation;
}

template <class T>
void PoolPlaneWithIndices(const PoolWalk& walk, const T* x, T* y, int64_t* indices) {
  const auto& [planes, rows, columns] = walk.axes;
  walk.ForEachOutputRow([&, &planes = planes, &rows = rows, &columns = columns](int64_t oz, int64_t oy, int64_t row) {
    std::fill_n(y + row, columns.out, kLowest<T>);
    const int64_t first = (FirstPosition(planes, oz) * rows.in + FirstPosition(rows, oy)) * columns.in;
    for (int64_t ox = 0; ox < columns.out; ++ox) indices[row + ox] = first + FirstPosition(columns, ox);
    walk.ForEachTapOfRow(oz, oy, [&](int64_t begin, int64_t end, int64_t position) {
      kernels::MaxTapWithIndices(x + position, columns.stride, position, y + row + begin, indices + row + begin,
                                 end - begin);
    });
  });
}

template <class T>
std::unique_ptr<Kernel> MakeMaxPoolKernel(const WindowAxes& axes, int64_t planes, bool with_indices) {
  return MakeSimpleKernel("loop", [walk = PoolWalk(axes), planes, with_indices](const KernelArgs& args) {
    const auto* x = static_cast<const T*>(args.in[0]);
    auto* y = static_cast<T*>(args.out[0]);
    auto* indices = with_indices ? static_cast<int64_t*>(args.out[1]) : nullptr;
    for (int64_t plane = 0; plane < planes; ++plane, x += walk.in_plane(), y += walk.out_plane()) {
      if (with_indices) {
        PoolPlaneWithIndices(walk, x, y, indices + plane * walk.out_plane());
      } else {
        PoolPlane(walk, x, y);
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> MaxPoolOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  ASSIGN_OR_RETURN(const Shape y, InferPooledShape(kName, WindowOf(attrs), in[0].shape));
  RETURN_IF_ERROR(CheckDType(attrs.kernel.size() == 3 ? "max_pool3d_with_indices_cpu" : "max_pool2d", in[0].dtype,
                             kComputedNumbers));
  std::vector<TensorSpec> out = {{in[0].dtype, y}};
  if (attrs.return_indices) out.push_back({DType::kInt64, y});
  for (const TensorSpec& spec : out) RETURN_IF_ERROR(spec.Check());
  return out;
}

absl::StatusOr<std::unique_ptr<Kernel>> MaxPoolOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const Shape& x = request.in[0].shape;
  const WindowAxes axes = MakePoolAxes(WindowOf(attrs), x, request.out[0].shape);
  return MakeKernelFor(NumberTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeMaxPoolKernel<T>(axes, x[0] * x[1], attrs.return_indices); });
}

std::optional<ChannelsLastForm> MaxPoolOp::ChannelsLast(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  if (attrs.return_indices) return std::nullopt;
  return ChannelsLastPoolOp::FormOf(attrs, in);
}

// The gradient goes to where the maximum was found.
absl::Status MaxPoolOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  if (!scope.has_grad(0)) return absl::OkStatus();
  Value indices = scope.in(0);
  if (attrs.return_indices) {
    indices = scope.out(1);
  } else {
    Attrs with_indices = attrs;
    with_indices.return_indices = true;
    ASSIGN_OR_RETURN(const std::vector<Value> pooled,
                     scope.Apply(Op::Of<MaxPoolOp>(std::move(with_indices)), {scope.in(0)}));
    indices = pooled[1];
  }
  const Shape shape = scope.spec(scope.in(0)).shape;
  const Shape plane(shape.extents().subspan(2));
  return scope.Set(0, scope.Apply<ScatterPlanesOp>({.plane = plane}, {scope.grad(), indices}));
}

}  // namespace moduled::nn
