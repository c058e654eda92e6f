// How a module tree is built from its description, and how large it may be.
#pragma once

#include <cstddef>
#include <cstdint>

namespace moduled::nn {

// Bounds on what a description may ask for. Trees and graphs are walked recursively, so depth is bounded by the stack;
// the counts are bounded because a small file can name the same module again and again.
inline constexpr int kMaxDepth = 256;              // Modules from the root to a leaf, both counted.
inline constexpr int kMaxArgumentDepth = 32;       // Lists in lists in the arguments of a graph's node.
inline constexpr int64_t kMaxModules = 1'000'000;  // Paths of modules and their state, a shared module once for each.
inline constexpr int64_t kMaxNodes = 1'000'000;    // Nodes and arguments of all graphs; and steps of one forward.

struct BuildOptions {
  uint64_t seed = 0;  // Of the initialisation, as torch.manual_seed.
  // Off, when weights will be loaded over it: state is zero and, where it is large, takes no memory.
  bool initialise = true;
  // For all parameters and buffers together, checked before anything is allocated.
  int64_t max_parameter_bytes = int64_t{64} << 30;
};

}  // namespace moduled::nn
