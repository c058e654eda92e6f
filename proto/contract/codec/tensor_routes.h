// Where in a type of message tensors may be: the fields that lead to a moduled.v1.Tensor, directly or through others.
#pragma once

#include <google/protobuf/descriptor.h>

#include "absl/container/flat_hash_map.h"

namespace moduled::contract {

// Immutable. Learnt from descriptors: a new field of any message is found without a line here.
class TensorRoutes {
 public:
  enum class Through {
    kEverything,
    kValues,  // Value and what it is made of: tensors in hooks and other messages are left where they are.
  };
  TensorRoutes(const google::protobuf::Descriptor& root, Through through);

  const google::protobuf::Descriptor& root() const { return root_; }
  // The type of the message in that field, if it leads to a tensor. Null if it does not.
  const google::protobuf::Descriptor* Follow(const google::protobuf::Descriptor& type, int field) const;

 private:
  using Fields = absl::flat_hash_map<int, const google::protobuf::Descriptor*>;

  const google::protobuf::Descriptor& root_;
  absl::flat_hash_map<const google::protobuf::Descriptor*, Fields> fields_;  // Of each type on the way.
};

// One for each type of message, made at its first use.
template <class Message, TensorRoutes::Through through>
const TensorRoutes& RoutesOf() {
  static const TensorRoutes routes(*Message::descriptor(), through);
  return routes;
}

}  // namespace moduled::contract
