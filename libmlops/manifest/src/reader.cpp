#include "src/internal.hpp"

#include <mlops/base/text.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace mlops::manifest {
namespace {

std::string_view what(const yaml::Node& node) {
  if (node.kind == yaml::Kind::sequence) return "a list";
  return node.kind == yaml::Kind::map ? "a map" : "a text";
}

template <typename Number>
std::optional<Number> whole(std::string_view text) {
  Number value = {};
  const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

json::Value value_of(const std::string& text, bool plain) {
  if (!plain) return text;
  if (text == "true" || text == "false") return text == "true";
  if (const auto number = whole<std::int64_t>(text)) return *number;
  const auto number = whole<double>(text);
  if (number && std::isfinite(*number)) return *number;
  return text;
}

}  // namespace

json::Value parameter_value(const std::string& text) { return value_of(text, true); }

std::optional<double> parse_share(std::string_view text) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (fault != std::errc() || stop != end) return std::nullopt;
  if (percent) value /= 100;
  return value > 0 && value < 1 ? std::optional(value) : std::nullopt;
}

Problem no_share(std::string_view key, std::string_view text) {
  return {key, 0, fmt::format("'{}' is '{}', a share of the rows is wanted", key, text),
          "write `15%`: more than 0% and less than 100%"};
}

void Reader::begin(std::string_view key, const yaml::Node& node) {
  key_ = key;
  places_[{key, 0}] = node.at;
}

void Reader::fault(const yaml::Position& at, std::string message, std::string hint) {
  const bool echo = std::any_of(faults_.begin(), faults_.end(),
                                [&](const yaml::Fault& known) { return known.at.offset == at.offset; });
  if (!echo) missing(at, std::move(message), std::move(hint));
}

void Reader::missing(const yaml::Position& at, std::string message, std::string hint) {
  faults_.push_back({at, std::move(message), std::move(hint)});
}

std::optional<std::string> Reader::text(const yaml::Node& node) {
  if (node.kind == yaml::Kind::null) {
    fault(node.at, fmt::format("'{}' has no value", key_),
          "write one, or remove the key; a value that begins with '#' needs quotes");
  } else if (node.kind != yaml::Kind::scalar) {
    fault(node.at, fmt::format("'{}' takes one text, this is {}", key_, what(node)));
  } else {
    return node.text;
  }
  return std::nullopt;
}

void Reader::text(const yaml::Node& node, std::string& target) {
  auto value = text(node);
  if (value && value->empty()) {
    fault(node.at, fmt::format("'{}' is empty", key_), "write a value, or remove the key");
  } else if (value) {
    target = *std::move(value);
  }
}

std::optional<bool> Reader::flag(const yaml::Node& node) {
  const auto word = text(node);
  if (!word) return std::nullopt;
  if (*word == "true" || *word == "false") return *word == "true";
  fault(node.at, fmt::format("'{}' is '{}', `true` or `false` is wanted", key_, *word));
  return std::nullopt;
}

std::vector<std::string> Reader::texts(const yaml::Node& node, Nulls nulls) {
  const auto one = [&](const yaml::Node& item) -> std::optional<std::string> {
    const bool spelled = item.kind == yaml::Kind::null && !item.text.empty();
    if (nulls == Nulls::keep && spelled) return item.text;
    return text(item);
  };
  std::vector<std::string> out;
  if (node.kind == yaml::Kind::map) {
    fault(node.at, fmt::format("'{}' takes a text or a list, this is a map", key_));
  } else if (node.kind != yaml::Kind::sequence) {
    if (auto value = one(node)) out.push_back(*std::move(value));
  }
  for (const yaml::Node& item : node.items) {
    places_[{key_, out.size()}] = item.at;
    if (auto value = one(item)) out.push_back(*std::move(value));
  }
  return out;
}

