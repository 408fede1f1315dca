#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/store/collect.hpp>
#include <mlops/store/exchange.hpp>
#include <mlops/store/forgotten.hpp>
#include <mlops/store/store.hpp>
#include <mlops/store/tree.hpp>
#include <mlops/store/usage.hpp>

#include <filesystem>
#include <memory>
#include <string>

namespace mlops::store {
namespace {

namespace stdfs = std::filesystem;

class ForgottenTest : public testing::Test {
 protected:
  ForgottenTest() { stdfs::create_directories(dir); }
  ~ForgottenTest() override { stdfs::remove_all(dir); }

  json::Object record_of(const Digest& content, std::int64_t number) const {
    return {{"kind", "thing/1"}, {"number", number}, {"raw", content.text()}};
  }

  /// The next version of the thing.
  Digest publish(const std::string& content) {
    const Digest digest = store->objects().put(content);
    const auto now = store->references().find(name);
    return store
        ->publish({.name = name,
                   .expected = now ? std::optional(now->digest) : std::nullopt,
                   .record = record_of(digest, ++published_),
                   .time = {},
                   .who = "test"})
        .digest;
  }

  /// Another record in the place of one.
  Digest put_instead(const Digest& record, const Digest& before, const std::string& content) {
    const Digest instead =
        store->objects().put(json::canonical(record_of(store->objects().put(content), ++published_)));
    forget(record, before, instead);
    return instead;
  }
  void forget(const Digest& record, const Digest& before, const std::optional<Digest>& instead) {
    store::forget(
        *store,
        {.name = name,
         .versions = {{.version = 1, .record = record, .before = before, .instead = instead, .rows = 1}},
         .time = {},
         .who = "test",
         .why = "why"});
  }

  Collected collect_forgotten() {
    NoProgress progress;
    CollectOptions options;
    options.forgotten = true;
    return collect(*store, options, progress);
  }
  bool sound() {
    NoProgress progress;
    return store->fsck(progress).empty();
  }
  bool has(const std::string& content) { return store->objects().has(digest_of(content)); }
  static Digest digest_of(const std::string& content) {
    const stdfs::path scratch = stdfs::path(testing::TempDir()) / ("digest-" + std::to_string(getpid()));
    Digest out;
    {
      Store other(scratch, Store::Mode::create);
      out = other.objects().put(content);
    }
    stdfs::remove_all(scratch);
    return out;
  }

  const stdfs::path dir = stdfs::path(testing::TempDir()) / ("forgotten-" + std::to_string(getpid()));
  const stdfs::path root = dir / "store";
  std::unique_ptr<Store> store = std::make_unique<Store>(root, Store::Mode::create);
  const ReferenceName name{"things", "one"};

