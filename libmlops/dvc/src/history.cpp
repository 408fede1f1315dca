#include <mlops/base/error.hpp>
#include <mlops/dvc/history.hpp>
#include <mlops/proc/process.hpp>

#include <algorithm>
#include <charconv>
#include <map>

namespace mlops::dvc {
namespace {

constexpr int patience_ms = 120'000;
constexpr std::int64_t us_per_s = 1'000'000;

class Repository {
 public:
  Repository(std::filesystem::path folder, Environment environment)
      : folder_(std::move(folder)), environment_(std::move(environment)) {
    environment_["GIT_OPTIONAL_LOCKS"] = "0";
    environment_["GIT_TERMINAL_PROMPT"] = "0";
    environment_["LC_ALL"] = "C";
  }

  std::optional<std::string> ask(std::vector<std::string> words) const {
    words.insert(words.begin(), {"git", "--no-pager", "-c", "core.fsmonitor=false"});
    return proc::answer_of({.command = std::move(words), .environment = environment_, .folder = folder_},
                           patience_ms);
  }

  std::string must(std::vector<std::string> words) const {
    const std::string what = words.front();
    auto answer = ask(std::move(words));
    if (answer) return std::move(*answer);
    throw error(Code::failed, "`git {}` has no answer in '{}'", what, folder_.native()).with_id("dvc.git");
  }

 private:
  std::filesystem::path folder_;
  Environment environment_;
};

std::vector<std::string> parts_of(std::string_view text, char end) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t at = std::min(text.find(end), text.size());
    out.emplace_back(text.substr(0, at));
    text.remove_prefix(std::min(at + 1, text.size()));
  }
  return out;
}

bool ends_with_name(const std::string& path, std::string_view name) {
  return path == name || path.ends_with("/" + std::string(name));
}

bool is_wanted(const std::string& path) {
  return (path.ends_with(".dvc") || ends_with_name(path, "dvc.lock") || ends_with_name(path, "dvc.yaml")) &&
         !path.starts_with(".dvc/") && path.find("/.dvc/") == std::string::npos;
}

class Past {
 public:
  Past(const Repository& git, const Cancel* cancel) : git_(git), cancel_(cancel) {}

  Moment moment(const std::string& commit) {
    if (cancel_ != nullptr) cancel_->check();
    Moment out{.commit = commit};
    const auto fields =
        parts_of(git_.must({"show", "-s", "--no-show-signature", "--format=%ct%x00%an", commit}), '\0');
    if (fields.size() != 2)
      throw error(Code::failed, "`git show` says nothing of {}", commit).with_id("dvc.git");
    std::int64_t seconds = 0;
    std::from_chars(fields[0].data(), fields[0].data() + fields[0].size(), seconds);
    out.time = {seconds * us_per_s};
    out.who = fields[1].substr(0, fields[1].find('\n'));
    std::map<std::string, Name> now;
    for (const auto& [file, blob] : files_of(commit)) look(file, blob, now, out);
    std::sort(out.outs.begin(), out.outs.end(), [](const Out& a, const Out& b) { return a.path < b.path; });
    before_ = std::move(now);
    return out;
  }

 private:
  /// The files of DVC's in the commit, and their blobs.
  const std::map<std::string, std::string>& files_of(const std::string& commit) {
    files_.clear();
    for (const std::string& line : parts_of(git_.must({"ls-tree", "-r", "-z", commit}), '\0')) {
      const std::size_t tab = line.find('\t');  // "100644 blob 3b18e5...\timages.dvc"
      if (tab == std::string::npos || !line.starts_with("100")) continue;
      const std::string path = line.substr(tab + 1);
      if (is_wanted(path))
        files_[path] = line.substr(line.rfind(' ', tab) + 1, tab - line.rfind(' ', tab) - 1);
    }
    return files_;
  }

  /// Notes the outs of the file, and tells those that were not there or were other ones.
  void look(const std::string& file, const std::string& blob, std::map<std::string, Name>& now,
            Moment& moment) {
    if (file.ends_with("dvc.yaml")) return;
    try {
      for (const Out& out : outs_of(file, blob)) {
        if (out.kind != Out::Kind::ours) continue;
        now[out.path] = out.name;
        const auto old = before_.find(out.path);
        if (old == before_.end() || old->second != out.name) moment.outs.push_back(out);
      }
    } catch (const Error& e) {
      moment.faults.push_back(e);
    }
  }

  /// A file that is as in a commit before is not read again.
  const std::vector<Out>& outs_of(const std::string& file, const std::string& blob) {
    const bool lock = !file.ends_with(".dvc");
    const auto yaml = files_.find(std::filesystem::path(file).replace_filename("dvc.yaml").generic_string());
    if (lock && yaml == files_.end())
      throw error(Code::usage, "there is no 'dvc.yaml' beside '{}'", file).with_id("dvc.out");
    const std::string key = file + '\0' + blob + '\0' + (lock ? yaml->second : "");
    const auto known = read_.find(key);
    if (known != read_.end()) return known->second;
    const auto text = [&](const std::string& id) { return git_.must({"cat-file", "blob", id}); };
    auto outs = lock ? read_lock(text(blob), text(yaml->second), file) : read_dvc_file(text(blob), file);
    return read_.emplace(key, std::move(outs)).first->second;
  }

  const Repository& git_;
  const Cancel* cancel_;
  std::map<std::string, std::string> files_;
  std::map<std::string, std::vector<Out>> read_;
  std::map<std::string, Name> before_;  ///< What each out was in the commit before.
};

}  // namespace

void each_moment(const std::filesystem::path& root, const Environment& environment, const Cancel* cancel,
                 const std::function<void(const Moment& moment)>& visit) {
  const Repository git(root, environment);
  const auto commits = git.ask({"rev-list", "--first-parent", "--reverse", "HEAD", "--", ":(glob)**/*.dvc",
                                ":(glob)**/dvc.lock", ":(glob)**/dvc.yaml"});
  if (!commits) {
    throw error(Code::not_found, "git has no history of '{}'", root.native())
        .with_id("dvc.git")
        .with_hint("`mlops import dvc` without --history imports what is tracked now");
  }
  Past past(git, cancel);
  for (const std::string& commit : parts_of(*commits, '\n')) {
    const Moment moment = past.moment(commit);
    if (!moment.outs.empty() || !moment.faults.empty()) visit(moment);
  }
}

}  // namespace mlops::dvc
