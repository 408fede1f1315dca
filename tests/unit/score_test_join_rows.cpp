/// Training sets: rows of files with features beside them, and what is told instead.
#include <mlops/base/clock.hpp>
#include <mlops/base/progress.hpp>
#include <mlops/dataset/ingest.hpp>
#include <mlops/manifest/manifest.hpp>
#include <mlops/score/join_rows.hpp>

#include "score_test.hpp"

namespace mlops::score {
namespace {

using test::error_of;

class JoinRowsTest : public ScoreTest {
 protected:
  void SetUp() override {
    ScoreTest::SetUp();
    store_ = std::make_unique<store::Store>(dir_ / ".mlops", store::Store::Mode::create);
    write("events.csv", "k,t,x\na,2026-01-01 00:00:00,1\na,2026-01-01 00:30:00,2\nb,2026-01-01 00:00:00,\n");
    write("rows.csv", "k,t,other\na,2026-01-01 01:00:00,\"x,y\"\nc,2026-01-01 01:00:00,\nb,,z\n");
    manifest_ = manifest::parse(
        "mlops: 1\nsources: {events: {from: events.csv}}\n"
        "features: {v: {key: {k: k}, from: events, at: t, columns: {m: mean(x) over 1h, n: count() over 30m,"
        " z: zscore(x), b: 'impute(x, 7)'}}}\n",
        "mlops.yaml");
    dataset::Workshop shop{
        .engines = engines_, .resources = {.threads = 2}, .clock = clock_, .progress = progress_};
    version_ = dataset::ingest(*store_, shop,
                               {.source = *manifest_.find_source("events"),
                                .base = dir_,
                                .pinned = {},
                                .accept_schema = false,
                                .who = "t",
                                .input = {}})
                   .version;
  }

  JoinRequest request(const std::string& as = "") {
    JoinRequest out{.input = dir_ / "rows.csv"};
    out.uses.push_back({.use = {.use = "v", .as = as},
                        .view = *manifest_.find_feature("v"),
                        .table = *manifest_.find_table("events"),
                        .version = version_});
    out.write_output = [this](std::string_view bytes) { written_ += bytes; };
    return out;
  }

  JoinReport joined(const JoinRequest& wanted) {
    const EnrichPlace place{.store = *store_, .engines = engines_, .resources = {.threads = 2}};
    return join_rows(place, dir_ / "scratch", wanted, progress_);
  }

  manifest::Manifest manifest_;
  std::unique_ptr<store::Store> store_;
  dataset::Version version_;
  std::string written_;
  FixedClock clock_{Time{1'800'000'000'000'000}};
  NoProgress progress_;
};

TEST_F(JoinRowsTest, rows_stay_and_features_stand_beside_them) {
  const JoinReport report = joined(request());
  EXPECT_EQ(written_,
            "k,t,other,v__m,v__n,v__z,v__b\n"
            "a,2026-01-01 01:00:00,\"x,y\",1.5,1,2,2.0\n"
            "c,2026-01-01 01:00:00,,,0,,7.0\n"
            "b,,z,,0,,7.0\n");
  EXPECT_EQ(report.rows, 3u);
  EXPECT_EQ(report.time, "t");
  EXPECT_EQ(report.format, "csv");
  ASSERT_EQ(report.fits.size(), 1u);
  EXPECT_EQ(report.fits[0].column, "v__b");
  EXPECT_EQ(report.joined[0].nulls, 2u);
}

TEST_F(JoinRowsTest, what_learns_does_so_from_the_rows_named) {
  JoinRequest wanted = request("e");
  wanted.version = version_;
  wanted.train = std::vector<std::uint32_t>{0, 1};
  joined(wanted);
  // Means and deviation of 1 and 2, as of their own times.
  EXPECT_EQ(written_,
            "k,t,x,e__m,e__n,e__z,e__b\n"
            "a,2026-01-01 00:00:00,1,1.0,1,-1.0,1.0\n"
            "a,2026-01-01 00:30:00,2,1.5,2,1.0,2.0\n"
            "b,2026-01-01 00:00:00,,,1,,7.0\n");
}

TEST_F(JoinRowsTest, batches_can_be_taken_and_a_dry_run_writes_nothing) {
  JoinRequest wanted = request();
  std::size_t rows = 0;
  wanted.take = [&](const Columns& batch) {
    EXPECT_EQ(batch.width(), 7u);
    rows += batch.rows();
    return true;
  };
  joined(wanted);
  EXPECT_EQ(rows, 3u);
  wanted = request();
  wanted.dry_run = true;
  wanted.output = dir_ / "set.parquet";
  EXPECT_EQ(joined(wanted).format, "parquet");
  EXPECT_FALSE(std::filesystem::exists(wanted.output));
  EXPECT_EQ(written_, "");
  EXPECT_TRUE(std::filesystem::is_empty(dir_ / "scratch"));
}

TEST_F(JoinRowsTest, columns_are_told_before_anything_is_written) {
  JoinRequest wanted = request();
  wanted.time = "tt";
  EXPECT_EQ(error_of([&] { joined(wanted); }).message(), "the rows have no column 'tt', the time");
  wanted = request();
  wanted.uses[0].use.key = {{"k", "kk"}};
  EXPECT_EQ(error_of([&] { joined(wanted); }).message(), "the rows have no column 'kk', the k of v");
  write("rows.csv", "k,t,V__M\na,2026-01-01 01:00:00,1\n");
  EXPECT_EQ(error_of([&] { joined(request()); }).message(), "there would be two columns 'v__m'");
  write("rows.csv", "k,t,u\na,2026-01-01,2026-01-02\n");
  EXPECT_EQ(error_of([&] { joined(request()); }).message(),
            "which column says when a row happened is not said");
  wanted = request();
  wanted.usual_time = "u";
  EXPECT_EQ(joined(wanted).time, "u");
  wanted.output = dir_ / "rows.csv";
  EXPECT_EQ(error_of([&] { joined(wanted); }).code(), Code::usage);
}

}  // namespace
}  // namespace mlops::score
