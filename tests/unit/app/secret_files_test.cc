#include "producer/app/secret_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/temp_dir.h"

namespace utboks::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> Lines(const Config& config) {
  std::vector<std::string> lines;
  for (const SecretFile& file : SecretFilesOf(config)) {
    lines.push_back(file.what + " " + file.path);
  }
  return lines;
}

TEST(SecretFilesTest, TheyAreThoseThatTheConfigurationNames) {
  Config config;
  config.outbox.store = "sqlite:/a/outbox.db";
  EXPECT_THAT(Lines(config), ElementsAre("store's key file /a/outbox.db.keys"));
  config.outbox.key_file = "/k/keys";
  config.registry.client_certificate = "/c/client.p12";
  config.registry.client_key_password_file = "/c/password";
  EXPECT_THAT(Lines(config), ElementsAre("store's key file /k/keys", "client key /c/client.p12",
                                         "client key password file /c/password"));
  config.registry.client_key = "/c/key.pem";
  config.outbox.store = "sqlite::memory:";
  EXPECT_THAT(Lines(config),
              ElementsAre("client key /c/key.pem", "client key password file /c/password"));
  config = Config();
  config.outbox.store = "sqlite::memory:";
  config.amqp.password_file = "/a/password";
  config.amqp.client_certificate = "/a/both.pem";
  EXPECT_THAT(Lines(config),
              ElementsAre("broker's password file /a/password", "broker's client key /a/both.pem"));
  config.amqp.client_key = "/a/key.pem";
  EXPECT_THAT(Lines(config),
              ElementsAre("broker's password file /a/password", "broker's client key /a/key.pem"));
}

TEST(SecretFilesTest, NobodyElseMayReadOrWriteThem) {
  const testing::TempDir dir;
  const std::string path = dir.File("key");
  EXPECT_TRUE(CheckKept({"client key", path}).ok()) << "what is not there is open to nobody";
  std::ofstream(path) << "x";
  for (const mode_t mode : {0600U, 0400U, 0640U, 0660U, 0601U}) {  // a group is the service's own
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    EXPECT_TRUE(CheckKept({"client key", path}).ok()) << std::oct << mode;
  }
  for (const mode_t mode : {0604U, 0644U, 0602U, 0666U}) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    const Status status = CheckKept({"client key", path});
    EXPECT_EQ(status.code(), Code::kConfig) << std::oct << mode;
    EXPECT_THAT(status.text(), HasSubstr("client key " + path));
    EXPECT_THAT(status.text(), HasSubstr((mode & 2U) != 0 ? "changed" : "read"));
  }
}

}  // namespace
}  // namespace utboks::app
