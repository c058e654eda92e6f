// A reader of pickles that holds data and runs nothing: the part of pickle that torch.save writes of a state_dict.
//
// Calls are recorded, not made: what they mean is for whoever reads the result. Anything but numbers, strings,
// containers and the names that are allowed is refused.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace moduled::nn {

struct PickleNode;
// Nodes belong to their Pickle: nodes may refer to each other in circles.
using PickleRef = const PickleNode*;

struct PickleNode {
  struct None {};
  struct Tuple {
    std::vector<PickleRef> items;
  };
  struct List {
    std::vector<PickleRef> items;
  };
  struct Dict {
    std::vector<std::pair<PickleRef, PickleRef>> entries;
  };
  struct Global {
    std::string name;  // "module.name"
  };
  // A call of a global, which nobody has made.
  struct Call {
    PickleRef function = nullptr;  // A Global.
    PickleRef arguments = nullptr;
  };
  // What stands outside of the pickle.
  struct Persistent {
    PickleRef id = nullptr;
  };

  std::variant<None, bool, int64_t, double, std::string, Tuple, List, Dict, Global, Call, Persistent> value;
  PickleRef state = nullptr;  // What BUILD gave it: an object's attributes.

  template <class T>
  const T* As() const {
    return std::get_if<T>(&value);
  }
};

class Pickle {
 public:
  // INVALID_ARGUMENT for what is not allowed. `allowed` says which globals are.
  static absl::StatusOr<Pickle> Parse(absl::Span<const uint8_t> bytes, bool (*allowed)(absl::string_view global));

  PickleRef root() const { return root_; }

 private:
  friend class PickleMachine;

  std::deque<PickleNode> nodes_;
  PickleRef root_ = nullptr;
};

}  // namespace moduled::nn
