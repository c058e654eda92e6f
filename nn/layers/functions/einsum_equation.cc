#include "nn/layers/functions/einsum_equation.h"

#include <algorithm>
#include <array>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

constexpr char kEllipsis = '.';  // Three dots, as one subscript.

absl::Status Refuse(absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("einsum(): ", problem));
}

// The letters, and at most one ellipsis, of one operand or of the result.
absl::StatusOr<std::string> ReadSubscripts(absl::string_view text, size_t offset) {
  std::string subscripts;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ') continue;
    if (text[i] == '.') {
      if (text.substr(i, 3) != "..." || subscripts.find(kEllipsis) != std::string::npos) {
        return Refuse("found '.' that is not part of any ellipsis");
      }
      i += 2;
    } else if (!absl::ascii_isalpha(text[i])) {
      return Refuse(absl::StrCat("invalid subscript given at index ", offset + i,
                                 " in the equation string, subscripts must be in [a-zA-Z]"));
    }
    subscripts.push_back(text[i]);
  }
  return subscripts;
}

struct Sides {
  std::vector<std::string> operands;
  std::optional<std::string> result;
};

absl::StatusOr<Sides> ReadSides(absl::string_view equation) {
  Sides sides;
  const size_t arrow = equation.find("->");
  const absl::string_view left = equation.substr(0, arrow);
  size_t begin = 0;
  while (true) {
    const size_t end = std::min(left.find(',', begin), left.size());
    ASSIGN_OR_RETURN(std::string subscripts, ReadSubscripts(left.substr(begin, end - begin), begin));
    sides.operands.push_back(std::move(subscripts));
    if (end == left.size()) break;
    begin = end + 1;
  }
  if (arrow != absl::string_view::npos) {
    ASSIGN_OR_RETURN(sides.result, ReadSubscripts(equation.substr(arrow + 2), arrow + 2));
  }
  return sides;
}

// How many axes the ellipsis of an operand stands for.
absl::StatusOr<size_t> CoveredAxes(const std::string& subscripts, const Shape& shape, size_t operand) {
  const bool covers = subscripts.find(kEllipsis) != std::string::npos;
  const size_t named = subscripts.size() - (covers ? 1 : 0);
  if (named == shape.rank() || (covers && named < shape.rank())) return shape.rank() - named;
  return Refuse(absl::StrCat("the number of subscripts in the equation (", named, ") ",
                             covers ? "is more than" : "does not match", " the number of dimensions (", shape.rank(),
                             ") for operand ", operand, covers ? "" : " and no ellipsis was given"));
}

// torch's default result: the letters that occur once, in alphabetical order, after the ellipsis.
std::string ImplicitResult(const std::vector<std::string>& operands) {
  std::array<int, 256> counts = {};
  for (const std::string& operand : operands) {
    for (const char subscript : operand) ++counts[static_cast<unsigned char>(subscript)];
  }
  std::string result;
  if (counts[kEllipsis] > 0) result.push_back(kEllipsis);
  for (int letter = 'A'; letter <= 'z'; ++letter) {
    if (counts[letter] == 1) result.push_back(static_cast<char>(letter));
  }
  return result;
}

// Gives labels to letters in the order in which they are asked for.
class Labels {
 public:
  explicit Labels(size_t covered) : covered_(covered) { of_.fill(-1); }

  bool Has(char subscript) const { return of_[static_cast<unsigned char>(subscript)] >= 0; }
  // An ellipsis takes as many labels as the widest of them covers.
  int64_t Of(char subscript) {
    int64_t& label = of_[static_cast<unsigned char>(subscript)];
    if (label < 0) {
      label = static_cast<int64_t>(names_.size());
      names_.resize(names_.size() + (subscript == kEllipsis ? covered_ : 1),
                    subscript == kEllipsis ? "..." : std::string(1, subscript));
    }
    return label;
  }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::array<int64_t, 256> of_;
  size_t covered_;
  std::vector<std::string> names_;
};

absl::Status ReadResult(const std::string& result, const std::vector<std::string>& operands, Labels& labels) {
  for (const char subscript : result) {
    if (labels.Has(subscript)) {
      return Refuse(
          absl::StrCat("output subscript ", std::string(1, subscript), " appears more than once in the output"));
    }
    const bool known = std::any_of(operands.begin(), operands.end(), [&](const std::string& operand) {
      return operand.find(subscript) != std::string::npos;
    });
    if (!known && subscript != kEllipsis) {
      return Refuse(absl::StrCat("output subscript ", std::string(1, subscript),
                                 " does not appear in the equation for any input operand"));
    }
    labels.Of(subscript);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<EinsumEquation> ReadEinsum(absl::string_view equation, absl::Span<const Shape> shapes) {
  ASSIGN_OR_RETURN(const Sides sides, ReadSides(equation));
  if (sides.operands.size() != shapes.size()) {
    return Refuse(absl::StrCat(shapes.size() < sides.operands.size() ? "fewer" : "more",
                               " operands were provided than specified in the equation"));
  }
  std::vector<size_t> covered;
  for (size_t i = 0; i < shapes.size(); ++i) {
    ASSIGN_OR_RETURN(const size_t axes, CoveredAxes(sides.operands[i], shapes[i], i));
    covered.push_back(axes);
  }
  const size_t widest = *std::max_element(covered.begin(), covered.end());
  Labels labels(widest);
  RETURN_IF_ERROR(
      ReadResult(sides.result.has_value() ? *sides.result : ImplicitResult(sides.operands), sides.operands, labels));
  EinsumEquation read;
  read.result_labels = labels.names().size();
  for (size_t i = 0; i < shapes.size(); ++i) {
    std::vector<int64_t> axes;
    for (const char subscript : sides.operands[i]) {
      const int64_t label = labels.Of(subscript);
      if (subscript != kEllipsis) {
        axes.push_back(label);
        continue;
      }
      // Narrower ellipses stand for the last axes of the widest one.
      for (size_t k = widest - covered[i]; k < widest; ++k) axes.push_back(label + static_cast<int64_t>(k));
    }
    read.operands.push_back(std::move(axes));
  }
  read.labels = labels.names().size();
  read.names = labels.names();
  return read;
}

}  // namespace moduled::nn::functions
