#include "producer/net/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace utboks {
namespace {

using ::testing::AllOf;
using testing::CertificateSpec;
using testing::ClientSpec;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::MakeAuthority;
using testing::MakeIdentity;
using ::testing::Not;
using testing::TempDir;
using testing::TestIdentity;

const TestIdentity& Authority() {
  static const TestIdentity authority = MakeAuthority("test authority");
  return authority;
}

class CredentialsTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& content, mode_t mode = 0600) {
    const std::string path = dir_.File(name);
    std::ofstream(path, std::ios::binary) << content;
    ::chmod(path.c_str(), mode);
    return path;
  }

  CredentialSettings PemSettings(const TestIdentity& identity) {
    CredentialSettings settings;
    settings.client_certificate = Write("client.pem", identity.CertificatePem(), 0644);
    settings.client_key = Write("client-key.pem", identity.KeyPem());
    settings.ca_file = Write("ca.pem", Authority().CertificatePem(), 0644);
    settings.organisation_number = "100101688";
    return settings;
  }

  CredentialSettings SpecSettings(const CertificateSpec& spec) {
    return PemSettings(MakeIdentity(spec, Authority()));
  }

  static Result<std::shared_ptr<const Credentials>> Load(const CredentialSettings& settings) {
    return Credentials::Load(settings, SystemClock().Wall());
  }

  static std::string Refusal(const CredentialSettings& settings) {
    const auto loaded = Load(settings);
    EXPECT_EQ(loaded.code(), Code::kConfig) << loaded.status().text();
    EXPECT_THAT(loaded.status().text(), Not(HasSubstr("\n")));
    return loaded.status().text();
  }

  TempDir dir_;
};

TEST_F(CredentialsTest, PemPairIsTakenAndFitsATlsContext) {
  const auto loaded = Load(SpecSettings(ClientSpec()));
  ASSERT_TRUE(loaded.ok()) << loaded.status().text();
  EXPECT_THAT((*loaded)->warnings(), IsEmpty());
  EXPECT_EQ((*loaded)->facts().organisation_number, "100101688");
  EXPECT_FALSE((*loaded)->trusts_system());
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free);
  EXPECT_TRUE((*loaded)->InstallInto(context.get()).ok());
  EXPECT_NE(SSL_CTX_get0_certificate(context.get()), nullptr);
}

TEST_F(CredentialsTest, CertificateKeyAndChainMayStandInOneFileInAnyOrder) {
  const TestIdentity identity = MakeIdentity(ClientSpec(), Authority());
  CredentialSettings settings = PemSettings(identity);
  settings.client_key.clear();
  settings.client_certificate = Write(
      "all.pem", identity.KeyPem() + Authority().CertificatePem() + identity.CertificatePem());
  const auto loaded = Load(settings);
  ASSERT_TRUE(loaded.ok()) << loaded.status().text();
  EXPECT_EQ((*loaded)->facts().organisation_number, "100101688");
}

TEST_F(CredentialsTest, DatesAreReadAndExpiryIsNoFailure) {
  CertificateSpec spec = ClientSpec();
  spec.from_days = -1096;
  spec.to_days = -1;
  const WallTime now = SystemClock().Wall();
  const auto loaded = Credentials::Load(SpecSettings(spec), now);
  ASSERT_TRUE(loaded.ok()) << loaded.status().text();
  EXPECT_TRUE((*loaded)->ExpiredAt(now));
  EXPECT_EQ((*loaded)->DaysLeft(now), -2);  // a day and some milliseconds ago
  const WallTime end = (*loaded)->facts().not_after;
  EXPECT_FALSE((*loaded)->ExpiredAt(end));
  EXPECT_TRUE((*loaded)->ExpiredAt(end + Millis(1)));
  EXPECT_EQ((*loaded)->DaysLeft(end - std::chrono::hours(49)), 2);
  EXPECT_EQ((*loaded)->DaysLeft(end), 0);
  EXPECT_LT((*loaded)->facts().not_before, end);
  EXPECT_TRUE((*loaded)->EndsSoon(end + Millis(1)));
  EXPECT_TRUE((*loaded)->EndsSoon(end - std::chrono::days(30) + Millis(1)));
  EXPECT_FALSE((*loaded)->EndsSoon(end - std::chrono::days(30)));
}

TEST_F(CredentialsTest, NotYetValidIsRefusedWithTheDate) {
  CertificateSpec spec = ClientSpec();
  spec.from_days = 2;
  EXPECT_THAT(Refusal(SpecSettings(spec)),
              AllOf(HasSubstr("not valid before"), HasSubstr("clock")));
}

