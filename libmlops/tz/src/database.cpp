/// Zones by name.
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>

#include "src/table.hpp"

namespace mlops::tz {
namespace {

namespace files = std::filesystem;

bool is_name(std::string_view name) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '+' || c == '/';
  };
  return !name.empty() && name.front() != '/' && std::all_of(name.begin(), name.end(), good);
}

/// Names begin with a capital; `posix/` and `right/` have all of them again.
bool is_of_database(const files::path& path) {
  const char first = path.filename().native().front();
  return first >= 'A' && first <= 'Z';
}

std::vector<std::string> names_in_database(const files::path& database) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (auto at = files::recursive_directory_iterator(database, ignored);
       at != files::recursive_directory_iterator(); at.increment(ignored)) {
    const bool folder = at->is_directory(ignored);
    if (!is_of_database(at->path())) {
      if (folder) at.disable_recursion_pending();
    } else if (!folder) {
      names.push_back(at->path().lexically_relative(database).native());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// `berlin` may mean `Europe/Berlin`.
std::vector<std::string> similar_zones(std::string_view name, const std::vector<std::string>& names) {
  std::vector<std::string> out = near_misses(name, names);
  if (!out.empty()) return out;
  std::vector<std::string> places;
  for (const std::string& one : names) places.push_back(one.substr(one.rfind('/') + 1));
  const auto near = near_misses(name.substr(name.rfind('/') + 1), places);
  for (std::size_t i = 0; i < names.size() && out.size() < 3; ++i) {
    if (std::find(near.begin(), near.end(), places[i]) != near.end()) out.push_back(names[i]);
  }
  return out;
}

[[noreturn]] void no_zone(std::string_view name, const files::path& database) {
  const auto near = similar_zones(name, names_in_database(database));
  auto fault = error(Code::usage, "there is no time zone '{}'", name);
  if (near.empty())
    throw std::move(fault).with_hint("write it as the time zone database does, such as `Europe/Berlin`");
  throw std::move(fault).with_hint("did you mean {}?", one_of(near));
}

std::string bytes_of(const files::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) throw error(Code::failed, "cannot read '{}'", path.native());
  return bytes;
}

}  // namespace

std::shared_ptr<const Zone> find_zone(std::string_view name, const files::path& database) {
  if (name == "UTC") return utc();
  std::error_code ignored;
  if (!files::is_directory(database, ignored))
    throw error(Code::failed, "there is no time zone database at '{}'", database.native())
        .with_id("tz.no_database")
        .with_hint("install the package `tzdata`, or write `tz: UTC`");
  const files::path path = database / name;
  if (!is_name(name) || !files::is_regular_file(path, ignored)) no_zone(name, database);
  try {
    Table table = read_tzif(bytes_of(path));
    follow_rule(table);
    return zone_of(std::string(name), std::move(table));
  } catch (const Error& fault) {
    if (fault.code() != Code::corrupt) throw;
    throw error(Code::corrupt, "the time zone file '{}' is damaged: {}", path.native(), fault.message());
  }
}

}  // namespace mlops::tz
