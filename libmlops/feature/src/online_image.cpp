#include <mlops/base/error.hpp>
#include <mlops/db/statement.hpp>
#include <mlops/db/transaction.hpp>
#include <mlops/feature/online.hpp>

#include <map>
#include <mutex>

#include "src/event_table.hpp"
#include "src/online_file.hpp"

namespace mlops::feature {
namespace {

constexpr std::size_t rows_at_once = 65'536;

}  // namespace

struct OnlineImage::Impl {
  /// A definition in memory, and up to where it was read.
  struct Followed {
    std::shared_ptr<LiveView> live;
    std::uint64_t generation = 0;
    std::int64_t sequence = 0;
  };

  std::mutex mutex;
  OnlineFile file;
  std::int64_t seen = 0;
  std::map<std::int64_t, Followed> followed;

  explicit Impl(const std::filesystem::path& path) : file(path, OnlineStore::Mode::read) { seen = changes(); }

  /// Another number after any other connection has committed something.
  std::int64_t changes() {
    db::Statement query = file.database().prepare("PRAGMA data_version");
    query.step();
    return query.integer(0);
  }

  /// True when there was something.
  bool append(const OnlineView& view, LiveView& live, std::int64_t& sequence) {
    EventTable table(file.database(), view.id, view.view);
    for (bool any = false;; any = true) {
      const EventTable::Read read = table.read(sequence, rows_at_once);
      if (read.events.rows() == 0) return any;
      live.add(read.events);
      sequence = read.last;
    }
  }

  void load(const OnlineView& view, Followed& into) {
    auto fresh = std::make_shared<LiveView>(view.view, view.complete_from_us);
    into.sequence = 0;
    append(view, *fresh, into.sequence);
    into.generation = view.generation;
    if (into.live == nullptr) into.live = std::move(fresh);
    else into.live->take(std::move(*fresh));
  }

  bool follow(std::int64_t id, Followed& one) {
    const auto view = file.view(id);
    if (!view) return false;  // dropped: what is in memory goes on answering
    if (view->generation != one.generation) {
      load(*view, one);
      return true;
    }
    const bool added = append(*view, *one.live, one.sequence);
    const bool forgets = view->complete_from_us > one.live->complete_from();
    if (forgets) one.live->forget_before(view->complete_from_us);
    return added || forgets;
  }
};

OnlineImage::OnlineImage(const std::filesystem::path& file) : impl_(std::make_unique<Impl>(file)) {}
OnlineImage::~OnlineImage() = default;

std::shared_ptr<const LiveView> OnlineImage::view(const View& wanted,
                                                  const std::vector<std::string>& columns) {
  const std::lock_guard lock(impl_->mutex);
  const db::Snapshot snapshot(impl_->file.database());
  const OnlineView found = impl_->file.find(wanted, columns);
  Impl::Followed& one = impl_->followed[found.id];
  if (one.live == nullptr) impl_->load(found, one);
  return one.live;
}

bool OnlineImage::refresh() {
  const std::lock_guard lock(impl_->mutex);
  const std::int64_t changes = impl_->changes();
  if (changes == impl_->seen) return false;
  bool any = false;
  {
    const db::Snapshot snapshot(impl_->file.database());
    for (auto& [id, one] : impl_->followed) any = impl_->follow(id, one) || any;
  }
  impl_->seen = changes;
  return any;
}

}  // namespace mlops::feature
