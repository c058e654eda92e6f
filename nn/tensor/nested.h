// A Python value whose leaves may be of a type of our own: what flows along the edges of a module tree.
//
// One shape of data serves four uses: Nested<Value> while tracing (leaves are symbolic tensors), Nested<Tensor> in
// requests, replies and hook events, Nested<NodeRef> as the constant arguments of a graph's nodes, and Nested<NoLeaf>
// as the attributes of a layer.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "nn/tensor/dtype.h"

namespace moduled::nn {

template <class Leaf>
struct Nested {
  struct None {
    bool operator==(const None&) const = default;
  };
  struct Ellipsis {
    bool operator==(const Ellipsis&) const = default;
  };
  struct List {
    std::vector<Nested> items;
    bool operator==(const List&) const = default;
  };
  struct Tuple {
    std::vector<Nested> items;
    bool operator==(const Tuple&) const = default;
  };
  // In insertion order; keys are unique.
  struct Dict {
    std::vector<std::pair<std::string, Nested>> entries;
    // Not defaulted: clang would look into the pair, and so into Nested, before Nested is complete.
    bool operator==(const Dict& other) const { return entries == other.entries; }
  };
  // Exactly start, stop and step, each an int, a leaf or None.
  struct Slice {
    std::vector<Nested> bounds;
    bool operator==(const Slice&) const = default;
  };

  using Variant =
      std::variant<None, Leaf, int64_t, double, bool, std::string, DType, List, Tuple, Dict, Slice, Ellipsis>;

  Variant value;

  Nested() = default;
  // Implicit: a value stands for itself, as in Python.
  template <class T>
  requires(!std::same_as<std::remove_cvref_t<T>, Nested> && !std::integral<std::remove_cvref_t<T>> &&
           std::constructible_from<Variant, T>) Nested(T&& v)  // NOLINT(google-explicit-constructor)
      : value(std::forward<T>(v)) {}
  // Every integer type is Python's int, except bool: without this an int could become a double.
  template <std::integral T>
  Nested(T v) {  // NOLINT
    if constexpr (std::same_as<T, bool>) {
      value = v;
    } else {
      value = static_cast<int64_t>(v);
    }
  }
  Nested(const char* text) : value(std::string(text)) {}  // NOLINT

  template <class T>
  bool Is() const {
    return std::holds_alternative<T>(value);
  }
  bool IsNone() const { return Is<None>(); }
  // Null unless the value is of that kind.
  template <class T>
  const T* As() const {
    return std::get_if<T>(&value);
  }
  // The items of a list or tuple; null for anything else.
  const std::vector<Nested>* Items() const {
    if (const List* list = As<List>()) return &list->items;
    if (const Tuple* tuple = As<Tuple>()) return &tuple->items;
    return nullptr;
  }

  bool operator==(const Nested&) const = default;
};

// Calls visit(leaf) for every leaf, in the order of Python's nested iteration.
template <class Leaf, class Visit>
void ForEachLeaf(const Nested<Leaf>& nested, Visit&& visit) {
  if (const Leaf* leaf = nested.template As<Leaf>()) {
    visit(*leaf);
  } else if (const std::vector<Nested<Leaf>>* items = nested.Items()) {
    for (const Nested<Leaf>& item : *items) ForEachLeaf(item, visit);
  } else if (const auto* dict = nested.template As<typename Nested<Leaf>::Dict>()) {
    for (const auto& [key, item] : dict->entries) ForEachLeaf(item, visit);
  } else if (const auto* slice = nested.template As<typename Nested<Leaf>::Slice>()) {
    for (const Nested<Leaf>& bound : slice->bounds) ForEachLeaf(bound, visit);
  }
}

// The same structure with every leaf replaced by map(leaf), which may be any value of the new kind.
template <class To, class From, class Map>
Nested<To> MapLeaves(const Nested<From>& nested, Map&& map) {
  auto map_all = [&](const std::vector<Nested<From>>& items) {
    std::vector<Nested<To>> mapped;
    mapped.reserve(items.size());
    for (const Nested<From>& item : items) mapped.push_back(MapLeaves<To>(item, map));
    return mapped;
  };
  return std::visit(
      [&](const auto& v) -> Nested<To> {
        using V = std::remove_cvref_t<decltype(v)>;
        using F = Nested<From>;
        using T = Nested<To>;
        if constexpr (std::same_as<V, From>) {
          return T(map(v));
        } else if constexpr (std::same_as<V, typename F::None>) {
          return T(typename T::None{});
        } else if constexpr (std::same_as<V, typename F::Ellipsis>) {
          return T(typename T::Ellipsis{});
        } else if constexpr (std::same_as<V, typename F::List>) {
          return T(typename T::List{map_all(v.items)});
        } else if constexpr (std::same_as<V, typename F::Tuple>) {
          return T(typename T::Tuple{map_all(v.items)});
        } else if constexpr (std::same_as<V, typename F::Slice>) {
          return T(typename T::Slice{map_all(v.bounds)});
        } else if constexpr (std::same_as<V, typename F::Dict>) {
          typename T::Dict dict;
          for (const auto& [key, item] : v.entries) dict.entries.emplace_back(key, MapLeaves<To>(item, map));
          return T(std::move(dict));
        } else {
          return T(v);
        }
      },
      nested.value);
}

}  // namespace moduled::nn
