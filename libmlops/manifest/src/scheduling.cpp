/// `schedule:`.
#include "src/internal.hpp"

#include <mlops/manifest/times.hpp>

#include <algorithm>
#include <charconv>

namespace mlops::manifest {
namespace {

using Missed = ScheduleSpec::Missed;
using Busy = ScheduleSpec::Busy;

constexpr std::string_view example = "{at: 17 3 * * *, run: release/delay}";

void keep_places(const yaml::Node& entry, ScheduleSpec& schedule) {
  for (const std::string_view key : {"at", "tz", "run"}) {
    if (const yaml::Node* node = entry.find(key)) schedule.places.all[std::string(key)] = place_of(*node);
  }
}

ScheduleSpec read_schedule(const yaml::Entry& entry, std::vector<yaml::Fault>& faults) {
  ScheduleSpec schedule;
  schedule.name = entry.key.text;
  schedule.places.all["name"] = place_of(entry.key);
  Reader reader(faults);
  if (!is_entry(reader, entry, "schedule", example)) return schedule;
  const auto seen = reader.fields(entry.value, schedule, schedule_keys());
  for (const std::string_view key : {"at", "run"}) {
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) continue;
    reader.missing(entry.key.at, fmt::format("schedule '{}' has no '{}'", schedule.name, key),
                   fmt::format("a schedule has `{}`", example));
  }
  keep_places(entry.value, schedule);
  reader.add(problems(schedule), entry.key.at);
  return schedule;
}

/// The one of `words` that stands there.
std::optional<std::string> word_in(Reader& reader, const yaml::Node& node,
                                   const std::vector<std::string>& words) {
  auto word = reader.text(node);
  if (!word) return std::nullopt;
  std::vector<Problem> found;
  check_word(found, reader.key(), *word, words);
  if (found.empty()) return word;
  reader.fault(node.at, found.front().message, found.front().hint);
  return std::nullopt;
}

void check_times(std::vector<Problem>& out, const ScheduleSpec& schedule) {
  const auto read = parse_times(schedule.at);
  if (const auto* fault = std::get_if<TimesFault>(&read))
    out.push_back({"at", 0, fmt::format("'at': {}", fault->message), fault->hint});
}

void check_when(std::vector<Problem>& out, const ScheduleSpec& schedule) {
  const bool warned =
      std::any_of(schedule.when.begin(), schedule.when.end(), [](const ExpectSpec& one) { return one.warn; });
  if (warned)
    out.push_back(
        {"when", 0, "'when' has an item with ': warn'", "it is so or not: nothing is warned of here"});
}

}  // namespace

void read_when(Reader& reader, const yaml::Node& node, ScheduleSpec& schedule) {
  schedule.when = reader.assertions(node);
  if (node.kind == yaml::Kind::sequence && node.items.empty())
    reader.fault(node.at, "'when' names nothing", "without `when` it is done whenever it is due");
}

void read_missed(Reader& reader, const yaml::Node& node, ScheduleSpec& schedule) {
  const auto word = word_in(reader, node, {"none", "last", "all"});
  if (!word) return;
  schedule.missed = *word == "none" ? Missed::none : *word == "all" ? Missed::all : Missed::last;
}

void read_busy(Reader& reader, const yaml::Node& node, ScheduleSpec& schedule) {
  constexpr std::string_view wait = "wait ";
  const auto word = reader.text(node);
  if (!word) return;
  const auto longest = word->starts_with(wait) ? parse_duration(word->substr(wait.size())) : std::nullopt;
  if (longest) {
    schedule.busy = Busy::wait;
    schedule.busy_wait_us = *longest;
  } else if (*word == "skip" || *word == "replace") {
    schedule.busy = *word == "skip" ? Busy::skip : Busy::replace;
  } else {
    reader.fault(node.at, fmt::format("'busy' is '{}', `skip`, `wait 10m` or `replace` is wanted", *word));
  }
}

void read_backoff(Reader& reader, const yaml::Node& node, RetrySpec& retry) {
  constexpr double most = 100;
  const auto word = reader.text(node);
  if (!word) return;
  const char* const end = word->data() + word->size();
  double value = 0;
  const auto [stop, fault] = std::from_chars(word->data(), end, value, std::chars_format::fixed);
  if (fault == std::errc() && stop == end && value >= 1 && value <= most) retry.backoff = value;
  else reader.fault(node.at, fmt::format("'backoff' is '{}', a number from 1 to {} is wanted", *word, most));
}

void read_retry(Reader& reader, const yaml::Node& node, ScheduleSpec& schedule) {
  if (node.kind != yaml::Kind::map)
    return reader.fault(node.at, "'retry' takes a map", "write `retry: {times: 2, wait: 5m, backoff: 2}`");
  reader.fields(node, schedule.retry, retry_keys());
}

std::vector<Problem> problems(const ScheduleSpec& schedule) {
  std::vector<Problem> out;
  if (auto problem = problem_of_name(schedule.name)) out.push_back(*std::move(problem));
  if (!schedule.at.empty()) check_times(out, schedule);
  if (schedule.run.empty())
    out.push_back({"run", 0, "'run' names nothing", "name what is brought up to date: `run: release/delay`"});
  if (!schedule.then.empty()) check_word(out, "then", schedule.then, {"nothing", "stage", "promote"});
  check_when(out, schedule);
  return out;
}

void read_schedules(Reader& reader, const yaml::Node& node, Manifest& manifest,
                    std::vector<yaml::Fault>& out) {
  if (!is_section(reader, node, fmt::format("name: {}", example))) return;
  for (const yaml::Entry& entry : node.entries) manifest.schedules.push_back(read_schedule(entry, out));
}

}  // namespace mlops::manifest
