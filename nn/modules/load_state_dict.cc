// load_state_dict by torch's rules: the whole tree is checked first, then the tensors are swapped in.
#include <cstring>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/modules/state_dict.h"
#include "nn/tensor/convert.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

constexpr int64_t kBatchNormVersion = 2;

class Loader {
 public:
  explicit Loader(const StateDict& source) {
    for (const auto& [name, tensor] : source.tensors) tensors_.emplace(name, &tensor);
    for (const auto& [path, version] : source.metadata) versions_.emplace(path, version);
    has_metadata_ = !source.metadata.empty();
  }

  void Visit(Module& module, const std::string& prefix) {
    for (const auto& [name, parameter] : module.parameter_slots()) {
      if (parameter != nullptr) Match(module, prefix, name, parameter->data);
    }
    for (const auto& [name, buffer] : module.buffer_slots()) {
      if (buffer != nullptr && buffer->persistent) Match(module, prefix, name, buffer->data);
    }
    for (const auto& [name, child] : module.children_slots()) {
      if (child != nullptr) Visit(*child, absl::StrCat(prefix, name, "."));
    }
  }

  // Keys that no slot asked for, in the order of the state_dict.
  std::vector<std::string> Unexpected(const StateDict& source) const {
    std::vector<std::string> unexpected;
    for (const auto& [name, tensor] : source.tensors) {
      if (!used_.contains(name)) unexpected.push_back(name);
    }
    return unexpected;
  }

  const std::vector<std::string>& missing() const { return missing_; }
  const std::vector<std::string>& errors() const { return errors_; }

  // Converts everything before anything is swapped: only swapping is left when nothing can fail any more.
  absl::Status Commit() {
    std::vector<Tensor> converted;
    for (const Assignment& assignment : assignments_) {
      ASSIGN_OR_RETURN(Tensor tensor, Convert(assignment.source, assignment.target->dtype()));
      ASSIGN_OR_RETURN(tensor, tensor.Reshape(assignment.target->shape()));
      converted.push_back(std::move(tensor));
    }
    for (size_t i = 0; i < converted.size(); ++i) *assignments_[i].target = std::move(converted[i]);
    return absl::OkStatus();
  }

 private:
  struct Assignment {
    Tensor* target;
    Tensor source;
  };

  void Match(const Module& module, const std::string& prefix, const std::string& name, Tensor& target) {
    const std::string key = prefix + name;
    const auto found = tensors_.find(key);
    if (found == tensors_.end()) {
      if (MayLackBatchCount(module, prefix, name)) {
        absl::StatusOr<Tensor> zero = Tensor::Zeros(target.spec());
        if (zero.ok()) assignments_.push_back({&target, *std::move(zero)});
      } else {
        missing_.push_back(key);
      }
      return;
    }
    used_.insert(key);
    Tensor source = *found->second;
    // Checkpoints of torch 0.3 kept scalars as tensors of one element.
    if (target.rank() == 0 && source.rank() == 1 && source.numel() > 0) source = *source.Rows(0, 1).Reshape({});
    if (source.shape() == target.shape()) {
      assignments_.push_back({&target, std::move(source)});
    } else {
      errors_.push_back(absl::StrCat("size mismatch for ", key, ": copying a param with shape torch.Size(",
                                     source.shape().ToString(), ") from checkpoint, the shape in current model is ",
                                     "torch.Size(", target.shape().ToString(), ")."));
    }
  }

  // Batch norms before version 2 did not count batches; a plain dict says nothing of versions.
  bool MayLackBatchCount(const Module& module, const std::string& prefix, absl::string_view name) const {
    if (module.state_version() != kBatchNormVersion || name != "num_batches_tracked") return false;
    if (!has_metadata_) return true;
    const auto version = versions_.find(prefix.empty() ? "" : prefix.substr(0, prefix.size() - 1));
    return version == versions_.end() || version->second < kBatchNormVersion;
  }

  absl::flat_hash_map<std::string, const Tensor*> tensors_;
  absl::flat_hash_map<std::string, int64_t> versions_;
  bool has_metadata_ = false;
  absl::flat_hash_set<std::string> used_;
  std::vector<std::string> missing_;
  std::vector<std::string> errors_;
  std::vector<Assignment> assignments_;
};

std::string Quoted(const std::vector<std::string>& keys) {
  return absl::StrJoin(keys, ", ",
                       [](std::string* out, const std::string& key) { absl::StrAppend(out, "\"", key, "\""); });
}

}  // namespace

absl::StatusOr<IncompatibleKeys> LoadStateDict(Module& module, const StateDict& state_dict, bool strict) {
  Loader loader(state_dict);
  loader.Visit(module, "");
  IncompatibleKeys keys{loader.missing(), loader.Unexpected(state_dict)};

  std::vector<std::string> problems;
  if (strict && !keys.missing_keys.empty()) {
    problems.push_back(absl::StrCat("Missing key(s) in state_dict: ", Quoted(keys.missing_keys), ". "));
  }
  if (strict && !keys.unexpected_keys.empty()) {
    problems.push_back(absl::StrCat("Unexpected key(s) in state_dict: ", Quoted(keys.unexpected_keys), ". "));
  }
  problems.insert(problems.end(), loader.errors().begin(), loader.errors().end());
  if (!problems.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Error(s) in loading state_dict for ", module.type(), ":\n\t", absl::StrJoin(problems, "\n\t")));
  }
  RETURN_IF_ERROR(loader.Commit());
  return keys;
}

}  // namespace moduled::nn
