#include "server/metrics/process_readings.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

namespace moduled::server {
namespace {

Reading::Values One(double value) { return {{{}, value}}; }

// The fields of /proc/self/stat from the third on: the second is a name that may hold spaces.
std::vector<double> StatFields() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const size_t name_end = line.rfind(')');
  std::istringstream rest(name_end == std::string::npos ? "" : line.substr(name_end + 2));
  std::string state;
  rest >> state;
  std::vector<double> fields = {0};
  for (double field = 0; rest >> field;) fields.push_back(field);
  return fields;
}

// By its number in proc(5). 0 if there is none.
double StatField(size_t number) {
  const std::vector<double> fields = StatFields();
  return number - 3 < fields.size() ? fields[number - 3] : 0;
}

double CpuSeconds() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double OpenFiles() {
  std::error_code error;
  double count = 0;
  for (std::filesystem::directory_iterator file("/proc/self/fd", error), end; !error && file != end;
       file.increment(error)) {
    ++count;
  }
  return count;
}

double MaxFiles() {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

double Now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

}  // namespace

std::vector<Reading> ProcessReadings() {
  const double started = Now();
  const auto reading = [](std::string name, std::string help, bool is_counter, double (*read)()) {
    return Reading{std::move(name), std::move(help), is_counter, [read] { return One(read()); }};
  };
  constexpr int kThreads = 20, kVirtual = 23, kResident = 24;
  return {
      reading("process_cpu_seconds_total", "User and system time.", true, CpuSeconds),
      reading("process_resident_memory_bytes", "Memory that it has.", false,
              [] { return StatField(kResident) * static_cast<double>(sysconf(_SC_PAGESIZE)); }),
      reading("process_virtual_memory_bytes", "Addresses that it has.", false, [] { return StatField(kVirtual); }),
      reading("process_open_fds", "Open files and connections.", false, OpenFiles),
      reading("process_max_fds", "Files and connections that may be open.", false, MaxFiles),
      reading("process_threads", "Threads.", false, [] { return StatField(kThreads); }),
      {"process_start_time_seconds", "Since the epoch.", false, [started] { return One(started); }},
  };
}

}  // namespace moduled::server
