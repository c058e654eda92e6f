#include "nn/weights/pickle.h"

#include <algorithm>
#include <cstring>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/byte_reader.h"
#include "nn/weights/quote.h"

namespace moduled::nn {
namespace {

// A state_dict of a hundred thousand tensors has about two million nodes.
constexpr size_t kMaxNodes = size_t{1} << 22;

// The opcodes, by their names in Python's pickletools.
enum Opcode : uint8_t {
  kMark = '(',
  kStop = '.',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kNone = 'N',
  kBinPersId = 'Q',
  kReduce = 'R',
  kBinUnicode = 'X',
  kAppend = 'a',
  kBuild = 'b',
  kGlobal = 'c',
  kAppends = 'e',
  kBinFloat = 'G',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kEmptyList = ']',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kSetItem = 's',
  kTuple = 't',
  kEmptyTuple = ')',
  kSetItems = 'u',
  kEmptyDict = '}',
  kProto = 0x80,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8a,
};

absl::Status Refused(absl::string_view what) { return absl::InvalidArgumentError(absl::StrCat("pickle: ", what)); }

}  // namespace

// The stack machine that a pickle is a program of.
class PickleMachine {
 public:
  PickleMachine(absl::Span<const uint8_t> bytes, bool (*allowed)(absl::string_view global))
      : reader_(bytes), allowed_(allowed) {}

  absl::StatusOr<Pickle> Run() {
    while (true) {
      const auto opcode = reader_.Number<uint8_t>();
      if (!reader_.ok()) return Refused("it ends before its end");
      if (opcode == kStop) break;
      RETURN_IF_ERROR(Step(opcode));
      if (!reader_.ok()) return Refused("it is cut short");
      if (pickle_.nodes_.size() > kMaxNodes) return Refused("it holds too many values");
    }
    ASSIGN_OR_RETURN(pickle_.root_, Pop());
    return std::move(pickle_);
  }

 private:
  using Node = PickleNode;

  absl::Status Step(uint8_t opcode) {
    switch (opcode) {
      case kProto: {
        const auto version = reader_.Number<uint8_t>();
        return version == 2 ? absl::OkStatus() : Refused(absl::StrCat("protocol ", version, " (want 2)"));
      }
      case kMark:
        marks_.push_back(stack_.size());
        return absl::OkStatus();
      case kBinPut:
        return Put(reader_.Number<uint8_t>());
      case kLongBinPut:
        return Put(reader_.Number<uint32_t>());
      case kBinGet:
        return Get(reader_.Number<uint8_t>());
      case kLongBinGet:
        return Get(reader_.Number<uint32_t>());
      case kAppend:
      case kAppends:
        return Append(opcode == kAppends);
      case kSetItem:
      case kSetItems:
        return SetItems(opcode == kSetItems);
      case kGlobal:
        return PushGlobal();
      case kReduce:
        return Reduce();
      case kBuild:
        return Build();
      case kBinPersId: {
        ASSIGN_OR_RETURN(Node* const id, Pop());
        return Push(Node::Persistent{id});
      }
      default:
        return PushValue(opcode);
    }
  }

  absl::Status PushValue(uint8_t opcode) {
    switch (opcode) {
      case kNone:
        return Push(Node::None());
      case kNewTrue:
      case kNewFalse:
        return Push(opcode == kNewTrue);
      case kBinInt:
        return Push(int64_t{reader_.Number<int32_t>()});
      case kBinInt1:
        return Push(int64_t{reader_.Number<uint8_t>()});
      case kBinInt2:
        return Push(int64_t{reader_.Number<uint16_t>()});
      case kLong1:
        return PushLong();
      case kBinFloat:
        return PushFloat();
      case kBinUnicode:
        return Push(std::string(reader_.Text(reader_.Number<uint32_t>())));
      case kEmptyTuple:
        return Push(Node::Tuple());
      case kEmptyList:
        return Push(Node::List());
      case kEmptyDict:
        return Push(Node::Dict());
      case kTuple: {
        ASSIGN_OR_RETURN(const size_t mark, PopMark());
        return PushTuple(stack_.size() - mark);
      }
      case kTuple1:
      case kTuple2:
      case kTuple3:
        return PushTuple(opcode - kTuple1 + 1);
      default:
        return Refused(
            absl::StrCat("operation 0x", absl::Hex(opcode, absl::kZeroPad2), " is not one that a state_dict needs"));
    }
  }

  // Two's complement, of any length; an int64 here.
  absl::Status PushLong() {
    const auto count = reader_.Number<uint8_t>();
    const absl::Span<const uint8_t> bytes = reader_.Bytes(count);
    if (count > sizeof(int64_t)) return Refused("an int does not fit into 64 bits");
    uint64_t value = !bytes.empty() && (bytes.back() & 0x80) != 0 ? ~uint64_t{0} : 0;
    for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
    return Push(static_cast<int64_t>(value));
  }

  // Big-endian, unlike everything else.
  absl::Status PushFloat() {
    uint64_t bits = 0;
    for (const uint8_t byte : reader_.Bytes(sizeof(bits))) bits = bits << 8 | byte;
    double value;
    std::memcpy(&value, &bits, sizeof(value));
    return Push(value);
  }

