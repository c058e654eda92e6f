#include "server/hooks/module_index.h"

#include "absl/container/flat_hash_map.h"

namespace moduled::server {

ModuleIndex::ModuleIndex(const nn::Module& root) {
  absl::flat_hash_map<const nn::Module*, size_t> places;
  for (auto& [name, module] : root.named_modules(/*remove_duplicate=*/false)) {
    const auto [place, is_new] = places.try_emplace(module, modules_.size());
    if (is_new) modules_.push_back({name, module});
    names_.emplace_back(std::move(name), place->second);
  }
}

std::optional<size_t> ModuleIndex::Find(absl::string_view name) const {
  for (const auto& [known, place] : names_) {
    if (known == name) return place;
  }
  return std::nullopt;
}

}  // namespace moduled::server
