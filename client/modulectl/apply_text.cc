#include "client/modulectl/apply_text.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "nn/tensor/dtype.h"

namespace moduled::modulectl {
namespace {

using Action = contract::ApplyFunction::Action;

// The keys and values behind a function's name. Reading what is missing keeps the default; the first mistake is kept
// until Finish.
class Keywords {
 public:
  Keywords(absl::string_view function, absl::string_view text) : function_(function) {
    for (const absl::string_view part : absl::StrSplit(text, ',', absl::SkipEmpty())) {
      const std::pair<absl::string_view, absl::string_view> pair = absl::StrSplit(part, absl::MaxSplits('=', 1));
      if (part.find('=') == absl::string_view::npos) Fail(absl::StrCat("want KEY=VALUE (got \"", part, "\")"));
      if (Find(pair.first) != unread_.end()) Fail(absl::StrCat(pair.first, ": given twice"));
      unread_.push_back(pair);
    }
  }

  void Read(absl::string_view key, double& value) { ReadWith(key, "a number", value, absl::SimpleAtod); }
  void Read(absl::string_view key, int64_t& value) {
    ReadWith(key, "an integer", value,
             [](absl::string_view text, int64_t* out) { return absl::SimpleAtoi(text, out); });
  }
  void Read(absl::string_view key, bool& value) { ReadWith(key, "true or false", value, absl::SimpleAtob); }
  void Read(absl::string_view key, std::string& value) {
    if (const auto text = Take(key)) value = std::string(*text);
  }
  void Read(absl::string_view key, std::optional<double>& value) {
    if (Find(key) != unread_.end()) Read(key, value.emplace());
  }
  void Read(absl::string_view key, nn::DType& value) {
    ReadWith(key, "a type, e.g. float16", value, [](absl::string_view text, nn::DType* out) {
      const std::optional<nn::DType> dtype = nn::ParseDType(text);
      if (dtype.has_value()) *out = *dtype;
      return dtype.has_value();
    });
  }

  // The same for what has no default.
  template <class T>
  T Require(absl::string_view key) {
    T value{};
    if (Find(key) == unread_.end()) Fail(absl::StrCat("wants ", key, "=..."));
    Read(key, value);
    return value;
  }

  absl::Status Finish() {
    if (!unread_.empty()) Fail(absl::StrCat("takes no ", unread_.front().first));
    return status_;
  }

 private:
  using Pairs = std::vector<std::pair<absl::string_view, absl::string_view>>;

  Pairs::iterator Find(absl::string_view key) {
    return std::find_if(unread_.begin(), unread_.end(), [key](const auto& pair) { return pair.first == key; });
  }

  std::optional<absl::string_view> Take(absl::string_view key) {
    const auto found = Find(key);
    if (found == unread_.end()) return std::nullopt;
    const absl::string_view text = found->second;
    unread_.erase(found);
    return text;
  }

  template <class T, class Parse>
  void ReadWith(absl::string_view key, absl::string_view wanted, T& value, Parse parse) {
    const std::optional<absl::string_view> text = Take(key);
    if (text.has_value() && !parse(*text, &value)) {
      Fail(absl::StrCat(key, ": not ", wanted, " (got \"", *text, "\")"));
    }
  }

  void Fail(const std::string& problem) {
    if (status_.ok()) status_ = absl::InvalidArgumentError(absl::StrCat("--function ", function_, ": ", problem));
  }

  absl::string_view function_;
  Pairs unread_;
  absl::Status status_;
};

template <bool kNormal>
Action Xavier(Keywords& keywords) {
  contract::XavierInit init{.normal = kNormal};
  keywords.Read("gain", init.gain);
  return init;
}

template <bool kNormal>
Action Kaiming(Keywords& keywords) {
  contract::KaimingInit init{.normal = kNormal};
  keywords.Read("a", init.a);
  keywords.Read("mode", init.mode);
  keywords.Read("nonlinearity", init.nonlinearity);
  return init;
}

Action Uniform(Keywords& keywords) {
  contract::UniformInit init;
  keywords.Read("a", init.a);
  keywords.Read("b", init.b);
  return init;
}

Action Normal(Keywords& keywords) {
  contract::NormalInit init;
  keywords.Read("mean", init.mean);
  keywords.Read("std", init.std);
  return init;
}

Action TruncNormal(Keywords& keywords) {
  contract::TruncNormalInit init;
  keywords.Read("mean", init.mean);
  keywords.Read("std", init.std);
  keywords.Read("a", init.a);
  keywords.Read("b", init.b);
  return init;
}

Action Dirac(Keywords& keywords) {
  contract::DiracInit init;
  keywords.Read("groups", init.groups);
  return init;
}

Action Orthogonal(Keywords& keywords) {
  contract::OrthogonalInit init;
  keywords.Read("gain", init.gain);
  return init;
}

Action Sparse(Keywords& keywords) {
  contract::SparseInit init{.sparsity = keywords.Require<double>("sparsity")};
  keywords.Read("std", init.std);
  return init;
}

Action Clamp(Keywords& keywords) {
  contract::ClampFunction clamp;
  keywords.Read("min", clamp.min);
  keywords.Read("max", clamp.max);
  return clamp;
}

Action Train(Keywords& keywords) {
  contract::TrainFunction train;
  keywords.Read("mode", train.mode);
  return train;
}

Action RequiresGrad(Keywords& keywords) {
  contract::RequiresGradFunction function;
  keywords.Read("requires_grad", function.requires_grad);
  return function;
}

struct Function {
  const char* name;
  Action (*make)(Keywords& keywords);
};

constexpr Function kFunctions[] = {
    {"uniform", Uniform},
    {"normal", Normal},
    {"constant", [](Keywords& k) -> Action { return contract::ConstantInit{k.Require<double>("val")}; }},
    {"ones", [](Keywords&) -> Action { return contract::ConstantInit{1}; }},
    {"zeros", [](Keywords&) -> Action { return contract::ConstantInit{0}; }},
    {"eye", [](Keywords&) -> Action { return contract::EyeInit(); }},
    {"dirac", Dirac},
    {"xavier_uniform", Xavier<false>},
    {"xavier_normal", Xavier<true>},
    {"kaiming_uniform", Kaiming<false>},
    {"kaiming_normal", Kaiming<true>},
    {"trunc_normal", TruncNormal},
    {"orthogonal", Orthogonal},
    {"sparse", Sparse},
    {"reset_parameters", [](Keywords&) -> Action { return contract::ResetParameters(); }},
    {"cast", [](Keywords& k) -> Action { return contract::CastFunction{k.Require<nn::DType>("dtype")}; }},
    {"scale", [](Keywords& k) -> Action { return contract::ScaleFunction{k.Require<double>("factor")}; }},
    {"clamp", Clamp},
    {"train", Train},
    {"requires_grad", RequiresGrad},
};

}  // namespace

absl::StatusOr<contract::ApplyFunction> ParseApplyFunction(const std::string& text) {
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(text, absl::MaxSplits(':', 1));
  const absl::string_view name = absl::StripSuffix(parts.first, "_");
  for (const Function& function : kFunctions) {
    if (function.name != name) continue;
    Keywords keywords(parts.first, parts.second);
    contract::ApplyFunction apply{.action = function.make(keywords)};
    if (absl::Status status = keywords.Finish(); !status.ok()) return status;
    return apply;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--function: unknown function (got \"", parts.first, "\", want one of ", ApplyFunctionNames(), ")"));
}

std::string ApplyFunctionNames() {
  return absl::StrJoin(kFunctions, ", ", [](std::string* out, const Function& each) { out->append(each.name); });
}

}  // namespace moduled::modulectl
