// The program itself: how it starts, how it refuses to, and how signals end it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "client/cpp/client.h"
#include "tests/server/support/temporary_repository.h"
#include "tests/support/server_process.h"

namespace moduled {
namespace {

using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::StartsWith;

// Runs the program to its end: its exit status, and what it wrote on standard error.
std::pair<int, std::string> RunToItsEnd(const std::string& arguments) {
  std::FILE* pipe = popen(absl::StrCat(MODULED_BINARY, " ", arguments, " 2>&1 >/dev/null").c_str(), "r");
  std::string text;
  std::array<char, 4096> buffer;
  while (const size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) text.append(buffer.data(), count);
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text};
}

// The variables that a process was started with, "NAME=value" each.
std::vector<std::string> EnvironmentOf(pid_t pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/environ"), std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return absl::StrSplit(text, '\0');
}

// The time that a process has computed so far.
absl::Duration CpuTimeOf(pid_t pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/stat"));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  // The name in parentheses may hold anything; after it, user and system time are the fields 12 and 13.
  const std::vector<std::string> fields = absl::StrSplit(text.substr(text.rfind(')') + 2), ' ');
  return absl::Seconds(std::stod(fields[11]) + std::stod(fields[12])) / sysconf(_SC_CLK_TCK);
}

// The memory that a process has for itself, in bytes. Not for sanitizers, which keep memory of their own.
[[maybe_unused]] int64_t ResidentBytes(pid_t pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/statm"));
  int64_t all = 0;
  int64_t resident = 0;
  file >> all >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

class ProcessTest : public ::testing::Test {
 protected:
  ProcessTest() { repository_.Add("tiny", testing::kTinyModel); }

  std::unique_ptr<testing::ServerProcess> Start(const std::vector<std::string>& arguments = {}) {
    auto server = testing::ServerProcess::Start(MODULED_BINARY, repository_.path(), arguments);
    EXPECT_TRUE(server.ok()) << server.status();
    return *std::move(server);
  }
  static contract::ForwardCall Call() {
    contract::ForwardCall call;
    call.model.name = "tiny";
    call.arguments.args = {nn::Datum(nn::Tensor::Of<float>({1, 3}, {1, 2, 3}))};
    return call;
  }

  testing::TemporaryRepository repository_;
};

TEST_F(ProcessTest, SaysInOneLineWhyItDoesNotStart) {
  const auto [missing, missing_text] = RunToItsEnd("--repository /there/is/none");
  EXPECT_NE(missing, 0);
  EXPECT_EQ(missing_text, "moduled: repository: there is no directory /there/is/none\n");

  const auto server = Start();
  const auto [taken, taken_text] =
      RunToItsEnd(absl::StrCat("--repository ", repository_.path(), " --http '' --listen ", server->address()));
  EXPECT_NE(taken, 0);
  EXPECT_THAT(taken_text, StartsWith(absl::StrCat("moduled: cannot listen on ", server->address(), ": the port")));
  EXPECT_EQ(taken_text.find('\n'), taken_text.size() - 1) << taken_text;

  const auto [flags, flags_text] = RunToItsEnd("--repository . --no-such-flag");
  EXPECT_NE(flags, 0);
  EXPECT_THAT(flags_text, AllOf(StartsWith("moduled: "), HasSubstr("--no-such-flag")));
}

TEST_F(ProcessTest, ServesTheRestOfARepositoryThatHoldsABadModel) {
  repository_.WriteFile("bad/1/module.pbtxt", "nonsense");
  const auto server = Start();
  const auto client = client::Client::Connect(server->address());
  EXPECT_TRUE(ForwardAndWait(client->inference(), Call()).ok());
  const auto models = client->introspection().ListModels();
  ASSERT_TRUE(models.ok()) << models.status();
  ASSERT_EQ(models->size(), 2u);
  EXPECT_EQ((*models)[0].state, contract::ModelState::kUnavailable);
  EXPECT_THAT((*models)[0].reason, HasSubstr("bad/1"));
}

// Here, where no server of this process keeps gRPC's threads going when the client is gone.
TEST_F(ProcessTest, LetsAClientGoAsSoonAsItsAnswerIsThere) {
  const auto server = Start();
  // Whether the answer or the end of the call is first is a matter of luck: try it often.
  for (int i = 0; i < 100; ++i) {
    const auto client = client::Client::Connect(server->address());
    ASSERT_TRUE(ForwardAndWait(client->inference(), Call()).ok());
  }
}

TEST_F(ProcessTest, MeasuresNothingAtASecondStart) {
  repository_.Add("wide",
                  "linear { in_features: 64 out_features: 64 }"
                  "signature { inputs { name: 'x' dtype: FLOAT32 shape: [ 16, 64 ] } }");
  const auto kept = [&] {
    const std::vector<std::string> files = repository_.List(".cache");
    EXPECT_THAT(files, ::testing::SizeIs(1));
    return std::filesystem::path(repository_.path()) / ".cache" / files.at(0);
  };
  Start();
  const auto written = std::filesystem::last_write_time(kept());
  const auto second = Start();
  second->Signal(SIGTERM);
  EXPECT_EQ(second->Wait(), 0);
  EXPECT_EQ(std::filesystem::last_write_time(kept()), written) << "it is written when there is something new";
}

TEST_F(ProcessTest, TellsOpenMpAndOpenBlasNotToSpinUnlessToldOtherwise) {
  for (const char* name : {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY", "OPENBLAS_NUM_THREADS"}) unsetenv(name);
  EXPECT_THAT(EnvironmentOf(Start()->pid()), IsSupersetOf({"GOMP_SPINCOUNT=10000", "OPENBLAS_NUM_THREADS=1"}));
  setenv("GOMP_SPINCOUNT", "7", 1);
  EXPECT_THAT(EnvironmentOf(Start()->pid()), IsSupersetOf({"GOMP_SPINCOUNT=7", "OPENBLAS_NUM_THREADS=1"}));
  unsetenv("GOMP_SPINCOUNT");
}

TEST_F(ProcessTest, ComputesNothingWhileNobodyAsks) {
  repository_.Add("wide",
                  "sequential {} children { name: '0' module { linear { in_features: 512 out_features: 512 } } }");
  const auto server = Start({"--compute-threads=2"});
  const auto client = client::Client::Connect(server->address());
  contract::ForwardCall call;
  call.model.name = "wide";
  call.arguments.args = {nn::Datum(*nn::Tensor::Zeros({nn::DType::kFloat32, {256, 512}}))};
  ASSERT_TRUE(ForwardAndWait(client->inference(), std::move(call)).ok());
  const absl::Duration before = CpuTimeOf(server->pid());
  absl::SleepFor(absl::Seconds(1));  // What is measured is this second, not whether it is over.
  // A thread that spins takes all of it.
  EXPECT_LT(CpuTimeOf(server->pid()) - before, absl::Milliseconds(500));
}

// Sanitizers keep what is freed for a while, to see whether it is used, and have books of their own on all memory.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_F(ProcessTest, GivesTheMemoryOfAModelBackWhenItIsUnloaded) {
  constexpr int64_t kMegabyte = 1 << 20;
  const auto server = Start({"--compute-threads=2"});
  const auto client = client::Client::Connect(server->address());
  // Weights of 64 MB, and 32 MB for what runs in between.
  repository_.Add("big",
                  "sequential {}"
                  " children { name: '0' module { linear { in_features: 4096 out_features: 4096 bias: false } } }"
                  " children { name: '1' module { relu {} } }"
                  " children { name: '2' module { softmax { dim: 1 } } }");
  contract::ForwardCall call;
  call.model.name = "big";
  call.arguments.args = {nn::Datum(*nn::Tensor::Zeros({nn::DType::kFloat32, {2048, 4096}}))};
  const int64_t before = ResidentBytes(server->pid());
  ASSERT_TRUE(client->admin().LoadModel({.model = {"big", ""}}).ok());
  const auto reply = ForwardAndWait(client->inference(), std::move(call));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_GT(ResidentBytes(server->pid()) - before, 96 * kMegabyte);
  ASSERT_TRUE(client->admin().UnloadModel({"big", ""}).ok());
  // The executor may let go of the model a moment after the reply has come.
  const absl::Time patience = absl::Now() + absl::Seconds(60);
  while (ResidentBytes(server->pid()) - before > 24 * kMegabyte && absl::Now() < patience) std::this_thread::yield();
  EXPECT_LT(ResidentBytes(server->pid()) - before, 24 * kMegabyte);
}
#endif

TEST_F(ProcessTest, EndsWellWhenItIsToldToWithSubscribersOpen) {
  for (const int signal : {SIGTERM, SIGINT}) {
    const auto server = Start();
    const auto client = client::Client::Connect(server->address());
    const auto subscription = client->hooks().Subscribe({.model = {"tiny", ""}, .hooks = {contract::Hook{}}});
    ASSERT_TRUE(subscription.ok()) << subscription.status();
    ASSERT_TRUE(ForwardAndWait(client->inference(), Call()).ok());
    ASSERT_TRUE((*subscription)->Next(absl::InfiniteFuture())->has_value());
    server->Signal(signal);
    EXPECT_EQ((*subscription)->Next(absl::InfiniteFuture()).status(),
              absl::UnavailableError("the server is shutting down"));
    // The next replica goes on with its numbers.
    const auto replica = Start();
    const auto other = client::Client::Connect(replica->address());
    const auto resumed = other->hooks().Subscribe(
        {.model = {"tiny", ""}, .hooks = {contract::Hook{}}, .resume_token = (*subscription)->resume_token()});
    ASSERT_TRUE(resumed.ok()) << resumed.status();
    ASSERT_TRUE(ForwardAndWait(other->inference(), Call()).ok());
    EXPECT_EQ((*(*resumed)->Next(absl::InfiniteFuture()))->sequence, 1u);
    EXPECT_EQ(server->Wait(), 0);
    EXPECT_EQ(ForwardAndWait(client->inference(), Call()).status().code(), absl::StatusCode::kUnavailable);
  }
}

TEST_F(ProcessTest, EndsAtOnceWhenItIsToldTwice) {
  const auto server = Start({"--drain-delay=3600"});
  // A signal that comes before the first was taken is the same one: go on until the process has ended.
  siginfo_t ended = {};
  while (waitid(P_PID, server->pid(), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == 0) {
    server->Signal(SIGTERM);
    std::this_thread::yield();
  }
  EXPECT_EQ(server->Wait(), 128 + SIGTERM);
}

}  // namespace
}  // namespace moduled
