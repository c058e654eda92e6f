// What every use of oneDNN shares: its engine, streams, threads and failures.
#pragma once

#include <new>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "oneapi/dnnl/dnnl.hpp"

namespace moduled::nn::onednn {

// The CPU. Never destroyed: kernels may outlive static objects.
const dnnl::engine& Engine();

// Each thread has its own; primitives run on the caller before they return.
dnnl::stream& Stream();

// What a primitive may take and must not do: allocating its own scratchpad would tie it to the thread that made it.
dnnl::primitive_attr Attributes();

// oneDNN asks OpenMP how many threads there are, when it prepares and when it runs, and OpenMP knows it per thread.
class ThreadScope {
 public:
  explicit ThreadScope(int threads);
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  const int before_;
};

// UNIMPLEMENTED for what oneDNN does not compute, RESOURCE_EXHAUSTED for missing memory, else INTERNAL.
absl::Status StatusOf(absl::string_view where, const dnnl::error& error);

// What `function` returns, an absl::Status or an absl::StatusOr, with oneDNN's exceptions turned into a status.
template <class Function>
auto Try(absl::string_view where, Function function) -> decltype(function()) {
  try {
    return function();
  } catch (const dnnl::error& error) {
    return StatusOf(where, error);
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(std::string(where) + ": out of memory");
  }
}

}  // namespace moduled::nn::onednn
