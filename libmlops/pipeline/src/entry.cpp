#include "src/entry.hpp"

#include <mlops/base/crc.hpp>
#include <mlops/base/error.hpp>

#include <algorithm>
#include <array>

namespace mlops::pipeline {
namespace {

using Event = Entry::Event;

constexpr std::array<std::pair<Event, std::string_view>, 5> event_names = {{{Event::armed, "armed"},
                                                                            {Event::begun, "begun"},
                                                                            {Event::ended, "ended"},
                                                                            {Event::paused, "paused"},
                                                                            {Event::resumed, "resumed"}}};
constexpr std::array<std::pair<Outcome, std::string_view>, 7> outcome_names = {
    {{Outcome::done, "done"},
     {Outcome::fresh, "fresh"},
     {Outcome::skipped, "skipped"},
     {Outcome::rejected, "rejected"},
     {Outcome::failed, "failed"},
     {Outcome::late, "late"},
     {Outcome::lost, "lost"}}};

template <typename Table, typename Value>
std::string_view text_in(const Table& table, Value value) {
  const auto row =
      std::find_if(table.begin(), table.end(), [&](const auto& one) { return one.first == value; });
  return row->second;
}

template <typename Table>
auto value_in(const Table& table, std::string_view text) {
  const auto row =
      std::find_if(table.begin(), table.end(), [&](const auto& one) { return one.second == text; });
  return row == table.end() ? std::nullopt : std::optional(row->first);
}

/// `, "crc": "1a2b3c4d"}`: the end of every line.
std::string closing(std::string_view body) { return fmt::format(", \"crc\": \"{:08x}\"}}", crc32c(body)); }

json::Object object_of(const Entry& entry) {
  json::Object out = {{"time", entry.time.text()}, {"event", text_in(event_names, entry.event)}};
  const bool ended = entry.event == Event::ended;
  if (ended || entry.event == Event::begun) {
    out.append("due", entry.due.text());
    out.append("attempt", entry.attempt);
    out.append("missed", entry.missed);
  }
  if (ended) {
    out.append("outcome", name_of(entry.outcome));
    out.append("exit_code", entry.exit_code);
    out.append("wall_s", entry.wall_s);
  }
  if (!entry.why.empty()) out.append("why", entry.why);
  if (!entry.who.empty()) out.append("who", entry.who);
  if (!entry.facts.empty()) out.append("facts", entry.facts);
  return out;
}

std::optional<Entry> entry_in(const json::Value& value) {
  const auto time = Time::parse(value["time"].text_or(""));
  const auto event = value_in(event_names, value["event"].text_or(""));
  if (!time || !event) return std::nullopt;
  Entry entry{.event = *event, .time = *time};
  const bool ended = *event == Event::ended;
  if (ended || *event == Event::begun) {
    const auto due = Time::parse(value["due"].text_or(""));
    if (!due) return std::nullopt;
    entry.due = *due;
    entry.attempt = static_cast<std::uint64_t>(std::max<std::int64_t>(0, value["attempt"].int_or(1)));
    entry.missed = static_cast<std::uint64_t>(std::max<std::int64_t>(0, value["missed"].int_or(0)));
  }
  if (ended) {
    const auto outcome = value_in(outcome_names, value["outcome"].text_or(""));
    if (!outcome) return std::nullopt;
    entry.outcome = *outcome;
    entry.exit_code = static_cast<int>(value["exit_code"].int_or(0));
    entry.wall_s = value["wall_s"].number_or(0);
  }
  entry.why = value["why"].text_or("");
  entry.who = value["who"].text_or("");
  if (const auto* facts = value["facts"].as_object()) entry.facts = *facts;
  return entry;
}

}  // namespace

std::string_view name_of(Outcome outcome) { return text_in(outcome_names, outcome); }

std::string line_of(const Entry& entry) {
  std::string line = json::dump(object_of(entry));
  line.pop_back();
  return line + closing(line) + "\n";
}

std::optional<Entry> entry_of(std::string_view line) {
  const std::size_t size = closing("").size();
  if (line.size() <= size) return std::nullopt;
  const std::string_view body = line.substr(0, line.size() - size);
  if (line.substr(body.size()) != closing(body)) return std::nullopt;
  try {
    return entry_in(json::parse(line));
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace mlops::pipeline
