/// What git knows of a folder.
#include <mlops/base/error.hpp>
#include <mlops/run/run.hpp>

#include "git.hpp"
#include "patch.hpp"

namespace mlops::run {
namespace {

/// `https://user:token@host/x` without what stands before the host.
std::string without_password(std::string url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const std::size_t begin = scheme + 3;
  const std::size_t end = std::min(url.find('/', begin), url.size());
  const std::size_t at = url.rfind('@', end);
  if (at != std::string::npos && at >= begin) url.erase(begin, at + 1 - begin);
  return url;
}

std::string remote_of(const Git& git, const std::string& branch) {
  std::string name =
      branch.empty() ? "" : git.ask({"config", "--get", "branch." + branch + ".remote"}).value_or("");
  if (name.empty()) name = "origin";
  auto url = git.ask({"config", "--get", "remote." + name + ".url"});
  if (!url) {
    const std::string first = git.ask({"remote"}).value_or("");
    if (!first.empty())
      url = git.ask({"config", "--get", "remote." + first.substr(0, first.find('\n')) + ".url"});
  }
  return without_password(url.value_or(""));
}

std::vector<std::string> submodule_notes(const Git& git, const std::filesystem::path& top) {
  std::error_code ignored;
  if (!std::filesystem::exists(top / ".gitmodules", ignored)) return {};
  std::vector<std::string> notes;
  const std::string listed = git.ask({"submodule", "status", "--recursive"}).value_or("");
  for (std::size_t begin = 0; begin < listed.size();) {
    const std::size_t end = std::min(listed.find('\n', begin), listed.size());
    notes.push_back("submodule " + listed.substr(begin, end - begin));
    begin = end + 1;
  }
  const std::string dirty = git.ask({"status", "--porcelain", "--untracked-files=no"}).value_or("");
  const std::string known =
      git.ask({"status", "--porcelain", "--untracked-files=no", "--ignore-submodules=dirty"}).value_or("");
  if (dirty != known) notes.emplace_back("changes inside of submodules are not in the patch");
  return notes;
}

std::string joined(const std::vector<std::string>& notes) {
  std::string out;
  for (const std::string& note : notes) out += (out.empty() ? "" : "; ") + note;
  return out;
}

}  // namespace

Code capture_code(store::Objects& objects, const std::filesystem::path& folder,
                  const Variables& environment) {
  Git git(folder, environment);
  if (!git.installed()) return {.note = "git is not installed"};
  const auto top = git.ask({"rev-parse", "--show-toplevel"});
  if (!top || top->empty()) return {.note = "not a git repository"};
  git.enter(*top);
  Code code;
  code.commit = git.ask({"rev-parse", "--verify", "--quiet", "HEAD"}).value_or("");
  code.branch = git.ask({"symbolic-ref", "--quiet", "--short", "HEAD"}).value_or("");
  code.remote = remote_of(git, code.branch);
  std::vector<std::string> notes;
  if (code.commit.empty()) notes.emplace_back("no commit yet");
  if (code.branch.empty()) notes.emplace_back("detached HEAD");
  for (auto& note : add_patch(objects, git, *top, code)) notes.push_back(std::move(note));
  for (auto& note : submodule_notes(git, *top)) notes.push_back(std::move(note));
  code.note = joined(notes);
  return code;
}

}  // namespace mlops::run
