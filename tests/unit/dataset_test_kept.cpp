/// Tables of ingests that are made again from the bytes as they came.
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/dataset/forget.hpp>
#include <mlops/dataset/kept.hpp>
#include <mlops/fs/temporary.hpp>
#include <mlops/store/collect.hpp>
#include <mlops/store/exchange.hpp>
#include <mlops/store/tree.hpp>

#include <filesystem>
#include <fstream>
#include <string>

#include "error_of.hpp"

namespace mlops::dataset {
namespace {

using test::error_of;

class KeptTest : public ::testing::Test {
 protected:
  void SetUp() override { version_ = version(1000); }

  Version version(int rows, const std::string& transform = "") {
    std::ofstream out(folder_.path() / "a.csv");
    out << header_;
    for (int i = 0; i < rows; ++i)
      out << fmt::format("{},w{},{}{}\n", i, i * 7919 % 13, 0.1 * (i % 97), end_);
    out.close();
    manifest::SourceSpec source;
    source.name = "a";
    source.from = {"a.csv"};
    source.transform = transform;
    return ingest(store_, shop_,
                  {.source = source,
                   .base = folder_.path(),
                   .pinned = {},
                   .accept_schema = false,
                   .who = "t",
                   .input = {}})
        .version;
  }

  std::filesystem::path object(const Digest& digest) const {
    return store_.root() / "objects/sha256" / digest.hex().substr(0, 2) / digest.hex().substr(2);
  }

  /// As if another release of the engine had written it: the same table in other bytes.
  Version foreign() {
    Version out = version_;
    out.data = Digest::parse("sha256:" + std::string(64, 'a')).value();
    return out;
  }

