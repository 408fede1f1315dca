#pragma once
/// A remote as its own files see it.

#include <mlops/fs/lock.hpp>
#include <mlops/remote/remote.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "src/inventory.hpp"
#include "src/tracking.hpp"

namespace mlops::remote {

/// Says how many bytes have moved, from many threads.
class Meter {
 public:
  explicit Meter(Progress& progress) : progress_(progress) {}
  void add(std::uint64_t bytes) {
    const std::lock_guard guard(mutex_);
    progress_.at(done_ += bytes);
  }
  std::uint64_t done() const { return done_; }

 private:
  Progress& progress_;
  std::mutex mutex_;
  std::uint64_t done_ = 0;
};

struct Remote::Impl {
  Impl(store::Store& to, std::string called, std::unique_ptr<Space> at, const Options& given);

  /// Of the ledger as it is now.
  const Inventory& inventory();
  void look_from(const Tracking::Known& from, Progress& progress);
  void remember(Tracking::Known now);
  /// Whether the entry that was newest when it was looked is the one that is there.
  bool is_the_same();
  /// Of names that diverged, the journals, and others where they are asked for, go behind the remote's.
  std::vector<Standing> merge(bool journals_only);
  std::string bytes_of(const std::string& key, std::uint64_t offset, std::uint64_t size);
  /// The index of a pack, as it is known here, else from there.
  std::string tail_of(const PackItem& pack);
  [[noreturn]] void damaged(const std::string& key, std::string_view why) const;

  store::Store& store;
  const std::string name;
  const std::unique_ptr<Space> space;
  const Options options;
  const std::filesystem::path folder;
  const Tracking tracking;
  std::optional<fs::Lock> lock;
  Tracking::Known known;
  std::unique_ptr<Inventory> inventory_;  ///< Made when it is asked for.
};

using Entries = std::vector<store::ReferenceEntry>;

/// Nothing where they are the same.
std::optional<Standing> standing_of(const store::ReferenceName& name, const Entries& here,
                                    const Entries& there);

/// All records and small trees that the remote has, and the records of its references, however large.
void fetch_history(Remote::Impl& remote, Progress& progress);

}  // namespace mlops::remote
