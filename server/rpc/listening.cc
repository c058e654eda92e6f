#include "server/rpc/listening.h"

#include "absl/strings/str_cat.h"

namespace moduled::server {

absl::Status CannotListen(const std::string& listen) {
  return absl::UnavailableError(
      absl::StrCat("cannot listen on ", listen, ": the port is in use, or the address is not this machine's"));
}

std::string WithPort(const std::string& listen, int port) {
  return absl::StrCat(listen.substr(0, listen.rfind(':')), ":", port);
}

}  // namespace moduled::server