 private:
  std::int64_t published_ = 0;
};

TEST_F(ForgottenTest, WhatNobodyForgotStands) {
  publish("first");
  EXPECT_TRUE(forgotten(*store, name).empty());
  EXPECT_EQ(collect_forgotten().removed.objects, 0U);
  EXPECT_TRUE(has("first"));
}

TEST_F(ForgottenTest, AnotherRecordStandsAndTheContentsGoAtOnce) {
  const Digest first = publish("Ana and Bo");
  publish("Ana, Bo and Cy");
  const Digest instead = put_instead(first, first, "Bo");
  EXPECT_EQ(forgotten(*store, name).at(first), instead);
  EXPECT_TRUE(sound());
  EXPECT_EQ(collect_forgotten().removed.objects, 1U);
  EXPECT_FALSE(has("Ana and Bo"));
  EXPECT_TRUE(has("Bo"));
  EXPECT_TRUE(has("Ana, Bo and Cy"));
  EXPECT_TRUE(sound());
}

TEST_F(ForgottenTest, TheNextOneTakesThePlaceOfTheOneBefore) {
  const Digest first = publish("Ana, Bo and Cy");
  const Digest second = put_instead(first, first, "Bo and Cy");
  const Digest third = put_instead(first, second, "Cy");
  EXPECT_EQ(forgotten(*store, name).at(first), third);
  collect_forgotten();
  EXPECT_FALSE(has("Ana, Bo and Cy"));
  EXPECT_FALSE(has("Bo and Cy"));
  EXPECT_TRUE(has("Cy"));
  EXPECT_TRUE(sound());
}

TEST_F(ForgottenTest, WhatWasMadeFromAnotherThanStandsIsRefused) {
  const Digest first = publish("Ana, Bo and Cy");
  const Digest instead = put_instead(first, first, "Bo and Cy");
  try {
    put_instead(first, first, "Ana and Cy");
    FAIL() << "the second one has what the first has removed";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::conflict);
    EXPECT_EQ(e.id(), "forget.conflict");
  }
  EXPECT_EQ(forgotten(*store, name).at(first), instead);
  forget(first, first, std::nullopt);  // To drop it is always right.
  EXPECT_EQ(forgotten(*store, name).at(first), std::nullopt);
}

TEST_F(ForgottenTest, OfTwoStoresThatKnewNothingOfEachOtherNeitherCounts) {
  const Digest first = publish("Ana, Bo and Cy");
  put_instead(first, first, "Bo and Cy");
  // What the other store has made goes behind ours, as a pull puts it there.
  const Digest theirs =
      store->objects().put(json::canonical(record_of(store->objects().put("Ana and Cy"), 77)));
  const ReferenceName journal{"forgotten", "things/one"};
  store->publish({.name = journal,
                  .expected = store->references().find(journal)->digest,
                  .record = {{"kind", "forget/1"},
                             {"versions", json::Array{json::Object{{"version", 1},
                                                                   {"record", first.hex()},
                                                                   {"before", first.hex()},
                                                                   {"instead", theirs.text()},
                                                                   {"rows", 1}}}}},
                  .time = {},
                  .who = "test"});
  EXPECT_EQ(forgotten(*store, name).at(first), std::nullopt);
  collect_forgotten();
  for (const char* content : {"Ana, Bo and Cy", "Bo and Cy", "Ana and Cy"})
    EXPECT_FALSE(has(content)) << content;
  EXPECT_TRUE(sound());
}

TEST_F(ForgottenTest, WhatSomethingElseNamesStays) {
  const Digest first = publish("shared");
  store->publish({.name = {"things", "two"},
                  .expected = {},
                  .record = record_of(store->objects().put("shared"), 100),
                  .time = {},
                  .who = "test"});
  forget(first, first, std::nullopt);
  EXPECT_EQ(collect_forgotten().removed.objects, 0U);
  EXPECT_TRUE(has("shared"));
  EXPECT_TRUE(sound());
}

TEST_F(ForgottenTest, WhatIsMadeAgainIsKeptByTheNewVersion) {
  const Digest first = publish("again");
  forget(first, first, std::nullopt);
  collect_forgotten();
  EXPECT_FALSE(has("again"));
  publish("again");
  EXPECT_EQ(collect_forgotten().removed.objects, 0U);
  EXPECT_TRUE(has("again"));
  EXPECT_TRUE(sound());
}

TEST_F(ForgottenTest, RecordsAreFollowedAndOtherGarbageStays) {
  const Digest first = publish("first");
  const auto second = store->publish({.name = {"things", "made"},
                                      .expected = {},
                                      .record = {{"kind", "thing/1"},
                                                 {"from", first.text()},
                                                 {"raw", store->objects().put("made of it").text()}},
                                      .time = {},
                                      .who = "test"});
  store->objects().put("garbage");
  store::forget(*store, {.name = {"things", "made"},
                         .versions = {{.version = 1, .record = second.digest, .before = second.digest}},
                         .time = {}});
  EXPECT_EQ(collect_forgotten().removed.objects, 1U);
  EXPECT_FALSE(has("made of it"));
  EXPECT_TRUE(has("first"));
  EXPECT_TRUE(has("garbage"));
  EXPECT_TRUE(sound());
}

TEST_F(ForgottenTest, FilesOfTreesGoAndTheListOfTheRestStays) {
  Tree tree;
  for (const char* content : {"one", "two", "three"})
    tree.files.push_back(
        {.path = content, .size = std::string(content).size(), .digest = store->objects().put(content)});
  const Digest before = put_tree(store->objects(), tree);
  tree.files.erase(tree.files.begin());
  const Digest after = put_tree(store->objects(), tree);
  const auto first = store->publish(
      {.name = name, .expected = {}, .record = record_of(before, 1), .time = {}, .who = "test"});
  forget(first.digest, first.digest, store->objects().put(json::canonical(record_of(after, 2))));
  EXPECT_EQ(collect_forgotten().removed.objects, 2U);
  EXPECT_FALSE(has("one"));
  EXPECT_TRUE(has("two"));
  EXPECT_TRUE(sound());
}

TEST_F(ForgottenTest, WhatStandsForItTravelsAndTheRestIsNotMissed) {
  const Digest first = publish("Ana and Bo");
  const Digest instead = put_instead(first, first, "Bo");
  collect_forgotten();
  const Reached reached = reach(*store, {first}, Reach::close);
  EXPECT_EQ(reached.contents, std::vector<Digest>{digest_of("Bo")});
  EXPECT_TRUE(reached.missing.empty());
  EXPECT_EQ(reached.history.size(), 2U);
  EXPECT_TRUE(store->objects().has(instead));
}

TEST_F(ForgottenTest, ACommandAtWorkIsWaitedFor) {
  const Digest first = publish("gone");
  auto other = std::make_unique<Store>(root, Store::Mode::open);
  const auto path = other->objects().temporary_path("");  // It is at work from now on.
  forget(first, first, std::nullopt);
  const Collected waits = collect_forgotten();
  EXPECT_EQ(waits.removed.objects, 0U);
  EXPECT_EQ(waits.marked.objects, 1U);
  EXPECT_TRUE(waits.busy_since.has_value());
  EXPECT_TRUE(has("gone"));
  other = nullptr;
  EXPECT_EQ(collect_forgotten().removed.objects, 1U);
  EXPECT_FALSE(has("gone"));
}

TEST_F(ForgottenTest, UsageSaysWhoseItIs) {
  publish("first");
  publish("shared");
  store->publish({.name = {"models", "two"},
                  .expected = {},
                  .record = record_of(store->objects().put("shared"), 100),
                  .time = {},
                  .who = "test"});
  const auto usage = usage_by_name(*store);
  ASSERT_EQ(usage.size(), 2U);
  EXPECT_EQ(usage[0].name, "models/two");
  EXPECT_EQ(usage[1].name, "things");
  EXPECT_EQ(usage[1].versions, 2U);
  EXPECT_EQ(usage[0].stored_bytes - usage[0].own_bytes, 6U);
  EXPECT_EQ(usage[1].stored_bytes - usage[1].own_bytes, 6U);
  EXPECT_EQ(usage[1].logical_bytes, usage[1].stored_bytes);
}

}  // namespace
}  // namespace mlops::store
