#include <mlops/base/error.hpp>
#include <mlops/db/statement.hpp>
#include <mlops/db/transaction.hpp>
#include <mlops/feature/online.hpp>
#include <mlops/fs/file.hpp>

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "src/event_table.hpp"
#include "src/online_file.hpp"

namespace mlops::feature {
namespace {

constexpr std::size_t rows_at_once = 65'536;
constexpr std::int64_t never = -1;  // no data_version

}  // namespace

struct OnlineImage::Impl {
  /// A definition in memory, and up to where it was read.
  struct Followed {
    std::shared_ptr<LiveView> live;
    std::int64_t id = 0;
    std::uint64_t generation = 0;
    std::int64_t sequence = 0;
  };

  std::mutex mutex;
  std::filesystem::path path;
  std::unique_ptr<OnlineFile> file;
  std::pair<std::uint64_t, std::uint64_t> which = {};  ///< Device and inode of what is open.
  std::int64_t seen = never;
  std::vector<Followed> followed;

  explicit Impl(std::filesystem::path where) : path(std::move(where)) { open(); }

  static std::optional<std::pair<std::uint64_t, std::uint64_t>> identity(const std::filesystem::path& path) {
    const auto stamp = fs::find_stamp(path);
    return stamp ? std::optional(std::pair(stamp->device, stamp->inode)) : std::nullopt;
  }

  void open() {
    const auto found = identity(path);
    auto opened = std::make_unique<OnlineFile>(path, OnlineStore::Mode::read);
    file = std::move(opened);
    if (found) which = *found;
    seen = never;
    for (Followed& one : followed) one.id = 0;  // ids are those of a file
  }

  /// Somebody removed the file, and another one is there: what is in memory follows that.
  bool reopen_another() {
    const auto found = identity(path);
    if (!found || *found == which) return false;
    open();
    const std::int64_t now = changes();
    {
      const db::Snapshot snapshot(file->database());
      for (Followed& one : followed) follow_same(one);
    }
    seen = now;
    return true;
  }

  /// A definition that was dropped may have been added again. As long as it is not, what is in memory goes on
  /// answering.
  bool follow_same(Followed& one) {
    const std::vector<OnlineView> there = file->views();
    const auto same = [&](const OnlineView& view) { return view.view == one.live->view(); };
    const auto found = std::find_if(there.begin(), there.end(), same);
    one.id = found == there.end() ? 0 : found->id;
    if (one.id != 0) load(*found, one);
    return one.id != 0;
  }

  /// Another number after any other connection has committed something.
  std::int64_t changes() {
    db::Statement query = file->database().prepare("PRAGMA data_version");
    query.step();
    return query.integer(0);
  }

  /// True when there was something.
  bool append(const OnlineView& view, LiveView& live, std::int64_t& sequence) {
    EventTable table(file->database(), view.id, view.view);
    for (bool any = false;; any = true) {
      const EventTable::Read read = table.read(sequence, rows_at_once);
      if (read.events.rows() == 0) return any;
      live.add(read.events);
      sequence = read.last;
    }
  }

  void load(const OnlineView& view, Followed& into) {
    auto fresh = std::make_shared<LiveView>(view.view, view.complete_from_us);
    into.id = view.id;
    into.sequence = 0;
    append(view, *fresh, into.sequence);
    into.generation = view.generation;
    if (into.live == nullptr) into.live = std::move(fresh);
    else into.live->take(std::move(*fresh));
  }

  bool follow(Followed& one) {
    const auto view = file->view(one.id);
    if (!view) return follow_same(one);
    if (view->generation != one.generation) {
      load(*view, one);
      return true;
    }
    const bool added = append(*view, *one.live, one.sequence);
    const bool forgets = view->complete_from_us > one.live->complete_from();
    if (forgets) one.live->forget_before(view->complete_from_us);
    return added || forgets;
  }

  std::shared_ptr<const LiveView> view(const View& wanted, const std::vector<std::string>& columns) {
    const db::Snapshot snapshot(file->database());
    const OnlineView found = file->find(wanted, columns);
    for (const Followed& one : followed) {
      if (one.id == found.id) return one.live;
    }
    Followed one;
    load(found, one);
    followed.push_back(one);
    return one.live;
  }
};

OnlineImage::OnlineImage(const std::filesystem::path& file) : impl_(std::make_unique<Impl>(file)) {}
OnlineImage::~OnlineImage() = default;

std::shared_ptr<const LiveView> OnlineImage::view(const View& wanted,
                                                  const std::vector<std::string>& columns) {
  const std::lock_guard lock(impl_->mutex);
  impl_->reopen_another();
  return impl_->view(wanted, columns);
}

bool OnlineImage::refresh() {
  const std::lock_guard lock(impl_->mutex);
  bool any = impl_->reopen_another();
  const std::int64_t changes = impl_->changes();
  if (changes == impl_->seen) return any;
  {
    const db::Snapshot snapshot(impl_->file->database());
    for (Impl::Followed& one : impl_->followed) any = impl_->follow(one) || any;
  }
  impl_->seen = changes;
  return any;
}

}  // namespace mlops::feature