  fs::TemporaryFolder folder_{std::filesystem::temp_directory_path()};
  store::Store store_{folder_.path() / ".mlops", store::Store::Mode::create};
  Engines engines_{{ENGINES_DIR}};
  FixedClock clock_{Time{1'800'000'000'000'000}};
  NoProgress progress_;
  Workshop shop_{.engines = engines_, .resources = {.threads = 2}, .clock = clock_, .progress = progress_};
  TablePlace place_ = table_place(store_, shop_);
  std::string header_ = "id,who,x\n";
  std::string end_;  ///< Of a row.
  Version version_;
};

TEST_F(KeptTest, ATableThatIsNotThereIsMadeAgainByteByByte) {
  EXPECT_TRUE(version_.is_cache());
  std::filesystem::remove(object(version_.data));
  EXPECT_EQ(loss_of(store_.objects(), version_), "");
  EXPECT_EQ(loss_of_table(store_.objects(), version_), "");
  const KeptTable table = kept_table(place_, version_);
  EXPECT_EQ(table.object, version_.data);
  EXPECT_EQ(table.file, object(version_.data));
}

TEST_F(KeptTest, OtherBytesOfTheSameTableWillDo) {
  const Version other = foreign();
  const KeptTable table = kept_table(place_, other);
  EXPECT_EQ(table.object, version_.data);
  // Known from then on: without the bytes as they came, too.
  for (const store::TreeFile& file : store::get_tree(store_.objects(), version_.raw).files)
    std::filesystem::remove(object(file.digest));
  EXPECT_EQ(kept_table(place_, other).file, table.file);
  std::filesystem::remove(table.file);
  const auto fault = error_of([&] { kept_table(place_, other); });
  EXPECT_EQ(fault.code(), Code::corrupt);
  EXPECT_NE(fault.message().find("the table of sources/a@v1 cannot be read: the store has no object"),
            std::string::npos);
}

TEST_F(KeptTest, ATableThatComesOtherwiseIsRefused) {
  Version other = foreign();
  other.table = Digest::parse("sha256:" + std::string(64, 'b')).value();
  const auto fault = error_of([&] { kept_table(place_, other); });
  EXPECT_EQ(fault.id(), "data.comes_otherwise");
  EXPECT_EQ(fault.message(), "sources/a@v1 comes out otherwise than it was, read again from its bytes");
  other.rows = 7;
  EXPECT_EQ(loss_if_dropped(place_, other),
            "sources/a@v1 comes out otherwise than it was, read again from its bytes: it has 1,000 rows, and "
            "had 7");
  EXPECT_EQ(loss_if_dropped(place_, version_), "");
}

TEST_F(KeptTest, WhatATransformMadeIsMadeAgain) {
  const Version made = version(500, "SELECT who, sum(x) AS x FROM a GROUP BY who ORDER BY who");
  ASSERT_TRUE(made.is_cache());
  std::filesystem::remove(object(made.data));
  EXPECT_EQ(kept_table(place_, made).object, made.data);
}

TEST_F(KeptTest, WhatAColumnWasReadAsBeforeATransformHasToBeTold) {
  EXPECT_TRUE(version(500, "SELECT id FROM a").is_cache());
  header_ = "id,who,x,nothing\n";
  end_ = ",";
  EXPECT_FALSE(version(500, "SELECT id, nothing FROM a").is_cache());
  EXPECT_TRUE(version(500).is_cache());
}

TEST_F(KeptTest, ARecordThatDoesNotPromiseItHasNoCache) {
  json::Object record = to_record(version_);
  json::Object table = *record.find("table")->as_object();
  table.set("cache", false);
  record.set("table", table);
  const Version other = from_record(record, version_.record, 1);
  EXPECT_FALSE(other.is_cache());
  std::filesystem::remove(object(version_.data));
  EXPECT_EQ(loss_of(store_.objects(), other), "its table is missing");
  EXPECT_EQ(error_of([&] { kept_table(place_, other); }).code(), Code::corrupt);
}

TEST_F(KeptTest, ACacheIsNotMissed) {
  std::filesystem::remove(object(version_.data));
  const store::Reached reached = store::reach(store_, {version_.record});
  EXPECT_TRUE(reached.missing.empty());
  ASSERT_EQ(reached.absent.size(), 1u);
  EXPECT_EQ(reached.absent.front(), version_.data);
  EXPECT_TRUE(store_.fsck(progress_).empty());
  // What others name as well is.
  Version made = version_;
  made.section = "data";
  made.made = Made{.sql = "SELECT 1"};
  made.cache = false;
  const Digest record = store_.objects().put(json::canonical(to_record(made)));
  for (const auto& roots : {std::vector<Digest>{version_.record, record}, {record, version_.record}}) {
    const store::Reached both = store::reach(store_, roots);
    EXPECT_TRUE(both.absent.empty());
    ASSERT_EQ(both.missing.size(), 1u);
  }
}

/// A store in which version 1 of `a` was ingested by another release of the engine, and its table dropped.
class ForeignStore {
 public:
  ForeignStore(store::Store& from, const Version& ingested, const std::filesystem::path& root)
      : store(root, store::Store::Mode::create) {
    store::Objects& objects = store.objects();
    const store::Tree raw = store::get_tree(from.objects(), ingested.raw);
    for (const store::TreeFile& file : raw.files) objects.put(from.objects().get(file.digest));
    store::put_tree(objects, raw);
    Version other = ingested;
    other.data = objects.put("as another release writes it");
    const auto published = store.publish(
        {.name = {"sources", "a"}, .record = to_record(other), .who = "t", .why = "t", .summary = "t"});
    std::filesystem::remove(root / "objects/sha256" / other.data.hex().substr(0, 2) /
                            other.data.hex().substr(2));
    version = from_record(store.record(published.digest), published.digest, 1);
  }

  store::Store store;
  Version version;
};

TEST_F(KeptTest, RowsThatAreForgottenGoFromBytesThatNoRecordNames) {
  ForeignStore other(store_, version_, folder_.path() / "other");
  const TablePlace place = table_place(other.store, shop_);
  EXPECT_EQ(kept_table(place, other.version).object, version_.data);
  EXPECT_TRUE(other.store.objects().has(version_.data));
  const ForgetReport report =
      forget_rows(other.store, shop_, {.address = "a", .where = "id = 7", .who = "t", .dry_run = false});
  EXPECT_EQ(report.versions.size(), 1u);
  ASSERT_EQ(report.unnamed, std::vector<Digest>{version_.data});
  // And once more, as after a kill.
  EXPECT_EQ(forget_rows(other.store, shop_, {.address = "a", .where = "id = 7", .who = "t", .dry_run = true})
                .unnamed,
            report.unnamed);
  store::CollectOptions options;
  options.forgotten = true;
  options.unnamed = report.unnamed;
  store::collect(other.store, options, progress_);
  EXPECT_FALSE(other.store.objects().has(version_.data));
  EXPECT_TRUE(other.store.fsck(progress_).empty());
  EXPECT_EQ(resolve(other.store, "a").rows, 999u);
}

}  // namespace
}  // namespace mlops::dataset
