#include <mlops/base/error.hpp>
#include <mlops/proc/process.hpp>
#include <mlops/remote/git.hpp>

namespace mlops::remote {

void clone_git(const std::string& url, const std::filesystem::path& folder,
               const std::map<std::string, std::string>& environment, const Cancel* cancel) {
  const proc::Ended ended = proc::run(
      {.command = {"git", "clone", "--", url, folder.native()}, .environment = environment}, cancel);
  if (cancel != nullptr) cancel->check();
  if (ended.status == 0 && ended.signal == 0) return;
  throw error(Code::failed, "`git clone {}` failed", url).with_id("git.failed");
}

}  // namespace mlops::remote
