#include "train_split.hpp"

#include <mlops/base/error.hpp>

namespace mlops::commands {
namespace {

/// One part as a flag says it, instead of what was there.
void take_part(const manifest::SplitPart& part, double& share, std::optional<std::int64_t>& length_us) {
  share = part.share.value_or(share);
  length_us = part.length_us;
}

/// A way to split that is asked for replaces the declared one, and with it what was measured in its time.
void take_way(const TrainArgs& args, train::SplitRequest& split) {
  if (!args.time && !args.group && !args.part) return;
  split.time = args.time.value_or("");
  split.group = args.group.value_or("");
  split.part = args.part.value_or("");
  if (!split.time.empty()) return;
  split.test_last_us.reset();
  split.valid_before_us.reset();
}

void require_time(const TrainArgs& args, const train::SplitRequest& split) {
  if (!split.time.empty() || (!split.test_last_us && !split.valid_before_us)) return;
  const bool test = split.test_last_us.has_value();
  throw error(Code::usage, "'{}' is '{}', and nothing says which column is the time",
              test ? "--test" : "--valid", test ? *args.test : *args.valid)
      .with_hint("name it: `--time COLUMN`");
}

}  // namespace

train::SplitRequest declared_split(const manifest::TableSpec& table) {
  const manifest::SplitSpec& split = table.split;
  train::SplitRequest out;
  return {.valid = split.valid.value_or(out.valid),
          .test = split.test.value_or(out.test),
          .seed = split.seed.value_or(out.seed),
          .time = table.time,
          .group = split.group,
          .part = split.part,
          .test_last_us = split.test_last_us,
          .valid_before_us = split.valid_before_us};
}

train::SplitRequest split_of(const TrainArgs& args, const manifest::TableSpec* declared) {
  train::SplitRequest out = declared != nullptr ? declared_split(*declared) : train::SplitRequest{};
  take_way(args, out);
  if (args.test) take_part(manifest::test_part(*args.test, "--test"), out.test, out.test_last_us);
  if (args.valid) take_part(manifest::valid_part(*args.valid, "--valid"), out.valid, out.valid_before_us);
  require_time(args, out);
  if (args.seed) out.seed = static_cast<std::uint64_t>(*args.seed);
  return out;
}

manifest::SplitSpec asked_split(const TrainArgs& args, const train::SplitRequest& split) {
  manifest::SplitSpec out = {.group = split.group, .part = split.part};
  if (args.test && !split.test_last_us) out.test = split.test;
  if (args.valid && !split.valid_before_us) out.valid = split.valid;
  if (args.test) out.test_last_us = split.test_last_us;
  if (args.valid) out.valid_before_us = split.valid_before_us;
  if (args.seed) out.seed = split.seed;
  return out;
}

}  // namespace mlops::commands
