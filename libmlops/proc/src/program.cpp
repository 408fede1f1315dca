/// Where a program is.
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/proc/process.hpp>

#include <unistd.h>

namespace mlops::proc {
namespace {

namespace fs = std::filesystem;

bool runs(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

std::vector<fs::path> folders_of(const std::map<std::string, std::string>& environment,
                                 const fs::path& folder) {
  const auto found = environment.find("PATH");
  const std::string path = found == environment.end() ? "/usr/local/bin:/usr/bin:/bin" : found->second;
  std::vector<fs::path> out;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    const fs::path one = path.substr(begin, end - begin);
    out.push_back(one.is_absolute() ? one : folder / one);
    begin = end + 1;
  }
  return out;
}

std::vector<std::string> programs_in(const std::vector<fs::path>& folders) {
  std::vector<std::string> names;
  for (const fs::path& folder : folders) {
    std::error_code ignored;
    for (fs::directory_iterator entry(folder, ignored), end; entry != end && !ignored;
         entry.increment(ignored)) {
      names.push_back(entry->path().filename().native());
    }
  }
  return names;
}

fs::path by_path(const std::string& name, const fs::path& folder) {
  fs::path path = fs::path(name).is_absolute() ? fs::path(name) : folder / name;
  if (runs(path)) return path;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    throw error(Code::not_found, "there is no program '{}'", name).with_id("program.not_found");
  }
  throw error(Code::failed, "'{}' is not a program: it is no executable file", name)
      .with_hint("`chmod +x {}` makes a script executable", name);
}

}  // namespace

fs::path find_program(const std::string& name, const std::map<std::string, std::string>& environment,
                      const fs::path& folder) {
  std::error_code ignored;
  const fs::path from = folder.empty() ? fs::current_path(ignored) : fs::absolute(folder, ignored);
  if (name.find('/') != std::string::npos) return by_path(name, from);
  const auto folders = folders_of(environment, from);
  for (const fs::path& one : folders) {
    if (!name.empty() && runs(one / name)) return one / name;
  }
  auto fault = error(Code::not_found, "there is no program '{}' in PATH", name).with_id("program.not_found");
  if (runs(from / name)) {
    throw std::move(fault).with_hint("the one in the current folder is written `./{}`", name);
  }
  const auto near = near_misses(name, programs_in(folders));
  if (near.empty()) throw fault;
  throw std::move(fault).with_hint("{}: {}", near.size() == 1 ? "a similar one is there" : "similar ones are",
                                   one_of(near));
}

}  // namespace mlops::proc
