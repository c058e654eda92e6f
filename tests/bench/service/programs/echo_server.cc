// What a call costs before a model has anything to do: a server of the same gRPC, in the same style as moduled, whose
// answers are so many zeros.
//
//   serving_echo --reply-bytes N [--listen ADDRESS]     says "listening on ADDRESS", and ends with SIGTERM
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/server_callback.h>
#include <grpcpp/support/slice.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <string>

#include "moduled/v1/inference.grpc.pb.h"

namespace moduled::bench {
namespace {

class Echo final : public v1::Inference::WithRawCallbackMethod_Forward<v1::Inference::Service> {
 public:
  explicit Echo(size_t reply_bytes) : reply_(std::string(reply_bytes, '\0')) {}

  grpc::ServerUnaryReactor* Forward(grpc::CallbackServerContext* context, const grpc::ByteBuffer* /*request*/,
                                    grpc::ByteBuffer* response) override {
    *response = grpc::ByteBuffer(&reply_, 1);
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  const grpc::Slice reply_;
};

int Serve(const std::string& listen, size_t reply_bytes) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // Before there are threads, which inherit it.

  Echo echo(reply_bytes);
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(-1);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  int port = 0;
  builder.AddListeningPort(listen, grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&echo);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    std::cerr << "serving_echo: cannot listen on " << listen << std::endl;
    return 1;
  }
  std::cout << "listening on " << listen.substr(0, listen.rfind(':')) << ':' << port << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  server->Shutdown();
  return 0;
}

}  // namespace
}  // namespace moduled::bench

int main(int argc, char** argv) {
  CLI::App app{"Answers calls of Forward with zeros.", "serving_echo"};
  std::string listen = "127.0.0.1:0";
  size_t reply_bytes = 0;
  app.add_option("--listen", listen, "Address to listen on")->capture_default_str();
  app.add_option("--reply-bytes", reply_bytes, "Bytes of each answer")
      ->required()
      ->check(CLI::Range(size_t{0}, size_t{1} << 30));
  CLI11_PARSE(app, argc, argv);
  return moduled::bench::Serve(listen, reply_bytes);
}
