#include <mlops/dvc/project.hpp>
#include <mlops/fs/folder.hpp>
#include <mlops/worktree/ignore.hpp>

#include <algorithm>
#include <functional>
#include <set>

namespace mlops::dvc {
namespace {

using Path = std::filesystem::path;

constexpr std::string_view rules_name = ".dvcignore";

/// One look through the folders. The files of a folder come before the folders in it, so that its outs are
/// known when they come.
class Search {
 public:
  explicit Search(Path root) : root_(std::move(root)) {}

  Found run() {
    look_into(fs::Folder(root_), "", worktree::Ignore());
    std::stable_sort(out_.outs.begin(), out_.outs.end(),
                     [](const Out& a, const Out& b) { return a.path < b.path; });
    return std::move(out_);
  }

 private:
  void look_into(const fs::Folder& folder, const std::string& prefix, const worktree::Ignore& above) {
    const auto list = folder.list();
    const std::string own = prefix.empty() ? "" : prefix.substr(0, prefix.size() - 1);
    const auto text = fs::find_file(folder.path() / rules_name);
    const worktree::Ignore rules = text ? worktree::Ignore(above, own, *text) : above;
    const auto each = [&](fs::Type type, const std::function<void(const std::string& name)>& visit) {
      for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string name(list.name(i));
        if (list.type(i) == type && !rules.ignored(prefix + name, type == fs::Type::folder)) visit(name);
      }
    };
    each(fs::Type::file, [&](const std::string& name) {
      if (name.ends_with(".dvc") || name == "dvc.lock") read(prefix + name);
    });
    each(fs::Type::folder, [&](const std::string& name) {
      static const std::set<std::string, std::less<>> others = {".dvc", ".git", ".hg", ".mlops"};
      if (others.contains(name) || outs_.contains(prefix + name)) return;
      const fs::Folder below(folder, name);
      if (!below.find(".dvc"))
        look_into(below, prefix + name + "/", rules);  // Else it is a project of its own.
    });
  }

  void read(const std::string& file) {
    try {
      const std::string text = fs::read_file(root_ / file);
      auto outs =
          file.ends_with(".dvc") ? read_dvc_file(text, file) : read_lock(text, dvc_yaml_of(file), file);
      for (Out& out : outs) {
        outs_.insert(out.path);
        out_.outs.push_back(std::move(out));
      }
    } catch (const Error& e) {
      out_.faults.push_back(e);
    }
  }

  std::string dvc_yaml_of(const std::string& lock) const {
    const std::string file = Path(lock).replace_filename("dvc.yaml").generic_string();
    auto text = fs::find_file(root_ / file);
    if (text) return std::move(*text);
    throw error(Code::usage, "there is no '{}', so that nobody can say what '{}' is about", file, lock)
        .with_id("dvc.out")
        .with_hint("`git checkout -- {}` brings it back; without a pipeline, remove '{}'", file, lock);
  }

  const Path root_;
  Found out_;
  std::set<std::string> outs_;
};

}  // namespace

std::optional<Path> find_project(const Path& start) {
  for (Path at = std::filesystem::canonical(start);; at = at.parent_path()) {
    const auto look = fs::find_look(at / ".dvc");
    if (look && look->type == fs::Type::folder) return at;
    if (at == at.parent_path()) return std::nullopt;
  }
}

Found find_outs(const Path& root) { return Search(root).run(); }

}  // namespace mlops::dvc
