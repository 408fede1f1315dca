#include "src/input.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/fs/walk.hpp>

#include <algorithm>
#include <charconv>
#include <set>

namespace mlops::dataset {
namespace {

namespace stdfs = std::filesystem;

bool has_wildcard(const std::string& text) { return text.find_first_of("*?[") != std::string::npos; }

/// Hidden files, and the markers that Spark and its kind leave beside the data: _SUCCESS, _metadata.
bool is_aside(const std::string& path) {
  for (const stdfs::path& part : stdfs::path(path)) {
    if (part.native().starts_with('.') || part.native().starts_with('_')) return true;
  }
  return false;
}

std::vector<InputFile> files_of_folder(const stdfs::path& folder) {
  std::vector<InputFile> files;
  for (const fs::WalkedFile& file : fs::walk(folder).files) {
    if (!is_aside(file.path)) files.push_back({folder / file.path, file.path});
  }
  if (files.empty()) throw error(Code::not_found, "there is no file in the folder '{}'", folder.string());
  return files;
}

/// "flights 2001.csv.gz" of "https://host/a/flights%202001.csv.gz?key=abc".
std::string name_in(const std::string& url) {
  std::string path = url.substr(url.find("://") + 3);
  path.resize(std::min(path.find_first_of("?#"), path.size()));
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos || slash + 1 == path.size()) return "data";
  std::string name;
  for (std::size_t i = slash + 1; i < path.size(); ++i) {
    unsigned byte = 0;
    const char* const digits = path.data() + i + 1;
    const bool escaped = path[i] == '%' && i + 2 < path.size() &&
                         std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
    const char c = escaped ? static_cast<char>(byte) : path[i];
    if (escaped) i += 2;
    name += c == '/' || static_cast<unsigned char>(c) < 0x20 ? '_' : c;
  }
  return name == "." || name == ".." || !is_utf8(name) ? "data" : name;
}

}  // namespace

void fail_no_file(const std::string& written, const stdfs::path& path) {
  std::vector<std::string> names;
  std::error_code ignored;
  const stdfs::path folder = path.has_parent_path() ? path.parent_path() : stdfs::path(".");
  for (const auto& entry : stdfs::directory_iterator(folder, ignored)) {
    names.push_back(entry.path().filename().string());
  }
  Error fault = error(Code::not_found, "no file '{}'", written).with_id("file.not_found");
  const auto near = near_misses(path.filename().string(), names);
  if (near.empty()) throw fault;
  throw std::move(fault).with_hint("a similar file exists: {}", one_of(near));
}

bool is_database(const std::vector<std::string>& from) {
  return from.size() == 1 && from.front().starts_with("sqlite://");
}

namespace {

std::vector<InputFile> files_of(const std::string& written, const stdfs::path& base) {
  if (written == "-") return {{{}, "stdin"}};
  if (written.starts_with("sqlite://")) return {{{}, written, written}};
  if (written.starts_with("http://") || written.starts_with("https://")) {
    return {{{}, name_in(written), written}};
  }
  const stdfs::path path = base / written;
  std::error_code ignored;
  if (stdfs::is_directory(path, ignored)) return files_of_folder(path);
  if (stdfs::is_regular_file(path, ignored)) return {{path, path.filename().string()}};
  if (stdfs::exists(path, ignored)) {
    throw error(Code::usage, "'{}' is no regular file", written)
        .with_hint("a pipe or device is read as standard input: `mlops ingest - --name NAME < {}`", written);
  }
  if (stdfs::is_symlink(path, ignored)) {
    throw error(Code::not_found, "'{}' is a link that leads to no file", written).with_id("file.not_found");
  }
  if (!has_wildcard(written)) fail_no_file(written, path);
  std::vector<InputFile> files;
  for (const std::string& match : fs::matches(path.string())) {
    files.push_back({match, stdfs::path(match).lexically_relative(base).generic_string()});
  }
  if (files.empty()) throw error(Code::not_found, "no file matches '{}'", written).with_id("file.not_found");
  return files;
}

/// Files of the same name from several places are told apart by a number.
void make_unique(std::vector<InputFile>& files) {
  std::set<std::string> taken;
  for (InputFile& file : files) {
    if (!is_utf8(file.name)) {
      throw error(Code::usage, "the name of a file in it is not UTF-8")
          .with_hint("rename the file, then ingest it");
    }
    while (file.name.starts_with("../")) file.name.erase(0, 3);
    if (file.name.starts_with('/')) file.name.erase(0, 1);
    const std::string base = file.name;
    for (int n = 2; !taken.insert(file.name).second; ++n) file.name = fmt::format("{}/{}", n, base);
  }
}

}  // namespace

std::vector<InputFile> find_inputs(const std::vector<std::string>& from, const stdfs::path& base) {
  std::vector<InputFile> files;
  std::set<stdfs::path> seen;
  std::error_code ignored;
  for (const std::string& written : from) {
    for (InputFile& file : files_of(written, base)) {
      if (file.path.empty() || seen.insert(stdfs::weakly_canonical(file.path, ignored)).second)
        files.push_back(std::move(file));
    }
  }
  if (files.empty()) throw error(Code::usage, "there is nothing to read: no path was given");
  make_unique(files);
  return files;
}

}  // namespace mlops::dataset
