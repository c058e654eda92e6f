// The operands of one run of a recurrent operator.
#pragma once

#include <algorithm>

#include "nn/graph/kernel.h"
#include "nn/ops/recurrent/attrs.h"

namespace moduled::nn::recurrent {

// What the kind does not have, or what is not asked for, is null.
template <class T>
struct Buffers {
  Buffers(const RecurrentAttrs& attrs, const KernelArgs& args)
      : gates(In(args, RecurrentAttrs::kGates)),
        h0(In(args, RecurrentAttrs::kH0)),
        c0(attrs.lstm() ? In(args, RecurrentAttrs::kC0) : nullptr),
        w_hh(In(args, attrs.w_hh())),
        b_hh(attrs.bias ? In(args, attrs.b_hh()) : nullptr),
        w_hr(attrs.projected ? In(args, attrs.w_hr()) : nullptr),
        batch_sizes(attrs.packed ? static_cast<const int64_t*>(args.in[attrs.batch_sizes()]) : nullptr),
        y(Out(args, 0)),
        hn(Out(args, 1)),
        cn(attrs.lstm() ? Out(args, 2) : nullptr),
        kept(attrs.keeps && attrs.kept() > 0 ? Out(args, attrs.results()) : nullptr),
        cells(attrs.keeps && attrs.lstm() ? Out(args, attrs.results() + 1) : nullptr) {}

  // Puts the initial states where the final ones will be.
  void StartFromInitialStates(const RecurrentSizes& sizes) const {
    std::copy_n(h0, sizes.batch * sizes.width, hn);
    if (cn != nullptr) std::copy_n(c0, sizes.batch * sizes.hidden, cn);
  }

  const T* gates;
  const T* h0;
  const T* c0;
  const T* w_hh;
  const T* b_hh;
  const T* w_hr;
  const int64_t* batch_sizes;
  T* y;
  T* hn;
  T* cn;
  T* kept;
  T* cells;

 private:
  static const T* In(const KernelArgs& args, size_t i) { return static_cast<const T*>(args.in[i]); }
  static T* Out(const KernelArgs& args, size_t i) { return static_cast<T*>(args.out[i]); }
};

}  // namespace moduled::nn::recurrent