std::map<std::string, std::string> Reader::text_map(const yaml::Node& node) {
  std::map<std::string, std::string> out;
  if (node.kind != yaml::Kind::map) {
    fault(node.at, fmt::format("'{}' takes a map, such as {{amount: DOUBLE}}", key_));
  }
  for (const yaml::Entry& entry : node.entries) {
    if (auto value = text(entry.value)) out[entry.key.text] = *std::move(value);
  }
  return out;
}

std::optional<std::uint64_t> Reader::count(const yaml::Node& node) {
  const auto word = text(node);
  if (!word) return std::nullopt;
  if (const auto value = whole<std::uint64_t>(*word)) return value;
  fault(node.at, fmt::format("'{}' is '{}', a whole number from 0 is wanted", key_, *word));
  return std::nullopt;
}

std::optional<std::uint64_t> Reader::count_in(const yaml::Node& node, std::uint64_t least,
                                              std::uint64_t most) {
  const auto word = text(node);
  if (!word) return std::nullopt;
  const auto value = whole<std::uint64_t>(*word);
  if (value && *value >= least && *value <= most) return value;
  fault(node.at,
        fmt::format("'{}' is '{}', a whole number from {} to {} is wanted", key_, *word, least, most));
  return std::nullopt;
}

json::Object Reader::values(const yaml::Node& node) {
  json::Object out;
  if (node.kind != yaml::Kind::map) {
    fault(node.at, fmt::format("'{}' takes a map, such as {{max_depth: 6}}", key_));
  }
  for (const yaml::Entry& entry : node.entries) {
    if (const auto value = text(entry.value)) out.set(entry.key.text, value_of(*value, entry.value.plain));
  }
  return out;
}

void Reader::unknown_key(const yaml::Node& key, std::initializer_list<std::string_view> wheres) {
  std::vector<std::string> known;
  for (const Key& row : key_table()) {
    if (std::find(wheres.begin(), wheres.end(), row.where) != wheres.end()) known.emplace_back(row.name);
  }
  const bool remote = std::find(wheres.begin(), wheres.end(), "remotes.NAME") != wheres.end();
  if (remote && is_secret(key.text))
    return fault(key.at, fmt::format("unknown key '{}'", key.text), std::string(hint_of_keys));
  const std::vector<std::string> near = near_misses(key.text, known);
  std::string hint = near.empty() ? "the keys here are " + one_of(known)
                                  : fmt::format("similar key{} exist{}: {}", near.size() > 1 ? "s" : "",
                                                near.size() > 1 ? "" : "s", one_of(near));
  fault(key.at, fmt::format("unknown key '{}'", key.text), std::move(hint));
}

std::optional<std::int64_t> Reader::duration(const yaml::Node& node) {
  const auto word = text(node);
  if (!word) return std::nullopt;
  if (const auto us = parse_duration(*word)) return us;
  fault(node.at, fmt::format("'{}' is '{}', a time such as `48h` is wanted", key_, *word),
        "a whole number and one of us, ms, s, m, h, d and w");
  return std::nullopt;
}

std::vector<std::pair<std::string, std::string>> Reader::pairs(const yaml::Node& node,
                                                               std::string_view example) {
  std::vector<std::pair<std::string, std::string>> out;
  if (node.kind != yaml::Kind::map || node.entries.empty()) {
    fault(node.at, fmt::format("'{}' takes a map, such as {}", key_, example));
  }
  for (const yaml::Entry& entry : node.entries) {
    places_[{key_, out.size()}] = entry.value.at;
    std::string value;
    text(entry.value, value);
    out.emplace_back(entry.key.text, std::move(value));
  }
  return out;
}

void Reader::add(const std::vector<Problem>& problems, const yaml::Position& name) {
  for (const Problem& problem : problems) {
    const auto place = places_.find({problem.key, problem.index});
    if (problem.key.empty()) missing(name, problem.message, problem.hint);
    if (place != places_.end()) fault(place->second, problem.message, problem.hint);
  }
}

}  // namespace mlops::manifest
