#include "nn/ops/attention/kernel.h"

#include <algorithm>
#include <utility>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/blas/blas.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/kernels/attention_rows.h"
#include "nn/ops/kernels/parallel.h"
#include "nn/ops/scratch_layout.h"

namespace moduled::nn::attention {
namespace {

using blas::Transpose;

constexpr int64_t kBlockBytes = int64_t{256} << 10;     // Of scores, which share the second-level cache with k and v.
constexpr int64_t kLeastRows = 16;                      // Below, a product does not gain from its block.
constexpr int64_t kLeastProducts = int64_t{256} << 10;  // Multiplications that a thread is worth waking for.

int64_t DivideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

// How the work is cut: each matrix of queries into blocks of rows.
struct Blocks {
  int64_t matrices = 0;
  int64_t count = 0;  // Of each matrix.
  int64_t rows = 0;   // Of the longest block.
  int threads = 1;
};

Blocks Cut(const Problem& p, int64_t element_bytes) {
  Blocks blocks;
  blocks.matrices = p.batch.numel();
  const int64_t most = std::max(kLeastRows, kBlockBytes / (std::max<int64_t>(p.k.rows, 1) * element_bytes));
  const int64_t products = blocks.matrices * p.q.rows * p.k.rows;
  const int64_t worth = products / std::max<int64_t>(kLeastProducts / (p.q.columns + p.v.columns + 1), 1);
  blocks.threads = static_cast<int>(std::clamp<int64_t>(worth, 1, std::max(p.threads, 1)));
  blocks.count = DivideUp(p.q.rows, most);
  // Several blocks for each thread, so that none waits long for the last.
  if (blocks.threads > 1) {
    const int64_t wanted = DivideUp(int64_t{4} * blocks.threads, std::max<int64_t>(blocks.matrices, 1));
    blocks.count = std::max(blocks.count, std::min(wanted, p.q.rows / kLeastRows));
  }
  blocks.count = std::max<int64_t>(blocks.count, 1);
  blocks.rows = DivideUp(p.q.rows, blocks.count);
  return blocks;
}

template <class T>
class Run {
 public:
  Run(const Problem& problem, const KernelArgs& args)
      : p_(problem),
        q_(static_cast<const T*>(args.in[0]) + p_.q.offset),
        k_(static_cast<const T*>(args.in[p_.packed ? 0 : 1]) + p_.k.offset),
        v_(static_cast<const T*>(args.in[p_.packed ? 0 : 2]) + p_.v.offset),
        mask_(p_.with_mask ? static_cast<const T*>(args.in.back()) : nullptr),
        y_(static_cast<T*>(args.out[0])) {}

  // Rows [begin, end) of a matrix of y. `scores` has room for end - begin rows of keys, `sums` for as many numbers.
  void Compute(int64_t matrix, int64_t begin, int64_t end, T* scores, T* sums) const {
    const int64_t rows = end - begin, keys = p_.k.rows;
    const T* const q = q_ + p_.q.OffsetOf(matrix, p_.batch) + begin * p_.q.row_step;
    const T* const k = k_ + p_.k.OffsetOf(matrix, p_.batch);
    const T* const v = v_ + p_.v.OffsetOf(matrix, p_.batch);
    T* const y = y_ + p_.y.OffsetOf(matrix, p_.batch) + begin * p_.y.row_step;
    if (p_.q.columns == 0) {
      std::fill_n(scores, rows * keys, T{0});
    } else {
      blas::Gemm(Transpose::kYes, rows, keys, p_.q.columns, q, p_.q.row_step, k, p_.k.row_step, T{0}, scores, keys);
    }
    kernels::ScoreMask<T> mask;
    if (mask_ != nullptr) {
      mask = {mask_ + p_.mask.OffsetOf(matrix, p_.batch) + begin * p_.mask.row_step, p_.mask.row_step,
              p_.mask.column_step};
    }
    kernels::ExponentiateScores(scores, rows, keys, static_cast<T>(p_.scale), mask, sums);
    blas::Gemm(Transpose::kNo, rows, p_.v.columns, keys, scores, keys, v, p_.v.row_step, T{0}, y, p_.y.row_step);
    kernels::DivideRows(y, rows, p_.v.columns, p_.y.row_step, sums);
  }

  // Without keys the sum over them is 0.
  void ComputeWithoutKeys() const { std::fill_n(y_, p_.batch.numel() * p_.q.rows * p_.v.columns, T{0}); }

 private:
  const Problem& p_;
  const T* const q_;
  const T* const k_;
  const T* const v_;
  const T* const mask_;
  T* const y_;
};

template <class T>
std::unique_ptr<Kernel> MakeKernelOf(const Problem& problem) {
  const Blocks blocks = Cut(problem, sizeof(T));
  ScratchLayout one;
  const size_t scores = one.Add(static_cast<size_t>(blocks.rows * problem.k.rows) * sizeof(T));
  const size_t sums = one.Add(static_cast<size_t>(blocks.rows) * sizeof(T));
  const size_t bytes = one.bytes();
  const auto run = [=](const KernelArgs& args) {
    const Run<T> run(problem, args);
    if (problem.y.rows == 0 || problem.y.columns == 0) return absl::OkStatus();
    if (problem.k.rows == 0) {
      run.ComputeWithoutKeys();
      return absl::OkStatus();
    }
    kernels::ParallelFor(blocks.threads, blocks.matrices * blocks.count, [&](int64_t begin, int64_t end, int thread) {
      void* const scratch = ScratchLayout::At<uint8_t>(args.scratch, static_cast<size_t>(thread) * bytes);
      for (int64_t i = begin; i < end; ++i) {
        const kernels::Part rows = kernels::PartOf(problem.q.rows, blocks.count, i % blocks.count);
        run.Compute(i / blocks.count, rows.begin, rows.end, ScratchLayout::At<T>(scratch, scores),
                    ScratchLayout::At<T>(scratch, sums));
      }
    });
    return absl::OkStatus();
  };
  return MakeSimpleKernel("by blocks", run, bytes * static_cast<size_t>(blocks.threads));
}

}  // namespace

int64_t Matrices::OffsetOf(int64_t index, const Shape& batch) const {
  int64_t at = 0;
  for (size_t axis = batch.rank(); axis-- > 0; index /= batch[axis]) at += index % batch[axis] * steps[axis];
  return at;
}

Matrices MatricesOf(const View& view, const Shape& batch) {
  Matrices matrices = {.steps = absl::InlinedVector<int64_t, 6>(batch.rank(), 0),
                       .offset = view.offset,
                       .rows = view.rows,
                       .columns = view.columns,
                       .row_step = view.row_step};
  const size_t missing = batch.rank() - view.batch.rank();
  for (size_t axis = 0; axis < view.batch.rank(); ++axis) {
    if (view.batch[axis] != 1) matrices.steps[missing + axis] = view.steps[axis];
  }
  return matrices;
}

absl::StatusOr<std::unique_ptr<Kernel>> MakeKernel(const Problem& problem) {
  for (const Matrices* m : {&problem.q, &problem.k, &problem.v, &problem.y}) {
    if (blas::Fits(m->rows) && blas::Fits(m->columns) && blas::Fits(m->row_step)) continue;
    return absl::UnimplementedError("attention: an extent does not fit into 32 bits");
  }
  blas::Prepare();
  return MakeKernelFor(FloatTypes(), AttentionOp::kName, problem.dtype,
                       [&]<class T>() { return MakeKernelOf<T>(problem); });
}

}  // namespace moduled::nn::attention
