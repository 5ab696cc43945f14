// One store and several processes.
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <set>

#include "tests/conformance/neighbour.h"
#include "tests/conformance/store_fixture.h"
#include "tests/support/child_process.h"
#include "tests/support/eventually.h"

namespace utboks::testing {
namespace {

class ProcessesTest : public ::testing::Test {
 protected:
  std::unique_ptr<Store> Open() {
    Result<std::unique_ptr<Store>> store = OpenStore(NeighbourStore(Path()));
    EXPECT_TRUE(store.ok()) << store.status().text();
    return store.ok() ? std::move(*store) : nullptr;
  }
  std::string Path() const { return dir_.File("outbox.db"); }

  std::unique_ptr<ChildProcess> Neighbour(const std::string& name, int count) {
    auto child =
        ChildProcess::Start({.argv = {UTBOKS_NEIGHBOUR, Path(), name, std::to_string(count)}});
    EXPECT_TRUE(child.ok()) << child.status().text();
    return child.ok() ? std::move(*child) : nullptr;
  }

  TempDir dir_;
};

bool IsStopped(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const std::size_t name_ends = text.rfind(')');
  return name_ends != std::string::npos && text.substr(name_ends + 2, 1) == "T";
}

TEST_F(ProcessesTest, OnOneKeyTheyLoseDoubleAndOvertakeNothing) {
  constexpr int kProcesses = 4, kEach = 60;
  std::vector<std::unique_ptr<ChildProcess>> children;
  for (int i = 0; i < kProcesses; ++i)
    children.push_back(Neighbour("own" + std::to_string(i), kEach));
  for (const auto& child : children) {
    ASSERT_NE(child, nullptr);
    EXPECT_EQ(child->Wait(std::chrono::minutes(5)), (ProcessExit{0, 0})) << child->Err();
  }
  const auto store = Open();
  std::set<std::string> seen;
  std::map<std::string, int> last;
  for (;;) {
    const Room room{"doedsfall_v1", 10};
    const Result<Claimed> claimed = store->Claim({&room, 1}, 10);
    ASSERT_TRUE(claimed.ok());
    if (claimed->rows.empty()) break;
    ASSERT_EQ(claimed->rows.size(), 1U) << "one key lets one through at a time";
    const std::string name = store->Load(claimed->rows[0])->identifikator.reveal();
    EXPECT_TRUE(seen.insert(name).second) << name;
    const std::size_t dash = name.find('-');
    const int number = std::stoi(name.substr(dash + 1));
    const auto [at, is_first] = last.try_emplace(name.substr(0, dash), number);
    EXPECT_TRUE(is_first || at->second < number) << name;
    at->second = number;
    const Settlement done{claimed->rows[0], Accepted()};
    ASSERT_TRUE(store->Settle({&done, 1}).ok());
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>((kProcesses + 1) * kEach));
}

TEST_F(ProcessesTest, OneThatIsStoppedHoldsUpNobody) {
  const auto store = Open();
  const auto child = Neighbour("n", 1'000);
  ASSERT_NE(child, nullptr);
  ASSERT_TRUE(child->AwaitOut("begun")) << child->Err();
  for (int i = 0; i < 40; ++i) {
    child->Signal(SIGTSTP);
    ASSERT_TRUE(Eventually([&] { return IsStopped(child->pid()) || child->Wait(Millis(0)); }));
    const NewRow row = Row(std::to_string(i));
    // Held by who is stopped, it would be waited for in vain.
    const auto done = store->Insert({&row, 1}, InsertMode::kEachAlone);
    ASSERT_TRUE(done.ok()) << i << ": " << done.status().text();
    child->Signal(SIGCONT);
  }
  EXPECT_EQ(child->Err(), "");
}

}  // namespace
}  // namespace utboks::testing
