/// One setting changed in the text of the user's file. It trusts the layout more than it knows: the result is
/// read again, and has to say what it said before but for that setting.
#include <mlops/config/file.hpp>

#include "src/internal.hpp"

#include <mlops/base/error.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/fs/lock.hpp>
#include <mlops/yaml/write.hpp>

#include <algorithm>

namespace mlops::config {
namespace {

constexpr int patience_ms = 10'000;

const yaml::Entry* find(const yaml::Node& map, std::string_view key) {
  const auto found = std::find_if(map.entries.begin(), map.entries.end(),
                                  [&](const yaml::Entry& entry) { return entry.key.text == key; });
  return found == map.entries.end() ? nullptr : &*found;
}

/// Where the quoted scalar that begins at `begin` ends.
std::size_t end_of_quoted(std::string_view text, std::size_t begin) {
  const char quote = text[begin];
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') ++i;
    else if (text[i] == quote && quote == '\'' && text.substr(i + 1).starts_with('\'')) ++i;
    else if (text[i] == quote) return i + 1;
  }
  return text.size();
}

/// Where the scalar that begins at `begin` ends, if it is on one line.
std::size_t end_of_scalar(std::string_view text, std::size_t begin, bool flow) {
  if (text[begin] == '"' || text[begin] == '\'') return end_of_quoted(text, begin);
  const std::size_t line = std::min(text.find_first_of("\r\n", begin), text.size());
  std::string_view rest = text.substr(begin, line - begin);
  rest = rest.substr(0, std::min(rest.find(" #"), rest.find("\t#")));
  if (flow) rest = rest.substr(0, rest.find_first_of(",}"));
  return begin + rest.find_last_not_of(" \t") + 1;
}

std::string replaced(std::string_view text, const yaml::Node& map, const yaml::Entry& entry,
                     const std::string& value) {
  const std::size_t begin = entry.value.at.offset;
  const bool missing = entry.value.kind == yaml::Kind::null && entry.value.text.empty();
  if (missing) {
    const std::size_t colon = text.find(':', entry.key.at.offset) + 1;
    return fmt::format("{} {}{}", text.substr(0, colon), value, text.substr(colon));
  }
  return fmt::format("{}{}{}", text.substr(0, begin), value,
                     text.substr(end_of_scalar(text, begin, map.flow)));
}

std::string appended(std::string_view text, const yaml::Node& map, const std::string& line) {
  std::string out(text);
  if (!out.empty() && !out.ends_with('\n')) out += '\n';
  const std::size_t indent = map.kind == yaml::Kind::map ? map.at.column - 1 : 0;
  return out + std::string(indent, ' ') + line + "\n";
}

std::vector<Said> values_of(std::string_view text, std::string_view file) {
  const yaml::Document document = yaml::parse(text, file);
  std::vector<yaml::Fault> faults = document.faults;
  std::vector<Said> out = read_settings(document.root, Author::user, "", faults);
  if (!faults.empty()) throw yaml::to_error(document.text, file, std::move(faults));
  for (Said& one : out) one.origin.clear();
  return out;
}

/// True when the two say the same but for `key`, which is `value` in the second.
bool is_that_change(const yaml::Node& before, const std::vector<Said>& after, std::string_view key,
                    std::string_view value) {
  std::vector<Said> wanted;
  bool found = false;
  for (const yaml::Entry& entry : before.entries) {
    const bool it = entry.key.text == key;
    found = found || it;
    wanted.push_back({entry.key.text, it ? std::string(value) : entry.value.text, ""});
  }
  if (!found) wanted.push_back({std::string(key), std::string(value), ""});
  return wanted == after;
}

void check_value(const Row& row, std::string_view value) {
  Settings scratch;
  if (row.set(scratch, value) && value.find('\n') == std::string_view::npos) return;
  throw error(Code::usage, "'{}' cannot be '{}', {} is wanted", row.setting.key, value, row.setting.wanted);
}

}  // namespace

std::string with_setting(std::string_view text, std::string_view file, std::string_view key,
                         std::string_view value) {
  const Row& row = *find_row(get_setting(key).key);
  check_value(row, value);
  const yaml::Document document = yaml::parse(text, file);
  const yaml::Node& root = document.root;
  const auto place = root.flow ? yaml::Place::flow : yaml::Place::block;
  // Numbers, sizes and words of ours need no quotes, whatever another reader would take them for.
  const bool free_text = row.setting.type == "command";
  const std::string written = free_text ? yaml::single_quoted(value, place) : std::string(value);
  const std::string line = fmt::format("{}: {}", key, written);
  const yaml::Entry* entry = find(root, key);
  const std::string head(text.substr(0, text.size() - document.text.size()));  // a byte order mark
  std::string out = head + (entry != nullptr ? replaced(document.text, root, *entry, written)
                                             : appended(document.text, root, line));
  const auto unsafe = [&] {
    return error(Code::usage, "'{}' is laid out in a way that cannot be edited safely", file)
        .with_detail("  " + line)
        .with_hint("write this line into it by hand");
  };
  try {
    if (is_that_change(root, values_of(out, file), key, value)) return out;
  } catch (const Error&) {
    values_of(text, file);  // faults that were there before are told as such
    throw unsafe();
  }
  throw unsafe();
}

Change set_in_file(const std::filesystem::path& path, std::string_view key, std::string_view value,
                   bool write) {
  get_setting(key);
  if (write) fs::make_folders(path.parent_path());
  std::optional<fs::File> folder;
  if (write) fs::lock(folder.emplace(path.parent_path()), patience_ms);
  const std::string text = fs::find_file(path).value_or("");
  const std::string after = with_setting(text, path.string(), key, value);
  const yaml::Document document = yaml::parse(text, path.string());
  const yaml::Node* before = document.root.find(key);
  Change out = {before == nullptr ? "" : before->text, after != text};
  if (write && out.changed) fs::write_atomic(path, after);
  return out;
}

}  // namespace mlops::config
