#include "proto/contract/codec/edit_codec.h"

#include <utility>

#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/optional_field.h"
#include "proto/contract/codec/tensor_codec.h"

namespace moduled::contract {
namespace {

absl::StatusOr<Edit::Operand> DecodeOperand(v1::Operand& message, const Field& field) {
  switch (message.kind_case()) {
    case v1::Operand::kScalar:
      return Edit::Operand{message.scalar()};
    case v1::Operand::kTensor: {
      ASSIGN_OR_RETURN(nn::Tensor tensor, DecodeTensor(std::move(*message.mutable_tensor()), Field(field, "tensor")));
      return Edit::Operand{std::move(tensor)};
    }
    case v1::Operand::KIND_NOT_SET:
      break;
  }
  return field.Invalid("not set (want scalar or tensor)");
}

void EncodeOperand(const Edit::Operand& operand, v1::Operand& message) {
  if (const auto* scalar = std::get_if<double>(&operand.value)) message.set_scalar(*scalar);
  if (const auto* tensor = std::get_if<nn::Tensor>(&operand.value)) EncodeTensor(*tensor, *message.mutable_tensor());
}

absl::StatusOr<Edit> DecodeEdit(v1::Edit& message, const Field& field) {
  Edit edit;
  edit.leaf = Optional(message.has_leaf(), message.leaf());
  switch (message.action_case()) {
    case v1::Edit::kReplace: {
      ASSIGN_OR_RETURN(nn::Tensor tensor, DecodeTensor(std::move(*message.mutable_replace()), Field(field, "replace")));
      edit.action = Edit::Replace{std::move(tensor)};
      return edit;
    }
    case v1::Edit::kScale: {
      ASSIGN_OR_RETURN(Edit::Operand factor, DecodeOperand(*message.mutable_scale(), Field(field, "scale")));
      edit.action = Edit::Scale{std::move(factor)};
      return edit;
    }
    case v1::Edit::kAdd: {
      ASSIGN_OR_RETURN(Edit::Operand summand, DecodeOperand(*message.mutable_add(), Field(field, "add")));
      edit.action = Edit::Add{std::move(summand)};
      return edit;
    }
    case v1::Edit::kZero:
      if (!message.zero()) return Field(field, "zero").Invalid("false (want true, or another action)");
      edit.action = Edit::Zero{};
      return edit;
    case v1::Edit::kClamp:
      edit.action = Edit::Clamp{.min = Optional(message.clamp().has_min(), message.clamp().min()),
                                .max = Optional(message.clamp().has_max(), message.clamp().max())};
      return edit;
    case v1::Edit::kSelect:
      edit.action = Edit::Select{.dim = message.select().dim(),
                                 .indices = {message.select().indices().begin(), message.select().indices().end()}};
      return edit;
    case v1::Edit::ACTION_NOT_SET:
      break;
  }
  return field.Invalid("not set (want replace, scale, add, zero, clamp or select)");
}

// One function for each action: std::visit picks.
struct ActionEncoder {
  v1::Edit& message;

  void operator()(const Edit::Replace& replace) const { EncodeTensor(replace.tensor, *message.mutable_replace()); }
  void operator()(const Edit::Scale& scale) const { EncodeOperand(scale.factor, *message.mutable_scale()); }
  void operator()(const Edit::Add& add) const { EncodeOperand(add.summand, *message.mutable_add()); }
  void operator()(const Edit::Zero&) const { message.set_zero(true); }
  void operator()(const Edit::Clamp& clamp) const {
    v1::Clamp& limits = *message.mutable_clamp();
    if (clamp.min.has_value()) limits.set_min(*clamp.min);
    if (clamp.max.has_value()) limits.set_max(*clamp.max);
  }
  void operator()(const Edit::Select& select) const {
    message.mutable_select()->set_dim(select.dim);
    message.mutable_select()->mutable_indices()->Assign(select.indices.begin(), select.indices.end());
  }
};

}  // namespace

absl::StatusOr<std::vector<Edit>> DecodeEdits(google::protobuf::RepeatedPtrField<v1::Edit>&& messages,
                                              const Field& field) {
  if (messages.size() > kMaxEdits) {
    return Field(field, "edits")
        .Invalid(absl::StrCat("too many (got ", messages.size(), ", want at most ", kMaxEdits, ")"));
  }
  std::vector<Edit> edits;
  edits.reserve(messages.size());
  for (int i = 0; i < messages.size(); ++i) {
    ASSIGN_OR_RETURN(Edit edit, DecodeEdit(messages[i], Field(field, "edits", i)));
    edits.push_back(std::move(edit));
  }
  return edits;
}

void EncodeEdits(const std::vector<Edit>& edits, google::protobuf::RepeatedPtrField<v1::Edit>& messages) {
  for (const Edit& edit : edits) {
    v1::Edit& message = *messages.Add();
    if (edit.leaf.has_value()) message.set_leaf(*edit.leaf);
    std::visit(ActionEncoder{message}, edit.action);
  }
}

}  // namespace moduled::contract
