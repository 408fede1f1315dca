/// Items of `expect:`.
#include "src/internal.hpp"

#include <mlops/expect/parse.hpp>

namespace mlops::manifest {

Place place_of(const yaml::Node& node) {
  const bool quoted = node.kind == yaml::Kind::scalar && !node.plain;
  return {node.at.line, node.at.column + (quoted ? 1 : 0)};
}

/// Where YAML has cut the assertion in two, its halves say nothing more.
void Reader::check(const ExpectSpec& spec, const yaml::Node& text) {
  const bool cut = std::any_of(faults_.begin(), faults_.end(),
                               [&](const yaml::Fault& known) { return known.at.line == text.at.line; });
  if (cut) return;
  const auto parsed = expect::parse(spec.text);
  const auto* problem = std::get_if<expect::Fault>(&parsed);
  if (problem == nullptr) return;
  yaml::Position at = text.at;
  const std::size_t skipped = spec.column - text.at.column;
  const yaml::Position inside = yaml::position_of(spec.text, problem->offset);
  at.offset += skipped + problem->offset;
  at.column = spec.column + inside.column - 1;
  fault(inside.line == 1 ? at : text.at, problem->message, problem->hint);
}

namespace {

/// Whether nothing is missing behind it, as where a colon cut an assertion in two.
bool is_whole(const std::string& text) {
  return std::holds_alternative<expect::Assertion>(expect::parse(text));
}

/// `'psi(*) < 0.2: warn'`: quotes around a comma go around the word too, and no assertion ends so.
std::string take_word(std::string& text) {
  for (const std::string_view word : {"warn", "error"}) {
    const std::string ending = fmt::format(": {}", word);
    if (!text.ends_with(ending) || text.size() == ending.size()) continue;
    text.resize(text.size() - ending.size());
    return std::string(word);
  }
  return "error";
}

}  // namespace

std::optional<ExpectSpec> Reader::assertion(const yaml::Node& item) {
  const bool pair = item.kind == yaml::Kind::map && item.entries.size() == 1;
  const yaml::Node& node = pair ? item.entries[0].key : item;
  std::string word = pair ? item.entries[0].value.text : "error";
  if (item.kind == yaml::Kind::map && (!pair || (word != "warn" && word != "error"))) {
    if (pair && is_whole(item.entries[0].key.text))
      fault(item.entries[0].value.at, fmt::format("'{}' says nothing of an assertion", word),
            "only `: warn` or `: error` stands behind it");
    else fault(item.at, "this assertion holds ': '", "put it in single quotes");
    return std::nullopt;
  }
  ExpectSpec out;
  text(node, out.text);
  if (!pair) word = take_word(out.text);
  if (out.text.empty()) return std::nullopt;
  const Place place = place_of(node);
  out.warn = word == "warn";
  out.line = place.line;
  out.column = place.column;
  check(out, node);
  return out;
}

std::vector<ExpectSpec> Reader::assertions(const yaml::Node& node) {
  std::vector<ExpectSpec> out;
  if (node.kind != yaml::Kind::sequence) {
    const std::string one = node.text.empty() ? "rows > 1_000" : node.text;
    fault(node.at, fmt::format("'{}' takes a list", key_), fmt::format("write `{}: ['{}']`", key_, one));
  }
  for (const yaml::Node& item : node.items) {
    if (auto one = assertion(item)) out.push_back(*std::move(one));
  }
  return out;
}

}  // namespace mlops::manifest
