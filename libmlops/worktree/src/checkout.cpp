/// A checkout looks at everything first, and changes nothing unless all of it can be done; then it goes
/// through the files in their order, removes what is too many, makes folders, and writes what differs.
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/store/exchange.hpp>

#include <algorithm>
#include <set>
#include <system_error>

#include "src/survey.hpp"
#include "src/target.hpp"
#include "src/version.hpp"

namespace mlops::worktree {
namespace {

/// So many names stand in a message.
constexpr std::size_t most_names = 5;

struct SomeNames {
  std::uint64_t count = 0;
  std::vector<std::string> first = {};

  void add(std::string name) {
    if (++count <= most_names) first.push_back(std::move(name));
  }
  /// "'a', 'b' and 3 more"
  std::string text() const {
    std::string out;
    for (const std::string& name : first) out += fmt::format("{}'{}'", out.empty() ? "" : ", ", name);
    return count > first.size() ? fmt::format("{} and {} more", out, count_text(count - first.size())) : out;
  }
};

class Checkout {
 public:
  Checkout(const Place& place, const std::string& path, const Pin& pin, const CheckoutOptions& options)
      : place_(place), path_(path), pin_(pin), options_(options) {}

  CheckedOut run() {
    if (!place_.store.objects().has(pin_.digest)) {
      missing_.add(path_);
      refuse();
    }
    look();
    refuse();
    if (options_.dry_run || out_.written + out_.removed == 0) return out_;
    out_.written = out_.removed = out_.kept = out_.bytes = 0;
    act();
    return out_;
  }

 private:
  bool goes(const Item& item) const { return item.there && !item.expected; }
  bool comes(const Item& item) const { return item.expected && !item.same(); }

  /// What has to be done, and whether it may; digests that were worked out go into the index.
  void look() {
    Survey survey(place_, path_, pin_, true);
    IndexWriter index(place_.store, path_);
    const Youth youth(place_.root);
    place_.progress.phase("looking at " + path_, pin_.files, Unit::items);
    for (auto window = survey.next(); !window.empty(); window = survey.next()) {
      read_doubtful(window);
      std::vector<Digest> wanted;
      for (const Item& item : window) {
        if (comes(item)) wanted.push_back(item.expected->digest);
      }
      const auto lacking = place_.store.objects().missing(std::move(wanted));
      const auto lacks = [&](const Digest& digest) {
        return std::binary_search(lacking.begin(), lacking.end(), digest);
      };
      mind_unsaved(window);
      for (const Item& item : window) {
        mind_way(item);
        mind_folder(item);
        if (item.there && item.digest && !youth.young(item.look.stamp))
          index.add(known_of(item, *item.digest));
        out_.kept += item.same() ? 1 : 0;
        if (comes(item)) {
          ++out_.written;
          out_.bytes += item.expected->size;
          if (lacks(item.expected->digest)) missing_.add(joined(path_, item.path));
        }
        out_.removed += goes(item) ? 1 : 0;
      }
      place_.progress.at(out_.kept + out_.written);
    }
    index.finish();
    for (const auto& [path, left] : folders_) {
      if (left > 0) throw not_empty(place_.root / path_ / path);
    }
  }

  /// What would be removed or replaced has to be in the store.
  void mind_unsaved(const std::vector<Item>& window) {
    if (options_.force) return;
    const auto replaced = [&](const Item& item) { return item.there && (goes(item) || comes(item)); };
    std::vector<Digest> present;
    for (const Item& item : window) {
      if (replaced(item)) present.push_back(*item.digest);
    }
    const auto unsaved = place_.store.objects().missing(std::move(present));
    for (const Item& item : window) {
      if (replaced(item) && std::binary_search(unsaved.begin(), unsaved.end(), *item.digest))
        lost_.add(joined(path_, item.path));
    }
  }

  /// A folder that stands in the way of a file has to lose all of its files.
  void mind_folder(const Item& item) {
    if (goes(item)) {
      for (auto& [path, left] : folders_) {
        if (path.empty() || is_below(item.path, path)) --left;
      }
    }
    if (!comes(item) || item.there || !may_stand(item)) return;
    const auto folder = place_.root / path_ / item.path;
    const auto look = fs::find_look(folder);
    if (!look || look->type != fs::Type::folder) return;
    folders_.emplace_back(item.path, files_in(folder));
  }

  /// Whether the folder of the item is there, so that something may stand under its name.
  bool may_stand(const Item& item) {
    const std::size_t slash = item.path.rfind('/');
    const std::string_view above =
        std::string_view(item.path).substr(0, slash == std::string::npos ? 0 : slash);
    if (!item.path.empty() && (!asked_ || above != *asked_)) {
      asked_ = above;
      there_ = fs::find_look(place_.root / path_ / above).has_value();
    }
    return item.path.empty() || there_;
  }

  static std::size_t files_in(const std::filesystem::path& folder) {
    std::size_t files = 0;
    std::error_code fault;
    std::filesystem::recursive_directory_iterator at(folder, fault);
    for (const std::filesystem::recursive_directory_iterator end; !fault && at != end; at.increment(fault)) {
      files += at->symlink_status().type() == std::filesystem::file_type::directory ? 0 : 1;
    }
    if (fault) throw system_error(fault.value(), fmt::format("cannot read '{}'", folder.native()));
    return files;
  }

  static bool is_below(const std::string& path, const std::string& folder) {
    return path.starts_with(folder) && path[folder.size()] == '/';
  }

