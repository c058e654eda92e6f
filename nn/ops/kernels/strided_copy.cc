#include "nn/ops/kernels/strided_copy.h"

#include <algorithm>
#include <cstring>

#include "nn/ops/kernels/transpose.h"
#include "nn/ops/kernels/word.h"

namespace moduled::nn::kernels {
namespace {

// A square of this side is read and written within the first-level cache.
constexpr int64_t kTile = 16;

// to[r][i] = from[r][i] for all rows; what is close together in memory is copied close together in time.
template <size_t kSize>
void CopyTiled(const Word<kSize>* from, Word<kSize>* to, const LoopAxis& rows, const LoopAxis& row) {
  for (int64_t r0 = 0; r0 < rows.extent; r0 += kTile) {
    const int64_t r1 = std::min(r0 + kTile, rows.extent);
    for (int64_t i0 = 0; i0 < row.extent; i0 += kTile) {
      const int64_t i1 = std::min(i0 + kTile, row.extent);
      for (int64_t r = r0; r < r1; ++r) {
        const Word<kSize>* const x = from + r * rows.strides[0];
        Word<kSize>* const y = to + r * rows.strides[1];
        for (int64_t i = i0; i < i1; ++i) y[i * row.strides[1]] = x[i * row.strides[0]];
      }
    }
  }
}

template <size_t kSize>
void CopyRows(const Word<kSize>* from, Word<kSize>* to, const LoopAxis& rows, const LoopAxis& row) {
  for (int64_t r = 0; r < rows.extent; ++r) {
    const Word<kSize>* const x = from + r * rows.strides[0];
    Word<kSize>* const y = to + r * rows.strides[1];
    if (row.strides[0] == 0) {
      const Word<kSize> repeated = *x;
      for (int64_t i = 0; i < row.extent; ++i) y[i] = repeated;
    } else {
      std::memcpy(y, x, static_cast<size_t>(row.extent) * kSize);
    }
  }
}

}  // namespace

StridedCopy::StridedCopy(const LoopNest& nest, size_t element_size) : outer_(Merge(nest)), element_size_(element_size) {
  row_ = outer_.back();
  outer_.pop_back();
  if (outer_.empty()) return;
  auto rows = outer_.end() - 1;
  if (row_.strides[0] > 1) {
    const auto neighbours = [](const LoopAxis& axis) { return axis.strides[0] == 1; };
    const auto found = std::find_if(outer_.begin(), outer_.end(), neighbours);
    if (found != outer_.end()) rows = found;
  }
  rows_ = *rows;
  outer_.erase(rows);
}

template <size_t kSize>
void StridedCopy::RunSized(const void* from, void* to) const {
  if (rows_.extent == 0 || row_.extent == 0) return;
  // Only whole rows of neighbours can be copied or filled at once.
  const bool whole_rows = row_.strides[1] == 1 && row_.strides[0] <= 1;
  ForEachStep(outer_, [&](int64_t from_offset, int64_t to_offset) {
    const auto* x = static_cast<const Word<kSize>*>(from) + from_offset;
    auto* y = static_cast<Word<kSize>*>(to) + to_offset;
    if (whole_rows) {
      CopyRows<kSize>(x, y, rows_, row_);
    } else if (kSize == 4 && rows_.strides[0] == 1 && row_.strides[1] == 1) {
      Transpose(reinterpret_cast<const Word<4>*>(x), row_.strides[0], reinterpret_cast<Word<4>*>(y), rows_.strides[1],
                rows_.extent, row_.extent);
    } else {
      CopyTiled<kSize>(x, y, rows_, row_);
    }
  });
}

void StridedCopy::Run(const void* from, void* to) const {
  WithSize(element_size_, [&]<size_t kSize>() { RunSized<kSize>(from, to); });
}

void Fill(void* to, int64_t n, const void* element, size_t element_size) {
  WithSize(element_size, [&]<size_t kSize>() {
    const Word<kSize> value = *static_cast<const Word<kSize>*>(element);
    auto* words = static_cast<Word<kSize>*>(to);
    for (int64_t i = 0; i < n; ++i) words[i] = value;
  });
}

}  // namespace moduled::nn::kernels
