/// Which names there are, and which there may be.
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <array>

#include "src/internal.hpp"

namespace mlops::model {
namespace {

constexpr std::string_view version_kind = "models";
constexpr std::string_view alias_kind = "model-aliases";
constexpr std::size_t longest_name = 128;
constexpr std::size_t longest_alias = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

/// Words that mean rows, moments or versions elsewhere.
constexpr std::array<std::string_view, 8> taken_words = {"last",  "newest", "first", "previous",
                                                         "train", "valid",  "test",  "all"};

bool is_taken(std::string_view alias) {
  return std::find(taken_words.begin(), taken_words.end(), alias) != taken_words.end();
}

bool is_number(std::string_view alias) {
  return alias.size() > 1 && alias[0] == 'v' && std::all_of(alias.begin() + 1, alias.end(), is_digit);
}

/// Why the text cannot be a name; empty when it can.
std::string_view fault_of_name(std::string_view name) {
  if (name.empty()) return "is empty";
  if (!is_utf8(name)) return "is not UTF-8";
  if (std::any_of(name.begin(), name.end(), is_control)) return "holds control characters";
  if (name.find('@') != std::string_view::npos) return "holds '@', behind which a version or an alias stands";
  if (name.find('/') != std::string_view::npos) return "holds '/', which divides sections";
  if (name.front() == ' ' || name.back() == ' ') return "begins or ends with a blank";
  if (name.front() == '-') return "begins with '-', as flags do";
  if (name.size() > longest_name) return "is longer than 128 bytes";
  return "";
}

std::string_view fault_of_alias(std::string_view alias) {
  if (alias.empty()) return "is empty";
  if (is_number(alias)) return "is the number of a version";
  if (alias == "latest") return "always means the newest version";
  if (!is_letter(alias[0])) return "does not begin with a letter";
  const bool plain = std::all_of(alias.begin(), alias.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
  });
  if (!plain) return "holds more than letters, digits, '-', '_' and '.'";
  if (alias.size() > longest_alias) return "is longer than 64 bytes";
  return "";
}

/// Control characters must not reach a terminal, and half a character no JSON.
std::string shown(std::string_view name) {
  std::string out(name.substr(0, longest_name));
  std::replace_if(out.begin(), out.end(), is_control, '?');
  return is_utf8(out) ? out : "?";
}

}  // namespace

store::ReferenceName versions_of(std::string_view name) {
  return {std::string(version_kind), std::string(name)};
}

store::ReferenceName alias_of(std::string_view name, std::string_view alias) {
  return {std::string(alias_kind), std::string(name) + "@" + std::string(alias)};
}

std::string alias_in(const store::ReferenceName& reference) {
  if (reference.kind != alias_kind) return "";
  return reference.name.substr(reference.name.rfind('@') + 1);
}

void check_name(std::string_view name) {
  const std::string_view fault = fault_of_name(name);
  if (fault.empty()) return;
  throw error(Code::usage, "'{}' cannot be the name of a model: it {}", shown(name), fault)
      .with_id("model.name");
}

bool can_be_alias(std::string_view text) { return fault_of_alias(text).empty(); }

void check_alias(std::string_view alias) {
  const std::string_view fault =
      is_taken(alias) ? "has a meaning of its own elsewhere" : fault_of_alias(alias);
  if (fault.empty()) return;
  throw error(Code::usage, "'{}' cannot be an alias: it {}", shown(alias), fault).with_id("model.name");
}

std::vector<std::string> model_names(const store::References& references) {
  std::vector<std::string> names;
  for (const store::ReferenceName& name : references.list()) {
    if (name.kind == version_kind) names.push_back(name.name);
  }
  return names;
}

std::vector<std::string> aliases_of(const store::References& references, std::string_view name) {
  const std::string begin = std::string(name) + "@";
  std::vector<std::string> aliases;
  for (const store::ReferenceName& alias : references.list()) {
    if (alias.kind == alias_kind && alias.name.starts_with(begin)) {
      aliases.push_back(alias.name.substr(begin.size()));
    }
  }
  return aliases;
}

AliasesByRecord aliases_by_record(const store::References& references, std::string_view name) {
  AliasesByRecord aliases;
  for (const store::ReferenceName& alias : references.list()) {
    const std::size_t at = alias.name.rfind('@');
    if (alias.kind != alias_kind || at == std::string::npos) continue;
    if (!name.empty() && alias.name.substr(0, at) != name) continue;
    if (const auto entry = references.find(alias)) {
      aliases[entry->digest].push_back(alias.name.substr(at + 1));
    }
  }
  return aliases;
}

std::vector<store::ReferenceEntry> versions(const store::References& references, std::string_view name) {
  check_name(name);
  auto entries = references.history(versions_of(name));
  if (!entries.empty()) return entries;
  Error fault = error(Code::not_found, "no model '{}'", name).with_id("model.not_found");
  const auto known = model_names(references);
  if (known.empty()) {
    throw std::move(fault).with_hint(
        "there is no model yet; `mlops train run` and `mlops model register` make the first one");
  }
  const auto near = near_misses(name, known);
  if (near.empty()) throw std::move(fault).with_hint("`mlops model list` shows what there is");
  throw std::move(fault).with_hint("a similar name exists: {}", one_of(near));
}

std::vector<Offer> offers(const store::References& references) {
  const auto names = references.list();
  std::map<std::string, std::vector<std::string>> aliases;
  for (const store::ReferenceName& name : names) {
    const std::size_t at = name.name.rfind('@');
    if (name.kind != alias_kind || at == std::string::npos) continue;
    aliases[name.name.substr(0, at)].push_back(name.name.substr(at + 1));
  }
  std::vector<Offer> out;
  for (const store::ReferenceName& name : names) {
    const auto newest = name.kind == version_kind ? references.find(name) : std::nullopt;
    if (newest) out.push_back({name.name, newest->seq, aliases[name.name]});
  }
  return out;
}

}  // namespace mlops::model
