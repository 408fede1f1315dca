#include "plugin.hpp"

#include <unistd.h>
#include <mlops/base/error.hpp>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <csignal>

namespace mlops::cli {

std::optional<std::filesystem::path> find_plugin(const config::Environment& environment,
                                                 const std::string& name) {
  const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; };
  const auto path = environment.find("PATH");
  if (path == environment.end() || name.empty() || !std::all_of(name.begin(), name.end(), plain))
    return std::nullopt;
  const std::string& folders = path->second;
  for (std::size_t begin = 0; begin <= folders.size();) {
    const std::size_t end = std::min(folders.find(':', begin), folders.size());
    const auto program = std::filesystem::path(folders.substr(begin, end - begin)) / ("mlops-" + name);
    std::error_code ignored;
    const bool file = std::filesystem::is_regular_file(program, ignored);
    if (program.is_absolute() && file && access(program.c_str(), X_OK) == 0) return program;
    begin = end + 1;
  }
  return std::nullopt;
}

void run_plugin(const std::filesystem::path& program, const std::vector<std::string>& args) {
  std::vector<char*> words = {const_cast<char*>(program.c_str())};
  for (const std::string& arg : args) words.push_back(const_cast<char*>(arg.c_str()));
  words.push_back(nullptr);
  std::signal(SIGPIPE, SIG_DFL);  // an ignored signal would stay ignored
  execv(program.c_str(), words.data());
  throw system_error(errno, fmt::format("cannot run '{}'", program.string()));
}

}  // namespace mlops::cli
