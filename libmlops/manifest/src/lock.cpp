#include <mlops/manifest/lock.hpp>

#include <mlops/base/error.hpp>
#include <mlops/yaml/node.hpp>
#include <mlops/yaml/write.hpp>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>

namespace mlops::manifest {
namespace {

using json::Value;
using yaml::Node;

constexpr std::string_view head =
    "# Written by mlops: what the names of mlops.yaml stand for. Commit it; do not edit it.\n";

/// A lock grows with the columns it pins, far beyond what a person would write.
constexpr yaml::Limits limits = {.bytes = 64 << 20, .depth = 64};

/// The longest text that every reader of YAML takes as a key without a '?' before it.
constexpr std::size_t longest_key = 1000;

std::string text_of(std::string_view text) { return yaml::double_quoted(text, yaml::Place::flow); }

std::string key_of(std::string_view text) {
  const std::string key = text_of(text);
  return key.size() > longest_key ? "? " + key + " " : key;
}

std::string text_of(const Value& value);

std::string text_of(const json::Object& object) {
  std::string out = "{";
  for (const auto& [name, value] : object) {
    out += (out.size() > 1 ? ", " : "") + key_of(name) + ": " + text_of(value);
  }
  return out + "}";
}

std::string text_of(const json::Array& items) {
  std::string out = "[";
  for (const Value& item : items) out += (out.size() > 1 ? ", " : "") + text_of(item);
  return out + "]";
}

std::string text_of(const Value& value) {
  if (value.as_string() != nullptr) return text_of(std::string_view(*value.as_string()));
  if (value.as_object() != nullptr) return text_of(*value.as_object());
  if (value.as_array() != nullptr) return text_of(*value.as_array());
  return json::dump(value);
}

std::optional<Value> number(std::string_view text) {
  const bool sign = text.starts_with('-');
  if (text.size() <= (sign ? 1u : 0u) || text[sign ? 1 : 0] < '0' || text[sign ? 1 : 0] > '9')
    return std::nullopt;
  const char* const end = text.data() + text.size();
  std::int64_t whole = 0;
  const auto [stop, fault] = std::from_chars(text.data(), end, whole);
  if (fault == std::errc() && stop == end) return Value(whole);
  double value = 0;
  const auto [last, overflow] = std::from_chars(text.data(), end, value);
  if (last != end || overflow != std::errc()) return std::nullopt;
  return Value(value);
}

Value value_of(const Node& node);

json::Object object_of(const Node& node) {
  json::Object out;
  for (const yaml::Entry& entry : node.entries) out.append(entry.key.text, value_of(entry.value));
  return out;
}

Value value_of(const Node& node) {
  switch (node.kind) {
    case yaml::Kind::null:
      return {};
    case yaml::Kind::map:
      return object_of(node);
    case yaml::Kind::sequence: {
      json::Array items;
      for (const Node& item : node.items) items.push_back(value_of(item));
      return items;
    }
    case yaml::Kind::scalar:
      break;
  }
  if (!node.plain) return node.text;
  if (node.text == "true" || node.text == "false") return node.text == "true";
  return number(node.text).value_or(node.text);
}

bool is_address(std::string_view text) {
  const std::size_t slash = text.find('/');
  return slash != std::string_view::npos && slash > 0 && slash + 1 < text.size();
}

void add_entry(Lock& lock, const yaml::Entry& entry, std::vector<yaml::Fault>& faults) {
  if (!is_address(entry.key.text)) {
    faults.push_back(
        {entry.key.at, fmt::format("'{}' is no address", entry.key.text), "an address is `section/name`"});
  } else if (entry.value.kind != yaml::Kind::map) {
    faults.push_back({entry.value.at, fmt::format("the entry of '{}' is not a map", entry.key.text),
                      "remove the line and run the command again that made it"});
  } else {
    lock.entries[entry.key.text] = object_of(entry.value);
  }
}

}  // namespace

Lock Lock::parse(std::string_view text, std::string_view file) {
  if (const std::size_t line = yaml::conflict_line(text); line > 0) {
    throw error(Code::usage, "{}:{}: a merge conflict marker", file, line)
        .with_hint("keep the lines of either side, then run `mlops ingest` or `mlops data checkout` again");
  }
  const yaml::Document document = yaml::parse(text, file, limits);
  std::vector<yaml::Fault> faults = document.faults;
  Lock lock;
  if (document.root.kind == yaml::Kind::map) {
    for (const yaml::Entry& entry : document.root.entries) add_entry(lock, entry, faults);
  } else if (document.root.kind != yaml::Kind::null) {
    faults.push_back({document.root.at, "the file is not a map of addresses",
                      "restore it from git, or remove it and run `mlops ingest` again"});
  }
  if (!faults.empty()) throw yaml::to_error(document.text, file, std::move(faults));
  return lock;
}

std::string Lock::text() const {
  std::string out(head);
  for (const auto& [address, entry] : entries) {
    const std::string key = yaml::double_quoted(address, yaml::Place::block);
    out += (key.size() > longest_key ? "? " + key + "\n" : key) + ": " + text_of(entry) + "\n";
  }
  return out;
}

}  // namespace mlops::manifest
