// How large a nested value is. A graph of a few nodes can hold results inside each other, (x, x) of (x, x) of …, until
// there is no memory for their leaves or no stack for their depth: what is built while tracing is measured first.
#pragma once

#include <algorithm>
#include <cstdint>

#include "nn/tensor/nested.h"

namespace moduled::nn {

struct Extent {
  int64_t items = 1;  // Of all levels, the value itself counted.
  int depth = 0;      // Lists in lists; 0 for a leaf.
};

inline constexpr int64_t kMaxTracedItems = int64_t{1} << 22;  // In all arguments of one trace: some hundred megabytes.
inline constexpr int kMaxTracedDepth = 64;                    // Twice of what arguments and requests may have.

// of_leaf(leaf) is the extent of what the leaf stands for. Extents of leaves within the bounds cannot overflow the sum.
template <class Leaf, class OfLeaf>
Extent MeasureNested(const Nested<Leaf>& nested, const OfLeaf& of_leaf) {
  if (const Leaf* leaf = nested.template As<Leaf>()) return of_leaf(*leaf);
  Extent extent;
  const auto add = [&](const Nested<Leaf>& item) {
    const Extent inner = MeasureNested(item, of_leaf);
    extent.items = std::min(extent.items + inner.items, kMaxTracedItems + 1);
    extent.depth = std::max(extent.depth, inner.depth + 1);
  };
  if (const auto* items = nested.Items()) {
    for (const Nested<Leaf>& item : *items) add(item);
  } else if (const auto* dict = nested.template As<typename Nested<Leaf>::Dict>()) {
    for (const auto& [key, item] : dict->entries) add(item);
  } else if (const auto* slice = nested.template As<typename Nested<Leaf>::Slice>()) {
    for (const Nested<Leaf>& bound : slice->bounds) add(bound);
  }
  return extent;
}

}  // namespace moduled::nn
