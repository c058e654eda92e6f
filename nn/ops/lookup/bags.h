// Bags of indices: which positions belong to which bag.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "nn/tensor/shape.h"

namespace moduled::nn {

class Bags {
 public:
  // For `n` indices and `offsets` offsets, of which the last one may say where the last bag ends.
  Bags(int64_t n, int64_t offsets, bool include_last_offset)
      : n_(n), offsets_(offsets), include_last_offset_(include_last_offset) {}

  int64_t n() const { return n_; }
  int64_t count() const { return include_last_offset_ ? offsets_ - 1 : offsets_; }

  // Refuses offsets that do not begin at 0, that decrease or that lie beyond the indices, and indices that are no row.
  absl::Status Check(const int64_t* indices, const int64_t* offsets, int64_t rows) const;

  // Calls visit(bag, first position, position after the last) for each bag.
  template <class Visit>
  void ForEach(const int64_t* offsets, Visit visit) const {
    for (int64_t bag = 0; bag < count(); ++bag) {
      visit(bag, offsets[bag], bag + 1 < offsets_ ? offsets[bag + 1] : n_);
    }
  }

 private:
  int64_t n_;
  int64_t offsets_;
  bool include_last_offset_;
};

// Indices and offsets of one axis each, int64.
absl::Status CheckBagSpecs(const TensorSpec& indices, const TensorSpec& offsets, bool include_last_offset);

}  // namespace moduled::nn
