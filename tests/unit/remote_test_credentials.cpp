/// Keys of S3: where they are looked for, what wins, how they are renewed, and that no message shows them.
#include <gtest/gtest.h>
#include <mlops/fs/temporary.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "error_of.hpp"
#include "src/s3/credentials.hpp"
#include "src/s3/open.hpp"

namespace mlops::remote::s3 {
namespace {

namespace files = std::filesystem;
using test::error_of;

class S3Credentials : public testing::Test {
 protected:
  S3Credentials() { files::create_directories(home / ".aws"); }

  void write(const files::path& name, const std::string& text) const { std::ofstream(home / name) << text; }

  /// A program that answers with this, and notes that it was asked.
  std::string program(const std::string& answer, const std::string& end = "exit 0") const {
    write("helper",
          "echo x >>" + (home / "asked").native() + "\ncat <<'END'\n" + answer + "\nEND\n" + end + "\n");
    return "sh " + (home / "helper").native();
  }
  std::size_t asked() const {
    std::ifstream in(home / "asked");
    return static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>(in), {}, '\n'));
  }

  Credentials keys(const Environment& more = {}) {
    Environment all = environment;
    for (const auto& [name, value] : more) all[name] = value;
    return Keys(all, read_profile(all), clock).get();
  }

  fs::TemporaryFolder scratch{files::temp_directory_path()};
  const files::path home = scratch.path();
  const Environment environment = {{"HOME", home.native()}, {"PATH", "/usr/bin:/bin"}};
  FixedClock clock{*Time::parse("2026-11-01T12:00:00Z")};
};

TEST_F(S3Credentials, TheEnvironmentComesFirst) {
  write(".aws/credentials", "[default]\naws_access_key_id = file\naws_secret_access_key = secret\n");
  EXPECT_EQ(keys({{"AWS_ACCESS_KEY_ID", "id"}, {"AWS_SECRET_ACCESS_KEY", "s"}, {"AWS_SESSION_TOKEN", "t"}}),
            (Credentials{.key_id = "id", .secret = "s", .token = "t"}));
  EXPECT_EQ(keys().key_id, "file");
}

TEST_F(S3Credentials, ProfilesAreReadFromBothFiles) {
  write(".aws/credentials",
        "# mine\n[default]\naws_access_key_id=id1\naws_secret_access_key = a=b/c+d \n\n[ work ]\r\n"
        "aws_access_key_id = id2\r\naws_secret_access_key = s2\r\naws_session_token = t2\r\n");
  write(".aws/config",
        "[default]\nregion = eu-west-1\naws_access_key_id = other\n[profile work]\nregion = eu-west-2\ns3 =\n"
        "  addressing_style = path\n  nonsense\nendpoint_url = https://minio:9000\n");
  EXPECT_EQ(keys(), (Credentials{.key_id = "id1", .secret = "a=b/c+d"}));
  EXPECT_EQ(keys({{"AWS_PROFILE", "work"}}), (Credentials{.key_id = "id2", .secret = "s2", .token = "t2"}));
  Environment work = environment;
  work["AWS_PROFILE"] = "work";
  EXPECT_EQ(read_profile(work).value("region"), "eu-west-2");
  EXPECT_EQ(read_profile(work).value("endpoint_url"), "https://minio:9000");
  EXPECT_EQ(read_profile(environment).value("region"), "eu-west-1");
  EXPECT_EQ(read_profile(environment).value("endpoint_url"), "");
}

TEST_F(S3Credentials, TheFilesMayBeElsewhere) {
  write("keys", "[default]\naws_access_key_id = id\naws_secret_access_key = s\n");
  EXPECT_EQ(keys({{"AWS_SHARED_CREDENTIALS_FILE", (home / "keys").native()}}).key_id, "id");
  EXPECT_EQ(keys({{"AWS_CONFIG_FILE", (home / "keys").native()}}).key_id, "id");
}

TEST_F(S3Credentials, WhoFindsNoneSaysWhereItLooked) {
  write(".aws/config", "[default]\nregion = eu-west-1\n");
  const Error none = error_of([&] { keys({{"AWS_PROFILE", "work"}}); });
  EXPECT_EQ(none.code(), Code::not_found);
  EXPECT_EQ(none.id(), "remote.no_credentials");
  EXPECT_EQ(none.hint(),
            fmt::format("looked at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and for the profile "
                        "'work' in '{0}/.aws/config' (no keys there), in '{0}/.aws/credentials' (not there)",
                        home.native()));
  EXPECT_NE(error_of([&] { keys({{"HOME", ""}}); }).hint().find("HOME is not set"), std::string::npos);
  // Opening says so, before anything is sent.
  EXPECT_EQ(error_of([&] {
              Engines engines{{ENGINES_DIR}};
              open_s3({.url = "s3://b"}, {.environment = environment, .engines = &engines});
            }).id(),
            "remote.no_credentials");
}

