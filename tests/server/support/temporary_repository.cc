#include "tests/server/support/temporary_repository.h"

#include <google/protobuf/text_format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

#include "moduled/v1/module.pb.h"
#include "nn/modules/state_dict.h"

namespace moduled::testing {
namespace {

[[noreturn]] void Fail(const std::string& text) {
  std::cerr << "the test's own fault: " << text << std::endl;
  std::abort();
}

template <class T>
T OrFail(absl::StatusOr<T> value) {
  if (!value.ok()) Fail(value.status().ToString());
  return *std::move(value);
}

}  // namespace

const char kTinyModel[] = R"pb(
  sequential {}
  children {
    name: "0"
    module { linear { in_features: 3 out_features: 2 } }
  }
  children {
    name: "1"
    module { relu {} }
  }
  signature {
    inputs {
      name: "x"
      dtype: FLOAT32
      shape: [ -1, 3 ]
      example_shape: [ 1, 3 ]
    }
    outputs {
      name: "y"
      dtype: FLOAT32
      shape: [ -1, 2 ]
      example_shape: [ 1, 2 ]
    }
  }
)pb";

const char kSharedModel[] = R"pb(
  composite {
    type: "Shared"
    graph {
      nodes {
        name: "x"
        placeholder {}
      }
      nodes {
        name: "first"
        call_module: "a"
        args { node: "x" }
      }
      nodes {
        name: "again"
        call_module: "b"
        args { node: "first" }
      }
      nodes {
        name: "output"
        output {}
        args { node: "again" }
      }
    }
  }
  children {
    name: "a"
    module { linear { in_features: 3 out_features: 3 } }
  }
  children { name: "b" shared: "a" }
  children {
    name: "idle"
    module { relu {} }
  }
  children {
    name: "list"
    module {
      module_list {}
      children {
        name: "0"
        module { tanh {} }
      }
    }
  }
)pb";

nn::Description DescriptionOf(absl::string_view text) {
  v1::ModuleDescription message;
  if (!google::protobuf::TextFormat::ParseFromString(std::string(text), &message)) Fail("not a ModuleDescription");
  return nn::Description::Of(std::move(message));
}

TemporaryRepository::TemporaryRepository() {
  std::string path = (std::filesystem::temp_directory_path() / "moduled-test-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr) Fail("mkdtemp");
  path_ = std::filesystem::canonical(path).string();
}

TemporaryRepository::~TemporaryRepository() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

server::Repository TemporaryRepository::Open() const { return OrFail(server::Repository::Open(path_)); }

int64_t TemporaryRepository::Add(const std::string& name, absl::string_view description, uint64_t seed) const {
  const nn::Description parsed = DescriptionOf(description);
  const auto root = OrFail(parsed.Build({.seed = seed}));
  return OrFail(Open().Write(name, {parsed, nn::GetStateDict(*root), std::nullopt}));
}

void TemporaryRepository::WriteFile(const std::string& relative, absl::string_view bytes) const {
  const std::filesystem::path path = std::filesystem::path(path_) / relative;
  std::filesystem::create_directories(path.parent_path());
  // A new file: the old one may be mapped by somebody.
  std::filesystem::remove(path);
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::string TemporaryRepository::ReadFile(const std::string& relative) const {
  std::ifstream file(std::filesystem::path(path_) / relative, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> TemporaryRepository::List(const std::string& relative) const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(path_) / relative)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace moduled::testing
