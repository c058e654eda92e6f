#include "nn/ops/recurrent/packed_cells.h"

#include <algorithm>

#include "nn/ops/kernels/avx512.h"
#include "nn/ops/kernels/avx512_math.h"

namespace moduled::nn::recurrent {
namespace {

using avx512::kLanes;
using avx512::Load;
using avx512::LoadFirst;
using avx512::StoreFirst;
using avx512::Vector;

// Up to 16 units of one row.
struct Units {
  int64_t hidden;
  int64_t count;
  const float* sums;
  const float* x;
  const float* b_hh;
  const float* before;
  float* c;
  float* h;
  float* kept;
  float* cells;
};

// The state's part of a gate.
MODULED_AVX512_INLINE Vector OfState(const Units& u, int64_t gate) {
  const Vector sum = Load(u.sums + gate * kLanes);
  return u.b_hh == nullptr ? sum : sum + LoadFirst(u.b_hh + gate * u.hidden, u.count);
}

MODULED_AVX512_INLINE Vector OfInput(const Units& u, int64_t gate) { return LoadFirst(u.x + gate * u.hidden, u.count); }

MODULED_AVX512_INLINE void Keep(const Units& u, int64_t gate, Vector value) {
  if (u.kept != nullptr) StoreFirst(u.kept + gate * u.hidden, value, u.count);
}

template <RecurrentKind kKind>
MODULED_AVX512_INLINE void RunUnits(const Units& u);

template <>
MODULED_AVX512_INLINE void RunUnits<RecurrentKind::kTanh>(const Units& u) {
  StoreFirst(u.h, avx512::Tanh(OfInput(u, 0) + OfState(u, 0)), u.count);
}

template <>
MODULED_AVX512_INLINE void RunUnits<RecurrentKind::kRelu>(const Units& u) {
  const Vector a = OfInput(u, 0) + OfState(u, 0);
  StoreFirst(u.h, a < 0.0f ? Vector{} : a, u.count);  // A NaN stays one.
}

template <>
MODULED_AVX512_INLINE void RunUnits<RecurrentKind::kLstm>(const Units& u) {
  const Vector i = avx512::Sigmoid(OfInput(u, 0) + OfState(u, 0));
  const Vector f = avx512::Sigmoid(OfInput(u, 1) + OfState(u, 1));
  const Vector g = avx512::Tanh(OfInput(u, 2) + OfState(u, 2));
  const Vector o = avx512::Sigmoid(OfInput(u, 3) + OfState(u, 3));
  const Vector c = f * LoadFirst(u.c, u.count) + i * g;
  StoreFirst(u.c, c, u.count);
  StoreFirst(u.h, o * avx512::Tanh(c), u.count);
  if (u.cells != nullptr) StoreFirst(u.cells, c, u.count);
  Keep(u, 0, i);
  Keep(u, 1, f);
  Keep(u, 2, g);
  Keep(u, 3, o);
}

template <>
MODULED_AVX512_INLINE void RunUnits<RecurrentKind::kGru>(const Units& u) {
  const Vector r = avx512::Sigmoid(OfInput(u, 0) + OfState(u, 0));
  const Vector z = avx512::Sigmoid(OfInput(u, 1) + OfState(u, 1));
  const Vector u_n = OfState(u, 2);
  const Vector n = avx512::Tanh(OfInput(u, 2) + r * u_n);
  StoreFirst(u.h, (LoadFirst(u.before, u.count) - n) * z + n, u.count);
  Keep(u, 0, r);
  Keep(u, 1, z);
  Keep(u, 2, n);
  Keep(u, 3, u_n);
}

constexpr int64_t GatesOf(RecurrentKind kind) { return RecurrentAttrs{.kind = kind}.gates(); }

template <class T>
T* At(T* data, int64_t offset) {
  return data == nullptr ? nullptr : data + offset;
}

template <RecurrentKind kKind>
MODULED_AVX512 void Run(const PackedCells& cells) {
  constexpr int64_t kGates = GatesOf(kKind), kKept = RecurrentAttrs{.kind = kKind}.kept();
  const int64_t vectors = avx512::VectorsFor(cells.units);
  for (int64_t row = 0; row < cells.rows; ++row) {
    for (int64_t vector = 0; vector < vectors; ++vector) {
      const int64_t unit = vector * kLanes;
      const int64_t at = row * cells.hidden + unit;
      RunUnits<kKind>({.hidden = cells.hidden,
                       .count = std::min(cells.units - unit, kLanes),
                       .sums = cells.sums + (row * vectors + vector) * kGates * kLanes,
                       .x = cells.x + row * kGates * cells.hidden + unit,
                       .b_hh = At(cells.b_hh, unit),
                       .before = At(cells.before, at),
                       .c = At(cells.c, at),
                       .h = cells.h + at,
                       .kept = At(cells.kept, row * kKept * cells.hidden + unit),
                       .cells = At(cells.cells, at)});
    }
  }
}

}  // namespace

void FetchInputs(RecurrentKind kind, const PackedCells& cells) {
  for (int64_t row = 0; row < cells.rows * GatesOf(kind); ++row) {
    const float* x = cells.x + row * cells.hidden;
    for (int64_t unit = 0; unit < cells.units; unit += kLanes) __builtin_prefetch(x + unit);
  }
}

void RunCells(RecurrentKind kind, const PackedCells& cells) {
  switch (kind) {
    case RecurrentKind::kTanh:
      return Run<RecurrentKind::kTanh>(cells);
    case RecurrentKind::kRelu:
      return Run<RecurrentKind::kRelu>(cells);
    case RecurrentKind::kLstm:
      return Run<RecurrentKind::kLstm>(cells);
    case RecurrentKind::kGru:
      return Run<RecurrentKind::kGru>(cells);
  }
}

}  // namespace moduled::nn::recurrent
