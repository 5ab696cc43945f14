// What wrong or expired certificates, a wrong server and a wrong clock get.  What only
// a person can put right before anything is sent ends `run` with 78; what may right
// itself, or be put right while it runs, closes the site's gate with an alarm and
// costs no message an attempt.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/eventually.h"
#include "tests/support/log_watch.h"
#include "tests/support/read_file.h"
#include "tests/system/agency.h"
#include "tests/system/letters.h"

namespace utboks::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Trust : public ::testing::Test {
 protected:
  explicit Trust(const SimulatorFixture::Spec& spec = SimulatorFixture::Spec())
      : reg_(spec), agency_(reg_), before_(agency_.Enqueue({1, 2})) {}

  const DevPki& pki() const { return DevPki::Shared(); }
  void UseClient(const std::string& kind) {
    agency_.SetText("register.client_certificate", pki().certificate(kind));
    agency_.SetText("register.client_key", pki().key(kind));
  }
  // `run` ends with 78; nothing has been sent, all is there and goes with the right
  // certificate.
  void ExpectRunRefused(const std::vector<std::string>& says) {
    ExpectRefused(agency_.Run({"run"}), 78, says);
    EXPECT_TRUE(reg_.Posts().empty());
    // Handing in needs no certificate: nothing is lost meanwhile.
    const std::vector<std::string> more = agency_.Enqueue({3});
    UseClient("client");
    agency_.Drain();
    EXPECT_EQ(reg_.Accepted().size(), 3U);
    EXPECT_EQ(agency_.StateOf(more[0]), "accepted");
  }
  std::string SiteReason() {
    const auto gates = agency_.Status()->getArray("gates");
    for (unsigned i = 0; i < gates->size(); ++i) {
      const auto gate = gates->getObject(i);
      if (Get(gate, "name") == "site" && Get(gate, "state") == "closed") return Get(gate, "reason");
    }
    return "";
  }
  // The worker runs on behind a closed site; the message keeps its place, uncounted.
  void ExpectSiteClosed(const std::string& alarm, const std::string& reason) {
    EXPECT_TRUE(Eventually([&] { return SiteReason().find(reason) != std::string::npos; }))
        << SiteReason();
    EXPECT_TRUE(Eventually([&] { return agency_.Alarm(alarm); })) << agency_.worker().Err();
    EXPECT_EQ(agency_.Run({"status", "--check"}).code(), 1);
    EXPECT_FALSE(agency_.worker().Wait(Millis(0))) << "the worker has ended";
    for (const std::string& id : before_) {
      const Json message = agency_.Show(id);
      // A probe has it in hand for a moment at a time.
      EXPECT_THAT(Get(message, "state"), AnyOf("due", "sending"));
      const auto attempts = message->getArray("attempt_list");
      for (unsigned i = 0; i < attempts->size(); ++i) {
        EXPECT_EQ(Get(attempts->getObject(i), "counted"), "false");
      }
    }
    EXPECT_TRUE(reg_.Accepted().empty());
  }
  void ExpectDelivered() {
    for (const std::string& id : before_) EXPECT_TRUE(agency_.AwaitState(id, "accepted"));
    EXPECT_EQ(reg_.Accepted().size(), before_.size());
  }

  SimulatorFixture reg_;
  Agency agency_;
  const std::vector<std::string> before_;
};

// ---- what ends `run` ----

TEST_F(Trust, AKeyThatIsNotTheCertificates) {
  agency_.SetText("register.client_key", pki().key("other-org-client"));
  ExpectRunRefused({pki().key("other-org-client"), "does not"});
}

TEST_F(Trust, ACertificateOfAnotherOrganisation) {
  UseClient("other-org-client");
  ExpectRunRefused({"other-org-client.pem", "organisation 100101696", "100101688"});
}

TEST_F(Trust, ACertificateThatNamesNoOrganisation) {
  UseClient("no-org-client");
  ExpectRunRefused({"no-org-client.pem", "no organisation number", "virksomhetssertifikat"});
}

TEST_F(Trust, TheSigningCertificateOfThePair) {
  UseClient("signing-client");
  ExpectRunRefused({"signing-client.pem", "signing", "use the authentication certificate"});
}