  /// What stands in the way of a folder has to be a file that goes.
  void mind_way(const Item& item) {
    while (!leaving_.empty() && !item.path.starts_with(leaving_.back())) leaving_.pop_back();
    const bool through_one = std::any_of(leaving_.begin(), leaving_.end(),
                                         [&](const std::string& file) { return is_below(item.path, file); });
    if (goes(item)) leaving_.push_back(item.path);
    if (!comes(item) || item.there || item.path.empty() || through_one) return;
    const std::size_t slash = item.path.rfind('/');
    if (slash == std::string::npos || item.path.compare(0, slash, last_folder_) == 0) return;
    last_folder_ = item.path.substr(0, slash);
    const auto top = place_.root / path_;
    if (fs::find_look(top)) check_way(top, top / last_folder_);
  }

  void read_doubtful(std::vector<Item>& window) const {
    std::vector<Item*> doubtful;
    for (Item& item : window) {
      if (!item.there || item.digest) continue;
      if (options_.force && (!item.expected || item.expected->size != item.look.stamp.size)) continue;
      doubtful.push_back(&item);
    }
    share_out(place_, doubtful, [](Item& item, std::size_t) { item.digest = hash_of(item); });
  }

  void refuse() const {
    if (missing_.count > 0) {
      throw error(Code::corrupt, "the store lacks {} of '{}': {}", count_of(missing_.count, "object"), path_,
                  missing_.text())
          .with_id("object.missing")
          .with_hint(
              "{}; nothing was changed",
              store::elsewhere(place_.store.root()).empty()
                  ? "bring the store's objects back, or add the path again"
                  : fmt::format("`mlops fetch` brings what is pinned, `mlops fetch {}@vN` a version", path_));
    }
    if (lost_.count == 0) return;
    throw error(Code::conflict, "{} of '{}' would be lost: {}", count_of(lost_.count, "file"), path_,
                lost_.text())
        .with_id("files.unsaved")
        .with_hint("no version has what is in them: `mlops data add {}` makes one, `--force` overwrites them",
                   path_);
  }

  void act() {
    Target target(place_, path_, pin_.folder, options_);
    Survey survey(place_, path_, pin_, true);
    IndexWriter index(place_.store, path_);
    const Youth youth(place_.root);
    std::vector<Item> blocked;
    std::vector<Item> last;  // Noted one window later: not so young by then.
    place_.progress.phase("checking out " + path_, out_.written, Unit::items);
    for (auto window = survey.next(); !window.empty(); window = survey.next()) {
      read_doubtful(window);
      mind_unsaved(window);  // Once more: somebody may have written since.
      refuse();
      std::vector<Item*> writes;
      for (Item& item : window) {
        if (goes(item)) {
          target.remove(item);
          ++out_.removed;
        } else if (!comes(item)) {
          ++out_.kept;
        } else if (target.is_folder(item)) {
          blocked.push_back(item);  // Once the files in it are gone.
        } else {
          target.make_room(item);
          writes.push_back(&item);
        }
      }
      target.write(writes);
      for (const Item* item : writes) count(*item);
      note(last, index, youth);
      last = std::move(window);
      place_.progress.at(out_.written);
    }
    note(last, index, youth);
    target.remove_empty_folders();
    for (Item& item : blocked) {
      target.remove_folder(item);
      target.write(item);
      count(item);
    }
    target.finish();
    index.finish();
    out_.reflinked = target.reflinked();
    out_.linked = target.linked();
  }

  static void note(const std::vector<Item>& window, IndexWriter& index, const Youth& youth) {
    for (const Item& item : window) {
      const bool known = item.there && item.same() && !youth.young(item.look.stamp);
      if (known) index.add(known_of(item, *item.digest));
    }
  }

  void count(const Item& item) {
    ++out_.written;
    out_.bytes += item.expected->size;
  }

  const Place& place_;
  const std::string& path_;
  const Pin& pin_;
  const CheckoutOptions& options_;
  SomeNames missing_;
  SomeNames lost_;
  std::vector<std::string> leaving_;  ///< Files that go, whose path begins that of the one looked at.
  std::string last_folder_;           ///< To which the way was looked at.
  std::optional<std::string> asked_;  ///< Of may_stand(): the last folder, and whether it is there.
  bool there_ = false;
  std::vector<std::pair<std::string, std::size_t>> folders_;  ///< Where files come, and the files left in it.
  CheckedOut out_;
};

}  // namespace

CheckedOut checkout(const Place& place, const std::string& path, const Pin& pin,
                    const CheckoutOptions& options) {
  return Checkout(place, path, pin, options).run();
}

std::uint64_t unprotect(const Place& place, const std::string& path, bool dry_run) {
  constexpr std::uint32_t may_write = 0200;
  std::uint64_t count = 0;
  Walk walk(place.root, path);
  std::optional<Target> target;
  for (Walked walked; walk.next(walked);) {
    if (place.cancel != nullptr) place.cancel->check();
    const auto look = walked.folder->find(walked.name);
    if (!look || look->type != fs::Type::file || look->links < 2 || (look->mode & may_write) != 0) continue;
    ++count;
    if (dry_run) continue;
    if (!target) target.emplace(place, path, true, CheckoutOptions());
    target->make_own(walked.folder->path() / walked.name, look->mode);
  }
  return count;
}

}  // namespace mlops::worktree