TEST_F(CredentialsTest, EncryptedKeyOpensWithThePasswordsFirstLine) {
  const TestIdentity identity = MakeIdentity(ClientSpec(), Authority());
  CredentialSettings settings = PemSettings(identity);
  settings.client_key = Write("client-key.pem", identity.KeyPem("open sesame"));
  for (const char* content : {"open sesame", "open sesame\n", "open sesame\r\nsecond line\n"}) {
    settings.client_key_password_file = Write("password", content);
    const auto loaded = Load(settings);
    EXPECT_TRUE(loaded.ok()) << loaded.status().text();
  }
}

TEST_F(CredentialsTest, Pkcs12IsTakenWithItsPassword) {
  const TestIdentity identity = MakeIdentity(ClientSpec(), Authority());
  CredentialSettings settings = PemSettings(identity);
  settings.client_key.clear();
  settings.client_certificate = Write("client.p12", identity.Pkcs12("open sesame", Authority()));
  settings.client_key_password_file = Write("password", "open sesame\n");
  const auto loaded = Load(settings);
  ASSERT_TRUE(loaded.ok()) << loaded.status().text();
  EXPECT_EQ((*loaded)->facts().organisation_number, "100101688");

  settings.client_certificate = Write("open.p12", identity.Pkcs12("", Authority()));
  settings.client_key_password_file.clear();
  EXPECT_TRUE(Load(settings).ok());
}

TEST_F(CredentialsTest, LegacyPkcs12IsNamedAndHowToRepackIt) {
  CredentialSettings settings = PemSettings(MakeIdentity(ClientSpec(), Authority()));
  settings.client_key.clear();
  settings.client_certificate = Write(
      "old.p12", MakeIdentity(ClientSpec(), Authority()).Pkcs12("open sesame", Authority(), true));
  settings.client_key_password_file = Write("password", "open sesame");
  const std::string text = Refusal(settings);
  EXPECT_THAT(text, AllOf(HasSubstr("old.p12"), HasSubstr("RC2-40"), HasSubstr("OpenSSL 3"),
                          HasSubstr("openssl pkcs12 -legacy"), Not(HasSubstr("open sesame"))));
}

TEST_F(CredentialsTest, OrganisationNumberIsFoundWhereAuthoritiesPutIt) {
  struct Row {
    std::vector<std::pair<std::string, std::string>> subject;
    const char* found;
  };
  const Row rows[] = {
      {{{"organizationIdentifier", "NTRNO-100101688"}}, "100101688"},
      {{{"serialNumber", "100101688"}}, "100101688"},
      {{{"serialNumber", "100 101 688"}}, "100101688"},
      {{{"serialNumber", "100101696"}, {"organizationIdentifier", "NTRNO-100101688"}}, "100101688"},
      {{{"organizationIdentifier", "PSDNO-100101696"}, {"serialNumber", "100101688"}}, "100101688"},
      {{{"organizationIdentifier", "VATNO-100101688"}}, ""},
      {{{"organizationIdentifier", "PSDNO-FSA-100101688"}}, ""},
      {{{"organizationIdentifier", "NTRNO-10010168"}}, ""},
      {{{"organizationIdentifier", "NTRNO-1001016880"}}, ""},
      {{{"serialNumber", "10010168X"}}, ""},
      {{{"commonName", "100101688"}}, ""},
      {{{"organizationName", "Buypass AS-100101688"}}, ""},
  };
  for (const Row& row : rows) {
    CertificateSpec spec = ClientSpec();
    spec.subject = row.subject;
    const TestIdentity identity = MakeIdentity(spec, Authority());
    EXPECT_EQ(ReadFacts(identity.certificate()).organisation_number, row.found)
        << row.subject.back().first << "=" << row.subject.back().second;
  }
}

TEST_F(CredentialsTest, AnotherOrganisationsCertificateIsRefused) {
  EXPECT_THAT(Refusal(SpecSettings(ClientSpec("100101696"))),
              AllOf(HasSubstr("100101696"), HasSubstr("100101688")));
  CertificateSpec none = ClientSpec();
  none.subject = {{"commonName", "TESTVIRKSOMHET"}};
  EXPECT_THAT(Refusal(SpecSettings(none)), HasSubstr("no organisation number"));
}

