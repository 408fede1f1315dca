/// Verdicts of versions, as the store keeps them.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <mlops/base/error.hpp>
#include <mlops/dataset/checks.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace mlops::dataset {
namespace {

namespace stdfs = std::filesystem;
using expect::Outcome;

class Checks : public ::testing::Test {
 protected:
  Checks() : root_(stdfs::temp_directory_path() / fmt::format("mlops-checks-{}", ::getpid())) {
    stdfs::remove_all(root_);
    stdfs::create_directories(root_);
    store_.emplace(root_ / ".mlops", store::Store::Mode::create);
  }
  ~Checks() override { stdfs::remove_all(root_); }

  /// The next version of sources/churn.
  Version version() {
    const store::ReferenceName name{"sources", "churn"};
    const auto before = store_->references().find(name);
    Version out{.name = "churn", .time = {before ? before->seq : 0}, .raw = store_->objects().put("raw")};
    out.data = store_->objects().put("table");
    const auto published = store_->publish({.name = name,
                                            .expected = before ? std::optional(before->digest) : std::nullopt,
                                            .record = to_record(out),
                                            .who = "ana",
                                            .why = "test"});
    return from_record(store_->record(published.digest), published.digest, published.version);
  }

  static Check check(const Version& version, Outcome outcome, bool warn = false) {
    return {.address = version.address(),
            .number = version.number,
            .version = version.record,
            .time = {5},
            .results = {{"rows > 5", warn, {outcome, "rows = 3"}},
                        {"unique(id)", false, {Outcome::pass, "3 different"}}}};
  }

  stdfs::path root_;
  std::optional<store::Store> store_;
};

TEST_F(Checks, AVersionIsAcceptedUntilItsNewestCheckSaysNo) {
  const Version one = version();
  EXPECT_FALSE(find_check(*store_, one));
  EXPECT_FALSE(is_refused(*store_, one));
  keep(*store_, check(one, Outcome::fail), "ana");
  EXPECT_TRUE(is_refused(*store_, one));
  keep(*store_, check(one, Outcome::fail, true), "ana");
  EXPECT_FALSE(is_refused(*store_, one));
  keep(*store_, check(one, Outcome::skip), "ana");
  EXPECT_FALSE(is_refused(*store_, one));
  EXPECT_EQ(*find_check(*store_, one), check(one, Outcome::skip));
}

TEST_F(Checks, LastPassesOverWhatIsRefused) {
  const Version one = version();
  const Version two = version();
  const Version three = version();
  const Version four = version();
  EXPECT_FALSE(last_accepted(*store_, one));
  EXPECT_EQ(last_accepted(*store_, four)->number, 3);
  keep(*store_, check(three, Outcome::fail), "ana");
  keep(*store_, check(two, Outcome::fail), "ana");
  EXPECT_EQ(last_accepted(*store_, four)->number, 1);
  EXPECT_EQ(last_accepted(*store_, two)->number, 1);
  keep(*store_, check(three, Outcome::pass), "ana");
  EXPECT_EQ(last_accepted(*store_, four)->number, 3);
  // What it is itself does not matter.
  keep(*store_, check(four, Outcome::pass), "ana");
  EXPECT_EQ(last_accepted(*store_, four)->number, 3);
}

TEST_F(Checks, TheSameAnswerIsKeptOnce) {
  const Version one = version();
  Check first = check(one, Outcome::fail);
  keep(*store_, first, "ana");
  first.time = {99};
  keep(*store_, first, "bo");
  EXPECT_EQ(check_events(*store_, one.address()).size(), 1u);
  first.results[0].verdict.seen = "rows = 4";
  keep(*store_, first, "bo");
  EXPECT_EQ(check_events(*store_, one.address()).size(), 2u);
  EXPECT_EQ(check_events(*store_, "sources/chur").size(), 0u);
}

TEST_F(Checks, RecordsReadBackAndDamagedOnesAreCorrupt) {
  const Version one = version();
  Check all = check(one, Outcome::fail, true);
  all.last = one.record;
  EXPECT_EQ(check_from_record(to_record(all), {}), all);
  for (const std::string field : {"kind", "thing", "version", "time", "results"}) {
    json::Object damaged = to_record(all);
    damaged.set(field, 5);
    EXPECT_THROW(check_from_record(damaged, {}), Error) << field;
  }
  json::Object odd = to_record(all);
  odd.set("results", json::Array{json::Object{
                         {"assertion", "x"}, {"warn", false}, {"outcome", "perhaps"}, {"seen", ""}}});
  EXPECT_THROW(check_from_record(odd, {}), Error);
}

TEST_F(Checks, TheSummaryCountsEachKind) {
  const Version one = version();
  EXPECT_EQ(check(one, Outcome::fail).summary(), "1 assertion holds, 1 fails");
  EXPECT_EQ(check(one, Outcome::fail, true).summary(), "1 assertion holds, 1 warns");
  EXPECT_EQ(check(one, Outcome::skip).summary(), "1 assertion holds, 1 is skipped");
  EXPECT_EQ(check(one, Outcome::pass).summary(), "2 assertions hold");
}

}  // namespace
}  // namespace mlops::dataset
