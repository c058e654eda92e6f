// The libraries that kernels are made of, as a text: of another version the fastest kernel may be another.
#pragma once

#include <string>

namespace moduled::nn {

// Their versions, and what they make of this processor.
std::string ComputeLibraries();

}  // namespace moduled::nn
