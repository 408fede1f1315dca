/// `at:` of a schedule, and the journal of one: the first line is the former, the rest the latter.
#include <mlops/manifest/times.hpp>
#include <mlops/pipeline/due.hpp>

#include "fuzz.hpp"
#include "src/entry.hpp"

using namespace mlops;

namespace {

void ask(std::string_view at) {
  std::optional<pipeline::Timetable> times;
  if (!fuzz::taken({Code::usage}, [&] { times.emplace(at, tz::utc()); })) return;
  const Time begin = {1'793'491'200'000'001};
  const auto first = times->next(begin);
  if (!first) return;
  fuzz::require(*first > begin, "the next comes later");
  const auto passed = times->passed(begin, *first);
  fuzz::require(passed.count == 1 && passed.last == *first, "and is the only one until it comes");
  const auto second = times->next(*first);
  if (second) fuzz::require(times->passed(begin, *second).count == 2, "two are two");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  ask(input.line());
  std::vector<pipeline::Entry> entries;
  while (!input.rest().empty()) {
    const auto entry = pipeline::entry_of(input.line());
    if (!entry) continue;
    const std::string line = pipeline::line_of(*entry);
    fuzz::require(pipeline::entry_of(line.substr(0, line.size() - 1)) == entry, "what is written reads back");
    entries.push_back(*entry);
  }
  const pipeline::State state = pipeline::state_of(entries);
  const manifest::ScheduleSpec spec{.name = "x", .at = "hourly", .run = {"data"}};
  const pipeline::Timetable hourly("hourly", tz::utc());
  const Time now = {1'793'491'200'000'000};
  for (const pipeline::Due& due : pipeline::due_times(spec, hourly, state, now))
    fuzz::require(due.attempt > 0, "an attempt has a number");
  return 0;
}
