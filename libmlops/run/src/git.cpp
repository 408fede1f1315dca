#include "git.hpp"

#include <mlops/base/error.hpp>

namespace mlops::run {
namespace {

/// What a user's configuration must not change about the answers; nor may it start programs.
const std::vector<std::string>& fixed_words() {
  static const std::vector<std::string> words = {"git",
                                                 "--no-pager",
                                                 "--literal-pathspecs",
                                                 "-c",
                                                 "core.fsmonitor=false",
                                                 "-c",
                                                 "core.quotePath=true",
                                                 "-c",
                                                 "diff.noprefix=false",
                                                 "-c",
                                                 "diff.mnemonicPrefix=false",
                                                 "-c",
                                                 "diff.suppressBlankEmpty=false",
                                                 "-c",
                                                 "diff.submodule=short",
                                                 "-c",
                                                 "core.compression=1"};
  return words;
}

}  // namespace

Git::Git(std::filesystem::path folder, Variables environment)
    : folder_(std::move(folder)), environment_(std::move(environment)) {
  set("GIT_OPTIONAL_LOCKS", "0");
  set("GIT_TERMINAL_PROMPT", "0");
  set("LC_ALL", "C");
}

bool Git::installed() const {
  try {
    proc::find_program("git", environment_, folder_);
    return true;
  } catch (const Error&) {
    return false;
  }
}

proc::Request Git::request(const std::vector<std::string>& words) const {
  proc::Request out = {.command = fixed_words(), .environment = environment_, .folder = folder_};
  out.command.insert(out.command.end(), words.begin(), words.end());
  return out;
}

std::optional<std::string> Git::ask(const std::vector<std::string>& words) const {
  auto answer = proc::answer_of(request(words));
  if (answer && answer->ends_with('\n')) answer->pop_back();
  return answer;
}

std::vector<std::string> split_at_zero(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\0', begin), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

}  // namespace mlops::run
