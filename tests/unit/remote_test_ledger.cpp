#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/remote/ledger.hpp>

#include "error_of.hpp"

namespace mlops::remote {
using test::error_of;

namespace {

Digest digest_of(char digit) { return *Digest::parse(std::string(64, digit)); }

store::ReferenceEntry entry(std::int64_t seq, char digit, std::optional<Digest> previous) {
  return {.seq = seq,
          .digest = digest_of(digit),
          .previous = previous,
          .time = {.us = 1'700'000'000'000'000},
          .who = "ana",
          .why = "because of \"this\"",
          .summary = "three rows"};
}

Push push_of(std::int64_t number, std::vector<store::ReferenceEntry> entries) {
  return {.adds = {.number = number,
                   .packs = {{.id = std::string(64, 'e'), .bytes = 900, .index_bytes = 100, .objects = 1}},
                   .objects = {{.digest = digest_of('1'), .bytes = 300'000},
                               {.digest = digest_of('2'), .bytes = 200, .recipe = true}},
                   .references = {{{"sources", "churn"}, std::move(entries)}},
                   .files = {{"mlops.lock", digest_of('f')}}},
          .id = "3f",
          .time = {.us = 1'700'000'000'000'000},
          .who = "ana"};
}

TEST(Ledger, APushIsReadAsItWasWritten) {
  const Push push = push_of(1, {entry(1, 'a', std::nullopt), entry(2, 'b', digest_of('a'))});
  const Push read = push_from(text_of(push), log_key(1));
  EXPECT_EQ(read.adds, push.adds);
  EXPECT_EQ(read.id, "3f");
  EXPECT_EQ(read.time, push.time);
  EXPECT_EQ(read.who, "ana");
  EXPECT_EQ(ledger_from(text_of(push.adds), "x"), push.adds);
}

TEST(Ledger, PushesAddUp) {
  Ledger ledger;
  apply(ledger, push_of(1, {entry(1, 'a', std::nullopt)}));
  apply(ledger, push_of(2, {entry(2, 'b', digest_of('a'))}));
  EXPECT_EQ(ledger.number, 2);
  EXPECT_EQ(ledger.packs.size(), 2U);
  ASSERT_EQ(ledger.references.size(), 1U);
  EXPECT_EQ(ledger.references.begin()->second.size(), 2U);
  EXPECT_EQ(text_of(ledger_from(text_of(ledger), "x")), text_of(ledger));
}

TEST(Ledger, WhatDoesNotGoOnIsRefusedAndChangesNothing) {
  Ledger ledger;
  apply(ledger, push_of(1, {entry(1, 'a', std::nullopt)}));
  const Ledger before = ledger;
  const auto refused = [&](const Push& push) {
    return error_of([&] { apply(ledger, push); }).code() == Code::corrupt && ledger == before;
  };
  EXPECT_TRUE(refused(push_of(3, {entry(2, 'b', digest_of('a'))})));  // A gap in the log.
  EXPECT_TRUE(refused(push_of(2, {entry(3, 'b', digest_of('a'))})));  // A gap in the history.
  EXPECT_TRUE(refused(push_of(2, {entry(2, 'b', digest_of('c'))})));  // Of another history.
  EXPECT_TRUE(refused(push_of(2, {})));                               // Nowhere.
}

TEST(Ledger, DamageIsNamed) {
  for (const char* text : {"", "{", "[]", "{}", "{\"push\":1}", "{\"push\":\"1\"}"}) {
    const Error fault = error_of([&] { push_from(text, "log/000000000001.json"); });
    EXPECT_EQ(fault.code(), Code::corrupt) << text;
    EXPECT_NE(fault.message().find("'log/000000000001.json' of the remote is damaged"), std::string::npos);
  }
  const std::string text = text_of(push_of(1, {entry(1, 'a', std::nullopt)}));
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string damaged = text;
    damaged[at] = damaged[at] == 'x' ? 'y' : 'x';
    try {
      push_from(damaged, "k");  // A name may be another name; nothing else may happen.
    } catch (const Error& e) {
      EXPECT_TRUE(e.code() == Code::corrupt || e.code() == Code::usage);
    }
  }
  EXPECT_EQ(error_of([] { push_from("{\"push\":2}", "k"); }).code(), Code::usage);
  EXPECT_EQ(error_of([&] {
              std::string other = text;
              other.replace(other.find(std::string(64, 'e')), 64, std::string(61, 'e') + "/..");
              push_from(other, "k");
            }).code(),
            Code::corrupt);
}

TEST(Ledger, KeysSortAsNumbersDo) {
  EXPECT_EQ(log_key(12), "log/000000000012.json");
  EXPECT_LT(log_key(99), log_key(100));
  EXPECT_EQ(number_of(checkpoint_key(32)), 32);
  for (const char* key : {"log/12.json", "log/000000000012", "log/00000000001x.json", "x"})
    EXPECT_EQ(number_of(key), std::nullopt) << key;
  EXPECT_EQ(key_of(ObjectItem{.digest = digest_of('a')}), "objects/sha256/aa/" + std::string(62, 'a'));
  EXPECT_EQ(key_of(ObjectItem{.digest = digest_of('a'), .recipe = true}),
            "recipes/aa/" + std::string(62, 'a'));
}

}  // namespace
}  // namespace mlops::remote