TEST_F(Trust, ACertificateFileThatIsNotThere) {
  agency_.SetText("register.client_certificate", agency_.folder() + "/none.pem");
  ExpectRunRefused({"none.pem", "client certificate"});
}

TEST_F(Trust, ACertificateFileThatIsNone) {
  agency_.SetText("register.client_certificate", agency_.File("text.pem", "-----BEGIN X-----\n"));
  ExpectRunRefused({"text.pem"});
}

TEST_F(Trust, NoCertificateAtAll) {
  agency_.Set("register.client_certificate", "");
  ExpectRunRefused({"[register] client_certificate", "not set"});
}

TEST_F(Trust, AnAuthorityFileThatIsNotThere) {
  agency_.SetText("register.ca_file", agency_.folder() + "/none.pem");
  ExpectRefused(agency_.Run({"run"}), 78, {"none.pem", "ca_file"});
  agency_.SetText("register.ca_file", pki().ca());
  agency_.StartWorker();
  ExpectDelivered();
}

// ---- what is taken ----

TEST_F(Trust, TheOlderShapeOfCertificateAndPkcs12WithItsPassword) {
  UseClient("seid1-client");
  agency_.Drain();
  EXPECT_EQ(reg_.Accepted().size(), 2U);

  const std::string bundle = agency_.File("client.p12", "");
  const std::string password = agency_.File("password", "hemmelig ord\n");
  fs::permissions(password, fs::perms::owner_read | fs::perms::owner_write);
  const Finished made =
      RunToEnd({.argv = {"openssl", "pkcs12", "-export", "-in", pki().certificate(), "-inkey",
                         pki().key(), "-out", bundle, "-passout", "file:" + password}});
  ASSERT_EQ(made.code(), 0) << made.err;
  fs::permissions(bundle, fs::perms::owner_read | fs::perms::owner_write);
  agency_.SetText("register.client_certificate", bundle);
  agency_.Set("register.client_key", "");
  agency_.SetText("register.client_key_password_file", password);
  agency_.Enqueue({3});
  agency_.Drain();
  EXPECT_EQ(reg_.Accepted().size(), 3U);

  agency_.File("password", "feil\n");
  const Finished refused = agency_.Run({"run"});
  ExpectRefused(refused, 78, {"client.p12", "password"});
  EXPECT_THAT(refused.err, Not(HasSubstr("feil\n")));
}

// ---- what closes the gate ----

TEST_F(Trust, AnExpiredCertificateClosesTheSiteUntilItIsReplaced) {
  // One file with certificate and key, replaced at once as a person should.
  const std::string file = agency_.folder() + "/client.pem";
  const auto install = [&](const std::string& kind) {
    std::ofstream(file + ".new") << ReadFile(pki().certificate(kind)) << ReadFile(pki().key(kind));
    fs::permissions(file + ".new", fs::perms::owner_read | fs::perms::owner_write);
    fs::rename(file + ".new", file);
  };
  install("expired-client");
  agency_.SetText("register.client_certificate", file);
  agency_.Set("register.client_key", "");
  LogWatch::Expect("alarm-raised");
  agency_.StartWorker();
  ExpectSiteClosed("credential", "certificate-expired");
  EXPECT_TRUE(agency_.Alarm("certificate-expiry"));
  EXPECT_TRUE(reg_.Posts().empty()) << "the register was asked all the same";
  EXPECT_LT(std::stoi(Get(agency_.Status(), "certificate_days")), 0);

  // What does not fit is not taken up, and said; the old one stays.
  LogWatch::Expect("certificate-not-taken-up");
  install("other-org-client");
  EXPECT_TRUE(agency_.worker().AwaitErr("certificate-not-taken-up"));

  install("client");
  ExpectDelivered();
  EXPECT_TRUE(Eventually([&] { return !agency_.Alarm("certificate-expiry"); }));
  EXPECT_TRUE(Eventually([&] { return !agency_.Alarm("credential"); }));
}

TEST_F(Trust, ACertificateThatTheRegisterDoesNotTrust) {
  UseClient("other-ca-client");
  LogWatch::Expect("alarm-raised");
  agency_.StartWorker();
  ExpectSiteClosed("credential", "credential");
  agency_.StopWorker();
  UseClient("client");
  agency_.StartWorker();
  ExpectDelivered();
}

