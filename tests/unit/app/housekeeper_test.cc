#include "producer/app/housekeeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include <memory>

#include "queue/seal/keys.h"
#include "tests/support/fake_store.h"
#include "tests/support/log_watch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"
#include "tests/unit/app/fake_parts.h"

namespace utboks::app {
namespace {

using ::testing::ElementsAre;

constexpr Millis kBetweenLooks = std::chrono::seconds(10);

class HousekeeperTest : public ::testing::Test {
 protected:
  // The certificate that stands in the configured files from now on.
  void CertificateEndsIn(int days) {
    testing::CertificateSpec spec = testing::ClientSpec("100101688");
    spec.to_days = days;
    const auto authority = testing::MakeAuthority("test authority");
    const auto files =
        testing::WriteFiles(dir_.path(), testing::MakeIdentity(spec, authority), authority);
    config_.outbox.store = "sqlite::memory:";  // which has no key file
    config_.registry.base_url = "https://localhost:1";
    config_.registry.organisation_number = "100101688";
    config_.registry.client_certificate = files.certificate;
    config_.registry.client_key = files.key;
    config_.registry.ca_file = files.authority;
  }

  std::unique_ptr<Housekeeper> Start() {
    access_ = *RegisterAccess::Make(config_, nullptr, clock_);
    auto housekeeper = std::make_unique<Housekeeper>(*access_, store_, config_, clock_);
    EXPECT_TRUE(housekeeper->Start().ok());
    EXPECT_TRUE(clock_.AwaitWaiters(1));
    return housekeeper;
  }

  void NextLook() {
    clock_.Advance(kBetweenLooks);
    EXPECT_TRUE(clock_.AwaitWaiters(1));
  }

  testing::TempDir dir_;
  testing::ManualClock clock_{SystemClock().Wall()};
  Config config_;
  testing::FakeStore store_;
  std::unique_ptr<RegisterAccess> access_;
};

// The worker before this one may have raised it, and been stopped to renew.
TEST_F(HousekeeperTest, AnAlarmOfAnEarlierWorkerIsClearedByAGoodCertificate) {
  CertificateEndsIn(300);
  const auto housekeeper = Start();
  EXPECT_THAT(store_.alarms, ElementsAre("certificate-expiry off", "key off"));
  NextLook();
  EXPECT_EQ(store_.alarms.size(), 2U) << "each said once";
}

TEST_F(HousekeeperTest, ACertificateThatRunsOutRaisesItsAlarmUntilItIsRenewed) {
  testing::LogWatch::Expect("alarm-raised");
  CertificateEndsIn(20);
  const auto housekeeper = Start();
  NextLook();
  EXPECT_THAT(store_.alarms, ElementsAre("certificate-expiry on", "key off"));
  CertificateEndsIn(300);
  NextLook();
  EXPECT_EQ(store_.alarms.back(), "certificate-expiry off");
}

TEST_F(HousekeeperTest, AKeyFileThatIsGoneRaisesItsAlarmUntilItIsBack) {
  testing::LogWatch::Expect("alarm-raised");
  CertificateEndsIn(300);
  config_.outbox.store = "sqlite:" + dir_.File("outbox.db");
  const std::string keys = dir_.File("outbox.db.keys");
  ASSERT_TRUE(CreateKeyFile(keys, SecureRandom()).ok());
  const auto housekeeper = Start();
  std::filesystem::rename(keys, keys + ".away");
  NextLook();
  EXPECT_EQ(store_.alarms.back(), "key on");
  std::filesystem::rename(keys + ".away", keys);
  NextLook();
  EXPECT_EQ(store_.alarms.back(), "key off");
}

}  // namespace
}  // namespace utboks::app
