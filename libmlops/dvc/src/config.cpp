#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dvc/config.hpp>
#include <mlops/fs/file.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace mlops::dvc {
namespace {

using Path = std::filesystem::path;

std::string_view without_blanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

bool is_quote(char c) { return c == '\'' || c == '"'; }

/// A value in quotes is what stands between them; else a '#' behind a blank begins a comment.
std::string value_of(std::string_view text) {
  text = without_blanks(text);
  if (!text.empty() && is_quote(text.front())) {
    const std::size_t end = text.find(text.front(), 1);
    if (end != std::string_view::npos) return std::string(text.substr(1, end - 1));
  }
  for (std::size_t at = text.find('#'); at != std::string_view::npos; at = text.find('#', at + 1)) {
    if (at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t')
      return std::string(without_blanks(text.substr(0, at)));
  }
  return std::string(text);
}

/// `['remote "name"']` and `[remote "name"]` are one section.
std::string section_of(std::string_view text) {
  text = without_blanks(text);
  if (text.size() > 1 && is_quote(text.front()) && text.back() == text.front())
    text = text.substr(1, text.size() - 2);
  return lowered(text);
}

bool has_scheme(std::string_view text) { return text.find("://") != std::string_view::npos; }

std::string placed(const Path& folder, const std::string& value) {
  if (value.empty() || value.front() == '~' || has_scheme(value)) return value;
  return (folder / value).lexically_normal().native();
}

bool is_path(const std::string& section, const std::string& key) {
  if (section == "cache") return key == "dir";
  static constexpr std::array<std::string_view, 3> keys = {"url", "credentialpath", "configpath"};
  return section.starts_with("remote ") && std::find(keys.begin(), keys.end(), key) != keys.end();
}

[[noreturn]] void refuse(const std::string& name, std::size_t line) {
  throw error(Code::usage, "{}:{}: neither a section nor a value", name, line)
      .with_id("dvc.config")
      .with_hint("a section is `['remote \"storage\"']`, a value `url = /mnt/share`");
}

std::string variable_of(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

/// The folders of `.dvc/config.local` and of the others, the nearest one first.
std::vector<Path> files_of(const Path& root, const Environment& environment) {
  std::vector<Path> out{root / ".dvc/config.local", root / ".dvc/config"};
  const std::string home = variable_of(environment, "HOME");
  const std::string user = variable_of(environment, "DVC_GLOBAL_CONFIG_DIR");
  const std::string xdg = variable_of(environment, "XDG_CONFIG_HOME");
  if (!user.empty()) out.push_back(Path(user) / "config");
  else if (!xdg.empty()) out.push_back(Path(xdg) / "dvc/config");
  else if (!home.empty()) out.push_back(Path(home) / ".config/dvc/config");
  const std::string system = variable_of(environment, "DVC_SYSTEM_CONFIG_DIR");
  const std::string xdg_all = variable_of(environment, "XDG_CONFIG_DIRS");
  if (!system.empty()) out.push_back(Path(system) / "config");
  else
    out.push_back(Path(xdg_all.empty() ? "/etc/xdg" : xdg_all.substr(0, xdg_all.find(':'))) / "dvc/config");
  return out;
}

std::string section_name(const std::string& remote) { return "remote \"" + lowered(remote) + "\""; }

}  // namespace

Sections parse_config(std::string_view text, const std::string& name, const Path& folder) {
  Sections out;
  std::string section;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = without_blanks(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      const std::size_t close = line.rfind(']');
      if (close == std::string_view::npos) refuse(name, number);
      section = section_of(line.substr(1, close - 1));
      out[section];
      continue;
    }
    const std::size_t sign = line.find('=');
    if (sign == std::string_view::npos || sign == 0 || section.empty()) refuse(name, number);
    const std::string key = lowered(without_blanks(line.substr(0, sign)));
    const std::string value = value_of(line.substr(sign + 1));
    out[section][key] = is_path(section, key) ? placed(folder, value) : value;
  }
  return out;
}

std::string Remote::option(const std::string& key) const { return variable_of(options, key); }

bool Remote::is_on(const std::string& key) const {
  const std::string value = lowered(option(key));
  return value == "true" || value == "1" || value == "yes" || value == "on";
}

std::optional<Path> Remote::folder() const {
  if (url.starts_with("file://")) return Path(url.substr(7));
  if (has_scheme(url)) return std::nullopt;
  return Path(url);
}

Config Config::read(const Path& root, const Environment& environment) {
  Sections sections;
  for (const Path& file : files_of(root, environment)) {
    const auto text = fs::find_file(file);
    if (!text) continue;
    for (const auto& [section, values] : parse_config(*text, file.native(), file.parent_path()))
      sections[section].insert(values.begin(), values.end());
  }
  const std::string home = variable_of(environment, "HOME");
  for (auto& [section, values] : sections) {
    for (auto& [key, value] : values) {
      if (is_path(section, key) && value.starts_with("~/")) value = home + value.substr(1);
    }
  }
  return Config(std::move(sections));
}

std::optional<std::string> Config::find(const std::string& section, const std::string& key) const {
  const auto values = sections_.find(section);
  if (values == sections_.end()) return std::nullopt;
  const auto value = values->second.find(key);
  return value == values->second.end() ? std::nullopt : std::optional(value->second);
}

Path Config::cache(const Path& root) const {
  const auto said = find("cache", "dir");
  return said && !said->empty() ? Path(*said) : root / ".dvc/cache";
}

std::optional<std::string> Config::usual_remote() const { return find("core", "remote"); }

/// A URL `remote://other/path` is a path below another remote, with the options of both.
Remote Config::named(const std::string& name, int depth) const {
  static constexpr std::string_view below = "remote://";
  const auto found = sections_.find(section_name(name));
  if (found == sections_.end() || !found->second.contains("url") || depth > 8) {
    std::vector<std::string> known;
    for (const auto& [section, values] : sections_) {
      if (section.starts_with("remote \"")) known.push_back(section.substr(8, section.size() - 9));
    }
    const auto near = near_misses(name, known);
    throw error(Code::not_found, "there is no remote '{}' in DVC's configuration", name)
        .with_id("dvc.remote")
        .with_hint("{}", !near.empty()    ? "a similar name exists: " + one_of(near)
                         : !known.empty() ? "there is " + one_of(known)
                                          : "name a folder or s3://BUCKET/PREFIX");
  }
  Remote out{.name = name, .url = found->second.at("url"), .options = found->second};
  if (!out.url.starts_with(below)) return out;
  const std::string rest = out.url.substr(below.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const Remote base = named(rest.substr(0, slash), depth + 1);
  out.url = base.url +
            (base.url.ends_with('/') && slash < rest.size() ? rest.substr(slash + 1) : rest.substr(slash));
  out.options.insert(base.options.begin(), base.options.end());
  return out;
}

Remote Config::remote(const std::string& word, const Path& folder) const {
  if (sections_.contains(section_name(word))) return named(word, 0);
  if (has_scheme(word)) return {.name = word, .url = word};
  if (word.find('/') != std::string::npos || word == "." || word == "..")
    return {.name = word, .url = (folder / word).lexically_normal().native()};
  return named(word, 0);
}

}  // namespace mlops::dvc