  absl::Status PushGlobal() {
    const std::string module(reader_.Line());
    const std::string name = absl::StrCat(module, ".", reader_.Line());
    if (!reader_.ok()) return Refused("it is cut short");
    if (!allowed_(name)) {
      return Refused(absl::StrCat("it asks for ", Quote(name), ": only tensors and plain containers can be loaded"));
    }
    return Push(Node::Global{name});
  }

  absl::Status PushTuple(size_t count) {
    if (count > Available()) return Refused("it takes from an empty stack");
    Node::Tuple tuple;
    tuple.items.assign(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return Push(std::move(tuple));
  }

  absl::Status Append(bool many) {
    ASSIGN_OR_RETURN(const std::vector<PickleRef> items, PopItems(many, 1));
    ASSIGN_OR_RETURN(Node* const target, Top());
    auto* list = std::get_if<Node::List>(&target->value);
    if (list == nullptr) return Refused("it appends to what is no list");
    list->items.insert(list->items.end(), items.begin(), items.end());
    return absl::OkStatus();
  }

  // Of a dict, or of an OrderedDict that a call stands for.
  absl::Status SetItems(bool many) {
    ASSIGN_OR_RETURN(const std::vector<PickleRef> items, PopItems(many, 2));
    if (items.size() % 2 != 0) return Refused("a key has no value");
    ASSIGN_OR_RETURN(Node* const target, Top());
    auto* dict = std::get_if<Node::Dict>(&target->value);
    if (dict == nullptr) return Refused("it sets items of what is no dict");
    for (size_t i = 0; i < items.size(); i += 2) dict->entries.emplace_back(items[i], items[i + 1]);
    return absl::OkStatus();
  }

  // An OrderedDict is made empty and filled afterwards: it becomes a dict. Other calls are recorded.
  absl::Status Reduce() {
    ASSIGN_OR_RETURN(Node* const arguments, Pop());
    ASSIGN_OR_RETURN(Node* const function, Pop());
    const auto* global = function->As<Node::Global>();
    const auto* tuple = arguments->As<Node::Tuple>();
    if (global == nullptr || tuple == nullptr) return Refused("it calls what is no function");
    if (global->name == "collections.OrderedDict" && tuple->items.empty()) return Push(Node::Dict());
    return Push(Node::Call{function, arguments});
  }

  absl::Status Build() {
    ASSIGN_OR_RETURN(Node* const state, Pop());
    ASSIGN_OR_RETURN(Node* const target, Top());
    if (!std::holds_alternative<Node::Dict>(target->value) && !std::holds_alternative<Node::Call>(target->value)) {
      return Refused("it gives a state to what has none");
    }
    target->state = state;
    return absl::OkStatus();
  }

  absl::Status Put(uint32_t index) {
    ASSIGN_OR_RETURN(Node* const top, Top());
    memo_[index] = top;
    return absl::OkStatus();
  }

  absl::Status Get(uint32_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) return Refused("it uses what it has not kept");
    stack_.push_back(found->second);
    return stack_.size() > kMaxNodes ? Refused("it holds too many values") : absl::OkStatus();
  }

  template <class T>
  absl::Status Push(T value) {
    Node& node = pickle_.nodes_.emplace_back();
    node.value = std::move(value);
    stack_.push_back(&node);
    return absl::OkStatus();
  }

  // What may be taken without reaching below a mark.
  size_t Available() const { return stack_.size() - (marks_.empty() ? 0 : std::min(marks_.back(), stack_.size())); }

  absl::StatusOr<Node*> Top() {
    if (Available() == 0) return Refused("it takes from an empty stack");
    return stack_.back();
  }
  absl::StatusOr<Node*> Pop() {
    ASSIGN_OR_RETURN(Node* const top, Top());
    stack_.pop_back();
    return top;
  }
  absl::StatusOr<size_t> PopMark() {
    if (marks_.empty()) return Refused("a mark is missing");
    const size_t mark = marks_.back();
    marks_.pop_back();
    return mark;
  }
  // Everything above the last mark, or `count` values.
  absl::StatusOr<std::vector<PickleRef>> PopItems(bool many, size_t count) {
    if (many) {
      ASSIGN_OR_RETURN(const size_t mark, PopMark());
      count = stack_.size() - std::min(mark, stack_.size());
    }
    if (count > Available()) return Refused("it takes from an empty stack");
    std::vector<PickleRef> items(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return items;
  }

  ByteReader reader_;
  bool (*allowed_)(absl::string_view global);
  Pickle pickle_;
  std::vector<Node*> stack_;
  std::vector<size_t> marks_;
  absl::flat_hash_map<uint32_t, Node*> memo_;
};

absl::StatusOr<Pickle> Pickle::Parse(absl::Span<const uint8_t> bytes, bool (*allowed)(absl::string_view global)) {
  return PickleMachine(bytes, allowed).Run();
}

}  // namespace moduled::nn
