#include <mlops/worktree/ignore.hpp>

#include "src/glob.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mlops::worktree {
namespace {

constexpr std::size_t none = std::string_view::npos;

/// A rule that is not a plain name or path.
struct Rule {
  std::size_t number = 0;
  bool keeps = false;  ///< It began with `!`.
  bool folders_only = false;
  bool whole_path = false;  ///< Else the last name of the path is looked at.
  bool ends_with = false;   ///< `*` and then `fixed`; `glob` is not looked at.
  std::string fixed = {};   ///< Else what it begins with.
  Glob glob = {};

  bool matches(std::string_view path, std::string_view name) const {
    std::string_view text = whole_path ? path : name;
    if (ends_with) return text.ends_with(fixed);
    if (!text.starts_with(fixed)) return false;
    text.remove_prefix(fixed.size());
    return glob.matches(text);
  }
};

struct Decision {
  std::size_t number = 0;  ///< That of the rule, from 1.
  bool keeps = false;
};

/// The last rules that name something, for a folder and for what is not one.
struct Named {
  Decision folder;
  Decision file;
};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

using Names = std::unordered_map<std::string, Named, TextHash, std::equal_to<>>;

/// `line` without the blanks at its end that no backslash protects.
std::string_view trimmed(std::string_view line) {
  std::size_t blanks = none;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == ' ') {
      if (blanks == none) blanks = i;
      continue;
    }
    if (line[i] == '\\' && ++i == line.size()) return line;
    blanks = none;
  }
  return line.substr(0, blanks);
}

}  // namespace

/// The rules of one file.
class IgnoreLevel {
 public:
  IgnoreLevel(std::shared_ptr<const IgnoreLevel> parent, std::string_view folder, std::string_view text)
      : parent_(std::move(parent)), below_(folder.empty() ? "" : std::string(folder) + '/') {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      add_line(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  bool empty() const { return rules_.empty() && names_.empty() && paths_.empty(); }
  const IgnoreLevel* parent() const { return parent_.get(); }

  /// Its number is 0 when no rule matches.
  Decision decision(std::string_view path, std::string_view name, bool folder) const {
    if (!path.starts_with(below_)) return {};
    path.remove_prefix(below_.size());
    Decision best = look(names_, name, folder);
    const Decision by_path = look(paths_, path, folder);
    if (by_path.number > best.number) best = by_path;
    for (auto rule = rules_.rbegin(); rule != rules_.rend() && rule->number > best.number; ++rule) {
      if ((folder || !rule->folders_only) && rule->matches(path, name)) return {rule->number, rule->keeps};
    }
    return best;
  }

 private:
  static Decision look(const Names& names, std::string_view text, bool folder) {
    if (names.empty()) return {};
    const auto found = names.find(text);
    if (found == names.end()) return {};
    return folder ? found->second.folder : found->second.file;
  }

  void add_line(std::string_view line) {
    if (line.starts_with('#')) return;
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = trimmed(line.substr(0, line.find('\0')));
    Rule rule = {.number = ++number_};
    rule.keeps = line.starts_with('!');
    if (rule.keeps) line.remove_prefix(1);
    rule.folders_only = line.ends_with('/');
    if (rule.folders_only) line.remove_suffix(1);
    rule.whole_path = line.find('/') != none;
    if (rule.whole_path && line.starts_with('/')) line.remove_prefix(1);
    if (line.starts_with("**/") && line.find('/', 3) == none) {  // any name, in any folder
      line.remove_prefix(3);
      rule.whole_path = false;
    }
    if (!line.empty()) add(std::move(rule), line);
  }

  void add(Rule rule, std::string_view pattern) {
    const std::size_t fixed = std::min(pattern.find_first_of(glob_special), pattern.size());
    if (fixed == pattern.size()) {
      Named& named = (rule.whole_path ? paths_ : names_)[std::string(pattern)];
      named.folder = {rule.number, rule.keeps};
      if (!rule.folders_only) named.file = named.folder;
      return;
    }
    rule.ends_with = !rule.whole_path && pattern[0] == '*' && pattern.find_first_of(glob_special, 1) == none;
    rule.fixed = rule.ends_with ? pattern.substr(1) : pattern.substr(0, fixed);
    if (!rule.ends_with) {
      // git, too, reads what comes after the fixed part as if the pattern began there
      std::optional<Glob> glob = Glob::read(pattern.substr(fixed));
      if (!glob) return;
      rule.glob = std::move(*glob);
    }
    rules_.push_back(std::move(rule));
  }

  std::shared_ptr<const IgnoreLevel> parent_;
  std::string below_;  ///< The folder and a slash; nothing for the root.
  std::size_t number_ = 0;
  Names names_;
  Names paths_;
  std::vector<Rule> rules_;
};

Ignore::Ignore(const Ignore& parent, std::string_view folder, std::string_view text) : level_(parent.level_) {
  auto level = std::make_shared<IgnoreLevel>(level_, folder, text);
  if (!level->empty()) level_ = std::move(level);
}

bool Ignore::decided(std::string_view path, bool folder) const {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  for (const IgnoreLevel* level = level_.get(); level != nullptr; level = level->parent()) {
    const Decision decision = level->decision(path, name, folder);
    if (decision.number != 0) return !decision.keeps;
  }
  return false;
}

}  // namespace mlops::worktree