TEST_F(CredentialsTest, KeyUsageDecides) {
  struct Row {
    const char* key_usage;
    const char* extended;
    bool taken;
    std::vector<std::string> warned;
  };
  const Row rows[] = {
      {"critical,digitalSignature,keyEncipherment", "", true, {}},
      {"", "", true, {}},
      {"critical,nonRepudiation", "", false, {"signing documents"}},
      {"critical,nonRepudiation,keyEncipherment", "", false, {"signing documents"}},
      {"critical,digitalSignature,nonRepudiation", "", true, {"nonRepudiation too"}},
      {"critical,keyEncipherment", "", true, {"lacks the key usage digitalSignature"}},
      {"critical,digitalSignature", "clientAuth", true, {}},
      {"critical,digitalSignature", "anyExtendedKeyUsage", true, {}},
      {"critical,digitalSignature", "serverAuth", true, {"client authentication"}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string(row.key_usage) + "/" + row.extended);
    CertificateSpec spec = ClientSpec();
    spec.key_usage = row.key_usage;
    spec.extended_usage = row.extended;
    const auto loaded = Load(SpecSettings(spec));
    EXPECT_EQ(loaded.ok(), row.taken) << loaded.status().text();
    if (!row.taken) {
      EXPECT_EQ(loaded.code(), Code::kConfig);
      EXPECT_THAT(loaded.status().text(), HasSubstr(row.warned.front()));
    } else if (row.warned.empty()) {
      EXPECT_THAT((*loaded)->warnings(), IsEmpty());
    } else {
      EXPECT_THAT((*loaded)->warnings(), ElementsAre(HasSubstr(row.warned.front())));
    }
  }
}

TEST_F(CredentialsTest, TheChainIsFollowedAsFarAsItGoes) {
  const WallTime now = SystemClock().Wall();
  CertificateSpec middle_spec;
  middle_spec.subject = {{"commonName", "middle authority"}};
  middle_spec.authority = true;
  const TestIdentity middle = MakeIdentity(middle_spec, Authority());
  middle_spec.to_days = -1;
  const TestIdentity old_middle = MakeIdentity(middle_spec, Authority());
  CertificateSpec expired = ClientSpec();
  expired.to_days = -1;
  struct Row {
    const char* what;
    TestIdentity client;
    std::string beside, authority;
    bool complete;
    int links;
    const char* last;
    const char* problem;
  };
  const std::string root = Authority().CertificatePem();
  const Row rows[] = {
      {"of an authority of ca_file", MakeIdentity(ClientSpec(), Authority()), "", root, true, 2,
       "test authority", ""},
      {"with its link beside it", MakeIdentity(ClientSpec(), middle), middle.CertificatePem(), root,
       true, 3, "test authority", ""},
      {"the link is missing", MakeIdentity(ClientSpec(), middle), "", root, false, 1,
       "middle authority", "unable to get local issuer"},
      {"ca_file ends at the link", MakeIdentity(ClientSpec(), middle), "", middle.CertificatePem(),
       true, 2, "middle authority", ""},
      {"the link has run out", MakeIdentity(ClientSpec(), old_middle), old_middle.CertificatePem(),
       root, false, 3, "test authority", "expired"},
      {"ours has run out, which is told elsewhere", MakeIdentity(expired, Authority()), "", root,
       true, 2, "test authority", ""},
      {"of nobody we know", MakeIdentity(ClientSpec(), MakeAuthority("somebody")), "", root, false,
       1, "somebody", "unable to get local issuer"},
  };
  for (const Row& row : rows) {
    CredentialSettings settings = PemSettings(row.client);
    settings.client_certificate =
        Write("client.pem", row.client.CertificatePem() + row.beside, 0644);
    settings.ca_file = Write("ca.pem", row.authority, 0644);
    const auto loaded = Load(settings);
    ASSERT_TRUE(loaded.ok()) << row.what << ": " << loaded.status().text();
    const ChainFacts chain = (*loaded)->Chain(now);
    EXPECT_EQ(chain.complete, row.complete) << row.what << ": " << chain.problem;
    EXPECT_EQ(chain.links, row.links) << row.what;
    EXPECT_EQ(chain.last, row.last) << row.what;
    EXPECT_THAT(chain.problem, row.problem[0] == '\0' ? ::testing::Matcher<std::string>("")
                                                      : HasSubstr(row.problem))
        << row.what;
  }
}

