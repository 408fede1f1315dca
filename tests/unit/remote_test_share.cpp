#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/remote/address.hpp>
#include <mlops/remote/remote.hpp>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <thread>

#include "error_of.hpp"

namespace mlops::remote {
namespace {

using test::error_of;

constexpr Time now = {.us = 1'700'000'000'000'000};

/// Says how often it was asked for what.
class Counted final : public Space {
 public:
  Counted(std::unique_ptr<Space> space, std::map<std::string, int>& asked)
      : space_(std::move(space)), asked_(asked) {}

  std::string name() const override { return space_->name(); }
  void list(const std::string& prefix, const std::string& after,
            const std::function<void(const Item& item)>& visit) override {
    ++asked_["list"];
    space_->list(prefix, after, visit);
  }
  std::optional<std::string> find(const std::string& key) override {
    ++asked_["find"];
    return space_->find(key);
  }
  void get(const std::string& key, std::uint64_t offset, std::uint64_t size,
           const std::function<void(std::string_view bytes)>& take) override {
    ++asked_["get"];
    space_->get(key, offset, size, take);
  }
  void put(const std::string& key, std::string_view bytes) override {
    ++asked_["put"];
    space_->put(key, bytes);
  }
  void put_file(const std::string& key, const std::filesystem::path& file,
                const std::optional<Digest>& digest, const Moved& moved) override {
    ++asked_["put"];
    space_->put_file(key, file, digest, moved);
  }
  bool create(const std::string& key, std::string_view bytes) override {
    ++asked_["create"];
    return space_->create(key, bytes);
  }
  void remove(const std::string& key) override { space_->remove(key); }

 private:
  const std::unique_ptr<Space> space_;
  std::map<std::string, int>& asked_;
};

/// Stores beside one remote, in a folder of their own.
class Share : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "share-XXXXXX").native();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    top_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(top_); }

  std::unique_ptr<store::Store> store(const std::string& name) const {
    return std::make_unique<store::Store>(top_ / name, store::Store::Mode::create);
  }

  std::unique_ptr<Remote> remote(store::Store& store) const {
    return std::make_unique<Remote>(store, "origin",
                                    open_space({.url = (top_ / "remote").native()}, {.folder = top_}));
  }

  static Digest publish(store::Store& store, const store::ReferenceName& name, const std::string& what,
                        const std::vector<Digest>& of = {}) {
    json::Array names;
    for (const Digest& digest : of) names.emplace_back(digest.text());
    const auto last = store.references().find(name);
    const auto expected = last ? std::optional(last->digest) : std::nullopt;
    return store
        .publish({.name = name,
                  .expected = expected,
                  .record = {{"kind", "example/1"}, {"of", std::move(names)}, {"what", what}},
                  .time = now,
                  .who = "ana",
                  .why = what,
                  .summary = what})
        .digest;
  }

  static Pushed push(Remote& remote) {
    NoProgress progress;
    return remote.push({.time = now, .who = "ana"}, progress);
  }

  static Fetched fetch(Remote& remote) {
    NoProgress progress;
    return remote.fetch(progress);
  }

  static std::vector<std::string> history(store::Store& store, const store::ReferenceName& name) {
    std::vector<std::string> out;
    for (const auto& entry : store.references().history(name))
      out.push_back(fmt::format("{} {}", entry.seq, entry.summary));
    return out;
  }

  /// As the next command finds it.
  void expect_sound(const std::string& name) const {
    NoProgress progress;
    for (const store::Fault& fault : store(name)->fsck(progress)) ADD_FAILURE() << fault.what;
  }

  std::filesystem::path top_;
};

using Lines = std::vector<std::string>;
const store::ReferenceName churn = {"sources", "churn"};
const store::ReferenceName model = {"models", "churn"};