TEST_F(S3Credentials, HalfOfAPairIsAFault) {
  const Error half = error_of([&] { keys({{"AWS_SECRET_ACCESS_KEY", "top-secret"}}); });
  EXPECT_EQ(half.code(), Code::usage);
  EXPECT_EQ((half.message() + half.hint()).find("top-secret"), std::string::npos);
  write(".aws/credentials", "[default]\naws_access_key_id = id\n");
  EXPECT_EQ(error_of([&] { keys(); }).id(), "remote.credentials");
}

TEST_F(S3Credentials, ALineThatIsNoneIsNamedByItsNumberAlone) {
  for (const char* line : {"top-secret", "[default", "= top-secret"}) {
    write(".aws/credentials", fmt::format("[default]\n{}\n", line));
    const Error fault = error_of([&] { keys(); });
    EXPECT_EQ(fault.code(), Code::usage);
    EXPECT_EQ(fault.message(),
              fmt::format("'{}/.aws/credentials', line 2: neither a section nor a value", home.native()));
  }
}

TEST_F(S3Credentials, AProgramGivesThemForAWhile) {
  write(".aws/config", "[default]\ncredential_process = " + program(R"({"Version": 1, "AccessKeyId": "id",
    "SecretAccessKey": "s", "SessionToken": "t", "Expiration": "2026-11-01T13:00:00Z"})"));
  Keys lasting(environment, read_profile(environment), clock);
  EXPECT_EQ(asked(), 0u);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(lasting.get().token, "t");
  EXPECT_EQ(asked(), 1u);
  EXPECT_EQ(lasting.get().renew_from, Time::parse("2026-11-01T12:55:00Z"));
}

class MovedClock final : public Clock {
 public:
  Time now() const override { return time; }
  Time time = *Time::parse("2026-11-01T12:00:00Z");
};

TEST_F(S3Credentials, TheyAreRenewedBeforeTheyEnd) {
  write(".aws/config", "[default]\ncredential_process = " + program(R"({"Version": 1, "AccessKeyId": "id",
    "SecretAccessKey": "s", "Expiration": "2026-11-01T12:04:00+00:00"})"));
  MovedClock moved;
  Keys keys(environment, read_profile(environment), moved);
  keys.get();
  moved.time = *Time::parse("2026-11-01T12:02:59Z");
  keys.get();
  EXPECT_EQ(asked(), 1u);
  moved.time = *Time::parse("2026-11-01T12:03:00Z");
  keys.get();
  EXPECT_EQ(asked(), 2u);
  moved.time = *Time::parse("2026-11-01T12:05:00Z");
  EXPECT_NE(error_of([&] { keys.get(); }).message().find("have expired"), std::string::npos);
}

TEST_F(S3Credentials, AProgramThatFailsIsNamedAndNotQuoted) {
  for (
      const std::string& answer :
      {std::string("top-secret"), std::string("{\"SecretAccessKey\": \"top-secret\""),
       std::string(R"({"Version": 2, "AccessKeyId": "id", "SecretAccessKey": "top-secret"})"),
       std::string(R"({"Version": 1, "SecretAccessKey": "top-secret"})"),
       std::string(
           R"({"Version": 1, "AccessKeyId": "i", "SecretAccessKey": "top-secret", "Expiration": "soon"})")}) {
    write(".aws/config", "[default]\ncredential_process = " + program(answer));
    const Error fault = error_of([&] { keys(); });
    EXPECT_EQ(fault.code(), Code::failed);
    EXPECT_EQ(fault.id(), "remote.credentials");
    EXPECT_EQ((fault.message() + fault.hint() + fault.detail()).find("top-secret"), std::string::npos)
        << answer;
  }
  write(".aws/config", "[default]\ncredential_process = " + program("{}", "exit 1"));
  EXPECT_EQ(error_of([&] { keys(); }).id(), "remote.credentials");
  write(".aws/config", "[default]\ncredential_process = /nowhere/helper\n");
  EXPECT_EQ(error_of([&] { keys(); }).message(),
            "'/nowhere/helper' gives no keys: it is not there, failed, or took longer than a minute");
}

TEST_F(S3Credentials, ACommandIsCutAsAShellCutsIt) {
  EXPECT_EQ(words_of(R"(  /opt/a\ b/helper  --name "x y\"z" '' 'a\b' )"),
            (std::vector<std::string>{"/opt/a b/helper", "--name", "x y\"z", "", "a\\b"}));
  EXPECT_EQ(words_of(""), (std::vector<std::string>{}));
}

}  // namespace
}  // namespace mlops::remote::s3
