// Tensors whose bytes are those of a mapped file: their memory can be given back at any time, and is read again from
// the file when somebody needs it.
#pragma once

#include <cstddef>
#include <memory>

#include "nn/tensor/tensor.h"

namespace moduled::nn {

// Ends a mapping. Pointers that have this deleter own pages of a file that were mapped read-only.
struct UnmapFile {
  size_t size = 0;
  void operator()(const void* data) const;
};

// Gives the whole pages within the tensor's bytes back to the system if they are a file's; nothing else.
void DropFilePages(const Tensor& tensor);

}  // namespace moduled::nn
