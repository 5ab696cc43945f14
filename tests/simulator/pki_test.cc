// conf/pki/make-dev-pki.sh: what it makes, and what it refuses.
#include <Poco/Net/X509Certificate.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "tests/simulator/identity.h"
#include "tests/support/child_process.h"
#include "tests/support/simulator_fixture.h"
#include "tests/support/temp_dir.h"

namespace utboks::simulator {
namespace {

using testing::DevPki;
using testing::Finished;
using ::testing::HasSubstr;
using testing::RunToEnd;
using testing::TempDir;

Finished Script(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), UTBOKS_SOURCE_DIR "/conf/pki/make-dev-pki.sh");
  return RunToEnd({.argv = std::move(arguments)});
}

std::set<std::string> Names(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

std::string Organisation(std::string_view kind) {
  return OrganisationNumber(Poco::Net::X509Certificate(DevPki::Shared().certificate(kind)));
}

// What `openssl x509` shows of a certificate.
std::string Shown(std::string_view kind) {
  return RunToEnd({.argv = {"openssl", "x509", "-noout", "-subject", "-ext",
                            "keyUsage,extendedKeyUsage,subjectAltName", "-in",
                            DevPki::Shared().certificate(kind)}})
      .out;
}

// Whether the test CA stands behind a certificate for this use.
bool Trusted(std::string_view kind, const std::string& purpose) {
  return RunToEnd({.argv = {"openssl", "verify", "-purpose", purpose, "-CAfile",
                            DevPki::Shared().ca(), DevPki::Shared().certificate(kind)}})
             .code() == 0;
}

TEST(DevPki, MakesWhatIsNeededAndNoMore) {
  const TempDir folder;
  const Finished made = Script({folder.path().string()});
  ASSERT_EQ(made.code(), 0) << made.err;
  EXPECT_EQ(Names(folder.path()), (std::set<std::string>{"ca.pem", "server.pem", "server-key.pem",
                                                         "client.pem", "client-key.pem"}));
  for (const char* key : {"server-key.pem", "client-key.pem"}) {
    struct stat about {};
    ASSERT_EQ(::stat(folder.File(key).c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0600U) << key;
  }
}

TEST(DevPki, RefusesAFolderThatHoldsSomethingUnlessForced) {
  const TempDir folder;
  ASSERT_EQ(Script({folder.path().string()}).code(), 0);
  std::ofstream(folder.File("mine.txt")) << "mine";
  const auto before = std::filesystem::last_write_time(folder.File("client.pem"));
  const Finished again = Script({folder.path().string()});
  EXPECT_EQ(again.code(), 1);
  EXPECT_THAT(again.err, HasSubstr("not empty"));
  EXPECT_EQ(std::filesystem::last_write_time(folder.File("client.pem")), before);

  ASSERT_EQ(Script({folder.path().string(), "--force", "--orgnr", "100101696"}).code(), 0);
  EXPECT_EQ(OrganisationNumber(Poco::Net::X509Certificate(folder.File("client.pem"))), "100101696");
  EXPECT_TRUE(Names(folder.path()).contains("mine.txt"));
}

TEST(DevPki, MakesRsaKeysWhenAsked) {
  const TempDir folder;
  ASSERT_EQ(Script({folder.path().string(), "--key", "rsa"}).code(), 0);
  EXPECT_THAT(
      RunToEnd({.argv = {"openssl", "x509", "-noout", "-text", "-in", folder.File("client.pem")}})
          .out,
      HasSubstr("Public-Key: (2048 bit)"));
}

TEST(DevPki, WrongCommandLinesMakeNothing) {
  const TempDir folder;
  const std::string path = folder.path().string();
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{},
                                                {path, "--orgnr", "12345678"},
                                                {path, "--orgnr"},
                                                {path, "--with", "nonsense"},
                                                {path, "--key", "dsa"},
                                                {path, "--days", "0"},
                                                {path, "--nonsense"},
                                                {path, path}}) {
    EXPECT_EQ(Script(wrong).code(), 2);
  }
  EXPECT_TRUE(Names(folder.path()).empty());
  EXPECT_EQ(Script({"/proc/none"}).code(), 1);
}

TEST(DevPki, TheClientIsShapedAsAVirksomhetssertifikat) {
  EXPECT_THAT(Shown("client"), HasSubstr("C = NO, O = TESTVIRKSOMHET, CN = TESTVIRKSOMHET, "
                                         "organizationIdentifier = NTRNO-100101688"));
  EXPECT_THAT(Shown("client"), HasSubstr("Key Usage: critical\n    Digital Signature, "
                                         "Key Encipherment"));
  EXPECT_THAT(Shown("client"), ::testing::Not(HasSubstr("Extended Key Usage")));
  EXPECT_TRUE(Trusted("client", "sslclient"));
}

TEST(DevPki, TheServerIsLocalhost) {
  EXPECT_THAT(Shown("server"), HasSubstr("DNS:localhost, IP Address:127.0.0.1"));
  EXPECT_TRUE(Trusted("server", "sslserver"));
  EXPECT_THAT(Shown("other-name-server"), HasSubstr("DNS:register.example"));
  EXPECT_TRUE(Trusted("other-name-server", "sslserver"));
}

TEST(DevPki, TheOtherKindsAreWhatTheyAreCalled) {
  EXPECT_FALSE(Trusted("expired-client", "sslclient"));
  EXPECT_LT(Poco::Net::X509Certificate(DevPki::Shared().certificate("expired-client")).expiresOn(),
            Poco::DateTime());
  EXPECT_FALSE(Trusted("other-ca-client", "sslclient"));
  EXPECT_THAT(Shown("signing-client"), HasSubstr("Key Usage: critical\n    Non Repudiation\n"));
}

TEST(DevPki, TheOrganisationNumberIsFoundWhereItStands) {
  EXPECT_EQ(Organisation("client"), "100101688");
  EXPECT_EQ(Organisation("seid1-client"), "100101688");
  EXPECT_EQ(Organisation("other-org-client"), "100101696");
  EXPECT_EQ(Organisation("no-org-client"), "");
}

}  // namespace
}  // namespace utboks::simulator
