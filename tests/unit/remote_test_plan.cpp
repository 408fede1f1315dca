#include <gtest/gtest.h>

#include <random>

#include "src/plan.hpp"

namespace mlops::remote {
namespace {

constexpr std::uint64_t index_bytes = 4096;

/// Two packs of so many frames of 1,000 bytes.
struct Example {
  explicit Example(std::uint32_t frames) {
    for (std::uint32_t pack = 0; pack < 2; ++pack) {
      ledger.packs.push_back({.id = std::string(64, pack == 0 ? 'a' : 'b'),
                              .bytes = frames * 1000ULL + index_bytes,
                              .index_bytes = index_bytes,
                              .objects = frames});
      for (std::uint32_t i = 0; i < frames; ++i) {
        Packed one{.offset = i * 1000ULL, .pack = pack, .stored = 1000, .size = 1000};
        one.digest.bytes[0] = static_cast<std::uint8_t>(pack);
        one.digest.bytes[1] = static_cast<std::uint8_t>(i >> 8);
        one.digest.bytes[2] = static_cast<std::uint8_t>(i);
        all.push_back(one);
      }
    }
  }
  Ledger ledger;
  std::vector<Packed> all;
};

TEST(Plan, APackOfWhichHalfIsWantedComesWhole) {
  const Example example(1000);
  std::vector<const Packed*> wanted;
  for (std::size_t i = 0; i < 500; ++i) wanted.push_back(&example.all[1000 + 2 * i]);
  std::vector<Job> jobs;
  plan(example.ledger, wanted, jobs);
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].pack, &example.ledger.packs[1]);
  EXPECT_TRUE(jobs[0].parts.empty());
  EXPECT_EQ(jobs[0].bytes, example.ledger.packs[1].bytes);
}

TEST(Plan, NeighboursAreOneRequestAndStrangersAreTwo) {
  const Example example(1000);
  std::vector<Job> jobs;
  plan(example.ledger, {&example.all[7], &example.all[900], &example.all[5], &example.all[1003]}, jobs);
  ASSERT_EQ(jobs.size(), 3U);
  EXPECT_EQ(jobs[0].offset, 5000U);
  EXPECT_EQ(jobs[0].bytes, 3000U);
  EXPECT_EQ(jobs[0].parts.size(), 2U);
  EXPECT_EQ(jobs[1].offset, 900'000U);
  EXPECT_EQ(jobs[2].pack, &example.ledger.packs[1]);
}

/// Whatever is wanted, each of it is in one request, where the request says.
TEST(Plan, EverythingWantedIsBroughtOnce) {
  const Example example(5000);
  std::mt19937 random(20261122);
  for (int round = 0; round < 200; ++round) {
    std::vector<const Packed*> wanted;
    const double share = std::uniform_real_distribution<>(0, 1)(random);
    for (const Packed& one : example.all) {
      if (std::uniform_real_distribution<>(0, 1)(random) < share * share) wanted.push_back(&one);
    }
    std::shuffle(wanted.begin(), wanted.end(), random);
    std::vector<Job> jobs;
    plan(example.ledger, wanted, jobs);
    std::vector<const Packed*> brought;
    for (const Job& job : jobs) {
      for (const Packed* part : job.parts) {
        EXPECT_EQ(job.pack, &example.ledger.packs[part->pack]);
        EXPECT_GE(part->offset, job.offset);
        EXPECT_LE(part->offset + part->stored, job.offset + job.bytes);
        brought.push_back(part);
      }
      EXPECT_LE(job.bytes, job.parts.empty() ? job.pack->bytes : 4U << 20);
      if (!job.parts.empty()) continue;
      for (const Packed* one : wanted) {
        if (&example.ledger.packs[one->pack] == job.pack) brought.push_back(one);
      }
    }
    std::sort(brought.begin(), brought.end());
    std::sort(wanted.begin(), wanted.end());
    EXPECT_EQ(brought, wanted);
  }
}

}  // namespace
}  // namespace mlops::remote
