// The states of some units in a step, from the sums that a panel of the packed weight made: the formulas of cells.h on
// vectors, for processors that run AVX-512.
#pragma once

#include <cstdint>

#include "nn/ops/recurrent/attrs.h"

namespace moduled::nn::recurrent {

// Pointers are to the first row, and to the first unit of its first gate. Where there is nothing they are null.
struct PackedCells {
  int64_t rows = 0;
  int64_t units = 0;
  int64_t hidden = 0;             // From one gate to the next, and from one row to the next of what has no other step.
  const float* sums = nullptr;    // h W_hh^T: [rows][vector of units][gate][16 units].
  const float* x = nullptr;       // The input's part of the gates: [rows, gates x hidden].
  const float* b_hh = nullptr;    // [gates x hidden]
  const float* before = nullptr;  // GRU: h, in rows of `hidden`.
  float* c = nullptr;             // LSTM: becomes c'.
  float* h = nullptr;             // Becomes h'.
  float* kept = nullptr;          // LSTM, GRU: [rows, 4 x hidden], for the gradient.
  float* cells = nullptr;         // LSTM: [rows, hidden], for the gradient.
};

// Has the input's part of the gates come into the cache while the sums are being made: it was written long ago, and is
// read in pieces that are too short for the processor to see what comes next.
void FetchInputs(RecurrentKind kind, const PackedCells& cells);

void RunCells(RecurrentKind kind, const PackedCells& cells);

}  // namespace moduled::nn::recurrent
