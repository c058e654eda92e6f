#include "server/operations/machine.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

namespace moduled::server {
namespace {

namespace fs = std::filesystem;

// A control group's files, in a directory of the test's own.
class MachineTest : public ::testing::Test {
 protected:
  MachineTest() {
    std::string path = (fs::temp_directory_path() / "moduled-test-XXXXXX").string();
    EXPECT_NE(mkdtemp(path.data()), nullptr);
    directory_ = path;
  }
  ~MachineTest() override { fs::remove_all(directory_); }

  fs::path Path(const std::string& file) const { return directory_ / file; }
  ControlGroup Group() const { return ControlGroup(directory_.string()); }
  void Write(const std::string& file, const std::string& text) const {
    fs::create_directories((directory_ / file).parent_path());
    std::ofstream(directory_ / file) << text << '\n';
  }

 private:
  fs::path directory_;
};

// The processors of the affinity mask: what is used where nothing else limits.
int Affinity() {
  cpu_set_t mask;
  EXPECT_EQ(sched_getaffinity(0, sizeof(mask), &mask), 0);
  return CPU_COUNT(&mask);
}

TEST_F(MachineTest, UsesTheProcessorsOfTheAffinityMaskWithoutAQuota) {
  EXPECT_EQ(UsableProcessors(Group()), Affinity()) << "no files at all";
  Write("cpu.max", "max 100000");
  EXPECT_EQ(UsableProcessors(Group()), Affinity());
  Write("cpu.max", "nonsense");
  EXPECT_EQ(UsableProcessors(Group()), Affinity());
}

TEST_F(MachineTest, UsesNoMoreProcessorsThanAQuotaRoundedUp) {
  Write("cpu.max", "50000 100000");
  EXPECT_EQ(UsableProcessors(Group()), 1) << "half a processor is one thread";
  Write("cpu.max", "110000 100000");
  EXPECT_EQ(UsableProcessors(Group()), std::min(2, Affinity()));
  Write("cpu.max", "99999999999999 100000");
  EXPECT_EQ(UsableProcessors(Group()), Affinity()) << "the affinity mask is less";
}

TEST_F(MachineTest, ReadsTheQuotaOfControlGroupsOfVersion1) {
  Write("cpu/cpu.cfs_quota_us", "-1");
  Write("cpu/cpu.cfs_period_us", "100000");
  EXPECT_EQ(Group().Processors(), std::nullopt);
  EXPECT_EQ(UsableProcessors(Group()), Affinity());
  Write("cpu/cpu.cfs_quota_us", "25000");
  EXPECT_EQ(Group().Processors(), 0.25);
  EXPECT_EQ(UsableProcessors(Group()), 1);
}

TEST_F(MachineTest, UsesNoMoreMemoryThanTheContainersLimit) {
  const int64_t whole = UsableMemory(Group());
  EXPECT_GT(whole, 1 << 20);
  Write("memory.max", "max");
  EXPECT_EQ(UsableMemory(Group()), whole);
  Write("memory.max", "1048576");
  EXPECT_EQ(UsableMemory(Group()), 1 << 20);
}

TEST_F(MachineTest, ReadsTheMemoryLimitOfControlGroupsOfVersion1) {
  Write("memory/memory.limit_in_bytes", "2097152");
  EXPECT_EQ(UsableMemory(Group()), 2 << 20);
}

TEST_F(MachineTest, DescribesAProcessorByWhatDecidesItsSpeed) {
  Write("x86",
        "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Some Processor\ncpu MHz\t\t: 2599.998\n"
        "cache size\t: 4096 KB\nflags\t\t: fpu sse4_1 hypervisor avx512f amx_tile fma\nbugs\t\t: many\n\n"
        "processor\t: 1\nvendor_id\t: Other");
  EXPECT_EQ(ProcessorText(Path("x86")),
            "vendor_id=GenuineIntel; model name=Some Processor; cache size=4096 KB; sse4_1 avx512f amx_tile fma ");
  Write("arm", "processor\t: 0\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd sve\nCPU part\t: 0xd40");
  EXPECT_EQ(ProcessorText(Path("arm")), "Features=fp asimd sve; CPU part=0xd40; ");
  EXPECT_EQ(ProcessorText(Path("missing")), "");
  EXPECT_NE(ProcessorText(), "") << "this one";
}

}  // namespace
}  // namespace moduled::server
