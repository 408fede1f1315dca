#include <glob.h>
#include <mlops/base/error.hpp>
#include <mlops/fs/walk.hpp>

#include <algorithm>
#include <system_error>

namespace mlops::fs {
namespace {

namespace stdfs = std::filesystem;

bool leads_inside(const stdfs::path& link, const stdfs::path& root) {
  std::error_code none;
  const auto target = stdfs::canonical(link, none);
  return !none && std::mismatch(root.begin(), root.end(), target.begin(), target.end()).first == root.end();
}

WalkedFile file_at(const stdfs::path& path, std::string relative) {
  constexpr auto any_exec = stdfs::perms::owner_exec | stdfs::perms::group_exec | stdfs::perms::others_exec;
  return {.path = std::move(relative),
          .size = stdfs::file_size(path),
          .executable = (stdfs::status(path).permissions() & any_exec) != stdfs::perms::none};
}

void visit(const stdfs::directory_entry& entry, const stdfs::path& root, Walked& walked) {
  if (entry.symlink_status().type() == stdfs::file_type::directory) return;
  std::string relative = entry.path().lexically_relative(root).generic_string();
  const bool ours = !entry.is_symlink() || leads_inside(entry.path(), root);
  std::error_code none;
  if (ours && entry.is_regular_file(none)) {
    walked.files.push_back(file_at(entry.path(), std::move(relative)));
  } else {
    walked.skipped.push_back(std::move(relative));
  }
}

}  // namespace

Walked walk(const std::filesystem::path& folder) {
  Walked walked;
  try {
    const auto root = stdfs::canonical(folder);
    for (const auto& entry : stdfs::recursive_directory_iterator(root)) visit(entry, root, walked);
  } catch (const stdfs::filesystem_error& e) {
    throw system_error(e.code().value(), fmt::format("cannot read the folder '{}'", e.path1().native()));
  }
  std::sort(walked.files.begin(), walked.files.end(),
            [](const WalkedFile& a, const WalkedFile& b) { return a.path < b.path; });
  std::sort(walked.skipped.begin(), walked.skipped.end());
  return walked;
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code fault;
  for (stdfs::directory_iterator entry(folder, fault), end; !fault && entry != end; entry.increment(fault)) {
    names.push_back(entry->path().filename());
  }
  if (fault && fault != std::errc::no_such_file_or_directory) {
    throw system_error(fault.value(), fmt::format("cannot read the folder '{}'", folder.native()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> matches(const std::string& pattern) {
  glob_t found = {};
  const int result = ::glob(pattern.c_str(), 0, nullptr, &found);
  std::vector<std::string> paths;
  for (std::size_t i = 0; result == 0 && i < found.gl_pathc; ++i) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(found.gl_pathv[i], ignored)) paths.emplace_back(found.gl_pathv[i]);
  }
  ::globfree(&found);
  return paths;
}

}  // namespace mlops::fs