TEST_F(Share, WhatWasSaidOfAVersionGoesWithItsNumber) {
  const auto ana = store("ana");
  const auto ben = store("ben");
  publish(*ana, model, "one");
  publish(*ana, {"judgements", "churn@v1"}, "of one");
  push(*remote(*ana));
  fetch(*remote(*ben));
  for (const char* what : {"ana's two", "ana's three"}) publish(*ana, model, what);
  publish(*ana, {"judgements", "churn@v2"}, "of ana's two");
  publish(*ana, {"checks", "models/churn@v3"}, "of ana's three");
  push(*remote(*ana));
  const Digest two = publish(*ben, model, "ben's two");
  publish(*ben, {"judgements", "churn@v2"}, "of ben's two");
  publish(*ben, {"judgements", "churn@v1"}, "of one, once more");
  publish(*ben, {"model-aliases", "churn@champion"}, "to ben's two", {two});

  const auto of_ben = remote(*ben);
  EXPECT_EQ(error_of([&] { push(*of_ben); }).id(), "remote.diverged");
  EXPECT_EQ(fetch(*of_ben).diverged.size(), 1U);
  EXPECT_EQ(of_ben->rebase().size(), 1U);
  EXPECT_EQ(history(*ben, model), (Lines{"1 one", "2 ana's two", "3 ana's three", "4 ben's two"}));
  EXPECT_EQ(history(*ben, {"judgements", "churn@v4"}), (Lines{"1 of ben's two"}));
  EXPECT_EQ(history(*ben, {"judgements", "churn@v2"}), (Lines{"1 of ana's two"}));
  EXPECT_EQ(history(*ben, {"checks", "models/churn@v3"}), (Lines{"1 of ana's three"}));
  EXPECT_EQ(history(*ben, {"judgements", "churn@v1"}), (Lines{"1 of one", "2 of one, once more"}));
  push(*of_ben);
  EXPECT_TRUE(of_ben->compare().empty());
  fetch(*remote(*ana));
  EXPECT_EQ(history(*ana, model), history(*ben, model));
  EXPECT_TRUE(ana->losses().empty());
  EXPECT_TRUE(ben->losses().empty());
  expect_sound("ana");
  expect_sound("ben");
}

TEST_F(Share, TheSameVersionMadeTwiceIsOneAndKeepsItsNumber) {
  const auto ana = store("ana");
  const auto ben = store("ben");
  publish(*ana, model, "one");
  push(*remote(*ana));
  fetch(*remote(*ben));
  publish(*ana, model, "ana's");
  publish(*ana, model, "the same");
  push(*remote(*ana));
  publish(*ben, model, "the same");
  publish(*ben, {"judgements", "churn@v2"}, "of the same");
  publish(*ben, model, "ben's");
  publish(*ben, {"judgements", "churn@v3"}, "of ben's");
  const auto of_ben = remote(*ben);
  fetch(*of_ben);
  of_ben->rebase();
  EXPECT_EQ(history(*ben, model), (Lines{"1 one", "2 ana's", "3 the same", "4 ben's"}));
  EXPECT_EQ(history(*ben, {"judgements", "churn@v2"}), Lines{});
  EXPECT_EQ(history(*ben, {"judgements", "churn@v3"}), (Lines{"1 of the same"}));
  EXPECT_EQ(history(*ben, {"judgements", "churn@v4"}), (Lines{"1 of ben's"}));
  push(*of_ben);
  expect_sound("ben");
}

