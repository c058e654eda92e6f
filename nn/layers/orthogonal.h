// Matrices with orthonormal rows or columns, for torch.nn.init.orthogonal_.
#pragma once

#include <cstdint>
#include <vector>

namespace moduled::nn::init {

// Replaces a row-major matrix by the Q of its QR decomposition in which R's diagonal is positive: its columns, or its
// rows where there are fewer of them, become orthonormal. Requires rows, columns >= 1 and rows * columns elements.
void Orthogonalise(std::vector<double>& matrix, int64_t rows, int64_t columns);

}  // namespace moduled::nn::init