TEST_F(Trust, ARegisterThatIsVouchedForByNobodyWeTrust) {
  agency_.SetText("register.ca_file", pki().folder() + "/other-ca.pem");
  LogWatch::Expect("alarm-raised");
  agency_.StartWorker();
  ExpectSiteClosed("credential", "tls");
  EXPECT_TRUE(reg_.Posts().empty());
  agency_.StopWorker();
  agency_.SetText("register.ca_file", pki().ca());
  agency_.StartWorker();
  ExpectDelivered();
}

class AnotherName : public Trust {
 protected:
  AnotherName() : Trust({.server = "other-name-server"}) {}
};

// Of the right authority, and for another host: nobody may take the register's place.
TEST_F(AnotherName, IsNotTheRegister) {
  LogWatch::Expect("alarm-raised");
  agency_.StartWorker();
  ExpectSiteClosed("credential", "tls");
  EXPECT_TRUE(reg_.Posts().empty());
}

class RefusedLogin : public Trust {
 protected:
  RefusedLogin() : Trust({.scenario = "step = [{kind='error', status=401}]"}) {}
};

TEST_F(RefusedLogin, ClosesTheSite) {
  LogWatch::Expect("alarm-raised");
  agency_.StartWorker();
  ExpectSiteClosed("credential", "http-401");
}

class LoginRefusedForAWhile : public Trust {
 protected:
  LoginRefusedForAWhile()
      : Trust({.scenario = "step = [{kind='error', status=401, for_requests=8}]"}) {}
};

TEST_F(LoginRefusedForAWhile, HoldsUpUntilItIsGranted) {
  LogWatch::Allow("alarm-raised");  // when a look at what stands fell into the while
  agency_.StartWorker();
  ExpectDelivered();
  EXPECT_EQ(reg_.Posts().size() / 2, 8 + before_.size()) << "a begin and an end each";
  EXPECT_TRUE(Eventually([&] { return !agency_.Alarm("credential"); })) << agency_.worker().Err();
}

// ---- clocks ----

class WrongClock : public Trust {
 protected:
  WrongClock() : Trust({.scenario = "step = [{kind='clock', ahead='2h', for_requests=3}]"}) {}
};

TEST_F(WrongClock, IsAnAlarmAndHoldsNothingUp) {
  LogWatch::Expect("alarm-raised");
  agency_.StartWorker();
  ExpectDelivered();
  EXPECT_TRUE(Eventually([&] { return agency_.Alarm("clock"); })) << agency_.worker().Err();
  EXPECT_TRUE(agency_.worker().AwaitErr(R"("alarm":"clock","register_ahead_ms":7)"));
  // And it goes when their dates are ours again.
  for (int n = 3; n < 6; ++n) {
    const std::vector<std::string> ids = agency_.Enqueue({n});
    EXPECT_TRUE(agency_.AwaitState(ids[0], "accepted"));
  }
  EXPECT_TRUE(Eventually([&] { return !agency_.Alarm("clock"); })) << agency_.worker().Err();
}

// A clock that was ahead when times were written, and has been put right since: they
// lie further ahead than any wait of ours, and are pulled in.
TEST_F(Trust, TimesThatLieTooFarAheadArePulledIn) {
  agency_.Ask({"enqueue", "--ressurs", "doedsfall_v1", "--not-before", "+3h", agency_.Letter(3)});
  const std::string ten_years = std::to_string(10LL * 365 * 86'400'000);
  agency_.Meddle("UPDATE message SET due_at = due_at + " + ten_years +
                 " WHERE not_before IS NULL;"
                 "UPDATE ready SET due_at = due_at + " +
                 ten_years + " WHERE seq IN (SELECT seq FROM message WHERE not_before IS NULL);" +
                 "UPDATE gate SET outage = 1, outage_reason = 'connect-refused',"
                 " outage_since = 1, next_probe = " +
                 ten_years + " * 100 WHERE nr = 0");
  LogWatch::Allow("alarm-raised");
  agency_.StartWorker();
  ExpectDelivered();
  EXPECT_EQ(agency_.States().size(), 3U);
  agency_.StopWorker();
  EXPECT_EQ(reg_.Accepted().size(), 2U) << "what was to wait for three hours has not";
}

}  // namespace
}  // namespace utboks::testing