TEST_F(Share, JournalsOfManyAreMergedAndNoneIsLost) {
  constexpr int stores = 4;
  constexpr int rounds = 5;
  std::vector<std::thread> threads;
  for (int i = 0; i < stores; ++i) {
    threads.emplace_back([&, i] {
      const auto one = store(std::to_string(i));
      for (int round = 0; round < rounds; ++round) {
        publish(*one, {"runs", "all"}, fmt::format("{} of {}", round, i));
        publish(*one, {"sources", std::to_string(i)}, std::to_string(round));
        push(*remote(*one));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto last = store("last");
  fetch(*remote(*last));
  EXPECT_EQ(last->references().history({"runs", "all"}).size(), std::size_t{stores} * rounds);
  for (int i = 0; i < stores; ++i) {
    EXPECT_EQ(last->references().history({"sources", std::to_string(i)}).size(), std::size_t{rounds});
    const auto one = store(std::to_string(i));
    fetch(*remote(*one));
    EXPECT_EQ(history(*one, {"runs", "all"}), history(*last, {"runs", "all"}));
    expect_sound(std::to_string(i));
  }
  expect_sound("last");
}

TEST_F(Share, PartsOfPacksComeAlone) {
  const auto ana = store("ana");
  std::vector<Digest> all;
  {
    store::Objects::Batch batch(ana->objects());
    for (int i = 0; i < 2000; ++i) all.push_back(batch.put(fmt::format("{:05}", i) + std::string(2000, 'x')));
    batch.commit();
  }
  publish(*ana, churn, "many", all);
  publish(*ana, {"sources", "few"}, "few", {all[3], all[4], all[1500]});
  push(*remote(*ana));
  const auto ben = store("ben");
  const auto of_ben = remote(*ben);
  fetch(*of_ben);
  EXPECT_FALSE(ben->objects().has(all[3]));
  expect_sound("ben");
  NoProgress progress;
  const Digest few = ben->references().find({"sources", "few"})->digest;
  EXPECT_EQ(of_ben->fetch({few}, store::Reach::close, progress).objects, 3U);
  EXPECT_TRUE(ben->objects().has(all[1500]));
  EXPECT_FALSE(ben->objects().has(all[5]));
  EXPECT_EQ(ben->objects().get(all[4]).substr(0, 5), "00004");
  expect_sound("ben");
}

TEST_F(Share, NothingNewIsOneListing) {
  const auto ana = store("ana");
  for (int i = 0; i < 50; ++i) publish(*ana, {"sources", std::to_string(i)}, "one");
  push(*remote(*ana));
  std::map<std::string, int> asked;
  Remote again(
      *ana, "origin",
      std::make_unique<Counted>(open_space({.url = (top_ / "remote").native()}, {.folder = top_}), asked));
  push(again);
  EXPECT_EQ(asked, (std::map<std::string, int>{{"list", 1}}));
  fetch(again);
  EXPECT_EQ(asked, (std::map<std::string, int>{{"list", 2}}));
  publish(*ana, churn, "another");
  asked.clear();
  push(again);
  // The newest entry is compared with the one that was read; a pack of records, and the entry.
  EXPECT_EQ(asked, (std::map<std::string, int>{{"create", 1}, {"find", 1}, {"list", 1}, {"put", 1}}));
}

TEST_F(Share, WhatNobodyHasIsSaid) {
  const auto ana = store("ana");
  const Digest lost = ana->objects().put("lost");
  publish(*ana, churn, "one", {lost});
  std::filesystem::remove(top_ / "ana/objects/sha256" / lost.hex().substr(0, 2) / lost.hex().substr(2));
  const Error fault = error_of([&] { push(*remote(*ana)); });
  EXPECT_EQ(fault.id(), "object.missing");
  EXPECT_NE(fault.message().find(lost.text()), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(top_ / "remote/log"));
}

TEST_F(Share, AnotherStoreThatWasRestoredFromACopyIsNotAheadOfItself) {
  const auto ana = store("ana");
  publish(*ana, churn, "one");
  push(*remote(*ana));
  std::filesystem::copy(top_ / "ana", top_ / "copy", std::filesystem::copy_options::recursive);
  publish(*ana, churn, "two");
  push(*remote(*ana));
  const auto copy = store("copy");
  const auto of_copy = remote(*copy);
  EXPECT_TRUE(push(*of_copy).moved.empty());
  ASSERT_EQ(fetch(*of_copy).moved.size(), 1U);
  EXPECT_EQ(history(*copy, churn), (Lines{"1 one", "2 two"}));
  expect_sound("copy");
}

}  // namespace
}  // namespace mlops::remote
