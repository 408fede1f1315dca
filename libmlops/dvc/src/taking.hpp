#pragma once
/// One out's contents on their way into the store, by many threads.

#include <mlops/base/parallel.hpp>
#include <mlops/store/objects.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "src/known.hpp"
#include "src/origin.hpp"

namespace mlops::dvc {

/// A content that is wanted, and what it is once it was taken.
struct Wanted {
  Name name = {};
  std::string below = {};  ///< Of a folder's file.
  std::uint32_t mode = 0644;
  std::optional<Meaning> meaning = {};
};

/// Second names instead of copies, where both are on one file system.
class Linker {
 public:
  /// Below it a copy costs less than the syncs of a name.
  static constexpr std::uint64_t worth_a_link = 1 << 20;

  explicit Linker(store::Objects& objects) : objects_(objects) {}

  /// Whether a file of this size shares its blocks when it is copied.
  bool reflinks(const std::filesystem::path& file);

  /// The object of a large file that nobody can write to and that has no other name, as a second name for it;
  /// nothing where that cannot be. `check` sees the file that becomes the object, before it does.
  ///
  /// The name keeps the file's old time, by which garbage collection judges its age: it may mark the object
  /// at once while nothing names it yet. That is no harm: what is marked while this process is at work is not
  /// removed before it ends, and what is named by then stays. What was marked before is given a new time by
  /// adopt(). One that is left over by a killed import goes without a time of grace, and is linked anew.
  std::optional<Digest> link(const Kept& kept,
                             const std::function<void(const std::filesystem::path& file)>& check);

 private:
  store::Objects& objects_;
  std::once_flag probed_;
  bool reflinks_ = false;
};

class Taking {
 public:
  Taking(const worktree::Place& place, Origin& origin, Linker& linker, Known& known, const Out& out);
  ~Taking();

  /// All of these have their meaning when it returns. Throws as Importer::import().
  void take(std::vector<Wanted*> wanted);

  /// A file with the object, for as long as this lives. Throws as take().
  std::filesystem::path file_of(const Name& name);

  store::Objects::Batch& batch() { return batch_; }
  /// Hands everything over to the batch.
  void finish();

  std::optional<Digest> base = {};  ///< What a single content is a later version of.
  Imported& counts() { return counts_; }

 private:
  class Lanes;
  void take_known(std::vector<Wanted*>& wanted);
  void take_here(std::vector<Wanted*>& wanted);
  void take_there(std::vector<Wanted*>& wanted);
  bool take_one(Wanted& wanted, const OpenRemote* folder, store::Objects::Batch::Lane& lane);
  Meaning take_large(const Wanted& wanted, const Kept& kept, store::Objects::Batch::Lane& lane);
  Digest take_file(const Wanted& wanted, const std::filesystem::path& file, store::Objects::Batch::Lane& lane,
                   const std::optional<Digest>& before, std::uint64_t& bytes) const;
  bool fetch(Wanted& wanted, const OpenRemote& remote, store::Objects::Batch::Lane& lane);
  std::filesystem::path fetch_file(const Name& name, const std::string& below, const OpenRemote& remote,
                                   const mlops::remote::Item& item);
  void check(const Wanted& wanted, Hasher& hasher, const std::string& where) const;
  [[noreturn]] void missing(const std::vector<Wanted*>& wanted);

  const worktree::Place& place_;
  store::Objects& objects_;
  Origin& origin_;
  Linker& linker_;
  Known& known_;
  const Out& out_;
  store::Objects::Batch batch_;
  std::unique_ptr<Lanes> lanes_;
  std::vector<std::filesystem::path> scraps_;
  Imported counts_;
  std::mutex mutex_;
};

}  // namespace mlops::dvc