TEST_F(CredentialsTest, EachBadFileGetsItsOwnLine) {
  const TestIdentity identity = MakeIdentity(ClientSpec(), Authority());
  const TestIdentity other = MakeIdentity(ClientSpec(), Authority());
  const std::string damaged_certificate = [&] {
    std::string pem = identity.CertificatePem();
    pem[pem.find('\n') + 3] = '*';
    return pem;
  }();
  struct Row {
    const char* what;
    std::function<void(CredentialSettings&)> spoil;
    const char* says;
  };
  const Row rows[] = {
      {"nothing set", [&](auto& s) { s.client_certificate.clear(); }, "is not set"},
      {"missing certificate", [&](auto& s) { s.client_certificate = dir_.File("none.pem"); },
       "none.pem cannot be read"},
      {"a folder", [&](auto& s) { s.client_certificate = dir_.path().string(); }, "is not a file"},
      {"empty", [&](auto& s) { s.client_certificate = Write("empty.pem", ""); }, "is empty"},
      {"noise", [&](auto& s) { s.client_certificate = Write("noise.pem", "noise\n"); },
       "is not PEM"},
      {"noise without a key",
       [&](auto& s) {
         s.client_certificate = Write("noise.p12", "noise\n");
         s.client_key.clear();
       },
       "neither PEM nor PKCS#12"},
      {"too large",
       [&](auto& s) { s.client_certificate = Write("big.pem", std::string(300 * 1024, 'x')); },
       "larger than"},
      {"damaged",
       [&](auto& s) { s.client_certificate = Write("damaged.pem", damaged_certificate); },
       "damaged certificate"},
      {"a key for a certificate",
       [&](auto& s) { s.client_certificate = Write("key.pem", identity.KeyPem()); },
       "holds no certificate"},
      {"DER",
       [&](auto& s) {
         s.client_certificate = Write("client.der", identity.CertificateDer());
         s.client_key.clear();
       },
       "openssl x509 -inform der"},
      {"missing key", [&](auto& s) { s.client_key = dir_.File("none-key.pem"); },
       "client key " /* and the path */},
      {"key of another pair", [&](auto& s) { s.client_key = Write("other.pem", other.KeyPem()); },
       "does not fit"},
      {"a certificate for a key",
       [&](auto& s) { s.client_key = Write("cert.pem", identity.CertificatePem()); },
       "holds no private key"},
      {"no key anywhere", [&](auto& s) { s.client_key.clear(); }, "[register] client_key"},
      {"password missing",
       [&](auto& s) { s.client_key = Write("sealed.pem", identity.KeyPem("secret")); },
       "client_key_password_file"},
      {"password wrong",
       [&](auto& s) {
         s.client_key = Write("sealed.pem", identity.KeyPem("secret"));
         s.client_key_password_file = Write("password", "guess");
       },
       "does not open with the password"},
      {"password file missing", [&](auto& s) { s.client_key_password_file = dir_.File("nopass"); },
       "password file"},
      {"password file with an empty line",
       [&](auto& s) { s.client_key_password_file = Write("password", "\nx\n"); },
       "empty first line"},
      {"PKCS#12, password missing",
       [&](auto& s) {
         s.client_certificate = Write("client.p12", identity.Pkcs12("secret", Authority()));
         s.client_key.clear();
       },
       "client_key_password_file"},
      {"PKCS#12, password wrong",
       [&](auto& s) {
         s.client_certificate = Write("client.p12", identity.Pkcs12("secret", Authority()));
         s.client_key.clear();
         s.client_key_password_file = Write("password", "guess");
       },
       "does not open with the password"},
      {"PKCS#12 beside a key file",
       [&](auto& s) {
         s.client_certificate = Write("client.p12", identity.Pkcs12("secret", Authority()));
       },
       "leave [register] client_key empty"},
      {"missing ca_file", [&](auto& s) { s.ca_file = dir_.File("no-ca.pem"); }, "ca_file"},
      {"ca_file without certificates", [&](auto& s) { s.ca_file = Write("noca.pem", "hello\n"); },
       "holds no certificate"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    CredentialSettings settings = PemSettings(identity);
    row.spoil(settings);
    const std::string text = Refusal(settings);
    EXPECT_THAT(text, HasSubstr(row.says));
    EXPECT_THAT(text, Not(HasSubstr("secret")));
    EXPECT_THAT(text, Not(HasSubstr("guess")));
  }
}

TEST_F(CredentialsTest, EmptyCaFileMeansTheSystemsAuthorities) {
  CredentialSettings settings = SpecSettings(ClientSpec());
  settings.ca_file.clear();
  const auto loaded = Load(settings);
  ASSERT_TRUE(loaded.ok()) << loaded.status().text();
  EXPECT_TRUE((*loaded)->trusts_system());
}

}  // namespace
}  // namespace utboks
