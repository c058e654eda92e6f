#include "nn/ops/kernels/axis_gather.h"

#include <cstring>
#include <utility>

namespace moduled::nn::kernels {
namespace {

bool TakesAll(const std::vector<int64_t>& source, int64_t extent) {
  if (static_cast<int64_t>(source.size()) != extent) return false;
  for (int64_t i = 0; i < extent; ++i) {
    if (source[i] != i) return false;
  }
  return true;
}

// memcpy of an element, for which a call would take longer than the copy.
void CopyBlock(uint8_t* to, const uint8_t* from, size_t bytes) {
  if (bytes == sizeof(uint32_t)) {
    std::memcpy(to, from, sizeof(uint32_t));
  } else {
    std::memcpy(to, from, bytes);
  }
}

}  // namespace

AxisGather::AxisGather(const Shape& from, std::vector<std::vector<int64_t>> sources, size_t element_size)
    : offsets_(std::move(sources)), block_bytes_(element_size) {
  // The last axes, as long as they come as they are, move in one piece.
  while (!offsets_.empty() && TakesAll(offsets_.back(), from[offsets_.size() - 1])) {
    block_bytes_ *= offsets_.back().size();
    offsets_.pop_back();
  }
  auto stride = static_cast<int64_t>(block_bytes_);
  for (size_t axis = offsets_.size(); axis-- > 0;) {
    for (int64_t& offset : offsets_[axis]) offset *= stride;
    stride *= from[axis];
  }
}

uint8_t* AxisGather::CopyFrom(size_t axis, const uint8_t* from, uint8_t* to) const {
  if (axis == offsets_.size()) {
    CopyBlock(to, from, block_bytes_);
    return to + block_bytes_;
  }
  for (int64_t offset : offsets_[axis]) to = CopyFrom(axis + 1, from + offset, to);
  return to;
}

void AxisGather::Run(const void* from, void* to) const {
  CopyFrom(0, static_cast<const uint8_t*>(from), static_cast<uint8_t*>(to));
}

}  // namespace moduled::nn::kernels
