#include "server/operations/config_file.h"

#include <google/protobuf/descriptor.h>

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "moduled/v1/server_config.pb.h"
#include "nn/description/text_format.h"
#include "nn/tensor/status_macros.h"

namespace moduled::server {
namespace {

using google::protobuf::FieldDescriptor;

// Deeper than any field is.
constexpr int kMaxMessageDepth = 4;

// The `i`-th of a repeated field; of others i is -1.
std::string TextOf(const v1::ServerConfig& config, const FieldDescriptor& field, int i) {
  const google::protobuf::Reflection& reflection = *config.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return i < 0 ? reflection.GetString(config, &field) : reflection.GetRepeatedString(config, &field, i);
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(reflection.GetUInt32(config, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return absl::StrCat(reflection.GetDouble(config, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(config, &field) ? "true" : "false";
    default:  // No flag is of another type.
      return "";
  }
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ReadConfigFile(const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError("there is no such file, or it cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  v1::ServerConfig config;
  RETURN_IF_ERROR(nn::ParseTextFormat(text.str(), kMaxMessageDepth, config));
  std::vector<const FieldDescriptor*> fields;
  config.GetReflection()->ListFields(config, &fields);
  std::vector<std::string> words;
  for (const FieldDescriptor* field : fields) {
    const std::string flag = absl::StrCat("--", absl::StrReplaceAll(field->name(), {{"_", "-"}}));
    const int count = field->is_repeated() ? config.GetReflection()->FieldSize(config, field) : 1;
    for (int i = 0; i < count; ++i) {
      const std::string text = TextOf(config, *field, field->is_repeated() ? i : -1);
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
        words.push_back(absl::StrCat(flag, "=", text));  // By itself it would be a word of its own.
      } else {
        words.insert(words.end(), {flag, text});
      }
    }
  }
  return words;
}

}  // namespace moduled::server
