// The ordered, named slots of a module's children, parameters or buffers. A slot may be None.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace moduled::nn {

// A dict of Python: insertion order, and setting a name that is there keeps its place.
template <class T>
class NamedSlots {
 public:
  using Slot = std::pair<std::string, std::shared_ptr<T>>;

  // Null when the name is not there; otherwise the slot, whose pointer is null for None.
  const std::shared_ptr<T>* Find(absl::string_view name) const {
    const auto it = index_.find(name);
    return it == index_.end() ? nullptr : &slots_[it->second].second;
  }
  bool Contains(absl::string_view name) const { return index_.contains(name); }

  void Set(std::string name, std::shared_ptr<T> value) {
    const auto [it, inserted] = index_.try_emplace(name, slots_.size());
    if (inserted) {
      slots_.emplace_back(std::move(name), std::move(value));
    } else {
      slots_[it->second].second = std::move(value);
    }
  }

  auto begin() const { return slots_.begin(); }
  auto end() const { return slots_.end(); }
  size_t size() const { return slots_.size(); }
  bool empty() const { return slots_.empty(); }

 private:
  std::vector<Slot> slots_;
  absl::flat_hash_map<std::string, size_t> index_;
};

}  // namespace moduled::nn
