#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/temporary.hpp>
#include <mlops/fs/walk.hpp>
#include <mlops/store/collect.hpp>
#include <mlops/store/store.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "src/batch.hpp"
#include "src/encodings.hpp"
#include "src/forgotten.hpp"
#include "src/format.hpp"
#include "src/graph.hpp"
#include "src/layout.hpp"
#include "src/marks.hpp"
#include "src/place.hpp"

namespace mlops::store {
namespace {

constexpr std::int64_t ns_per_s = 1'000'000'000;

/// Packs below this size are merged when there are so many of them.
constexpr std::uint64_t small_pack = 8 << 20;
constexpr std::size_t many_small_packs = 16;

Time time_of(std::int64_t ns) { return {.us = ns / 1000}; }

/// When commands that are at work began, the first of them; `own` is not asked.
std::optional<std::int64_t> oldest_command(const Path& root, const std::string& own) {
  const Path folder = root / "tmp";
  fs::sweep(folder);
  std::optional<std::int64_t> oldest;
  for (const std::string& name : fs::names_in(folder)) {
    const bool other = name.ends_with(".lock") && name != own;
    const auto stamp = other ? fs::find_stamp(folder / name) : std::nullopt;
    if (stamp && (!oldest || stamp->modified_ns < *oldest)) oldest = stamp->modified_ns;
  }
  return oldest;
}

std::int64_t now_of(const Path& root) {
  const Path path = root / "gc" / "now";
  fs::make_folders(path.parent_path());
  fs::remove_file(path);
  const std::int64_t now = fs::File(path, fs::File::Mode::create_new).stamp().modified_ns;
  fs::remove_file(path);
  return now;
}

/// Nothing is written for a rehearsal: the clock of this machine will do.
std::int64_t about_now() {
  return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Each once.
std::vector<Digest> sorted(std::vector<Digest> digests) {
  std::sort(digests.begin(), digests.end());
  digests.erase(std::unique(digests.begin(), digests.end()), digests.end());
  return digests;
}

/// What is to go because it was forgotten, sorted.
std::vector<Digest> chosen(Store& store, const CollectOptions& options) {
  std::vector<Digest> out = forgotten_contents(store.root(), store.objects());
  out.insert(out.end(), options.unnamed.begin(), options.unnamed.end());
  return sorted(std::move(out));
}

}  // namespace

std::vector<Digest> waiting(const Store& store) { return read_marks(store.root()).digests; }

/// One collection.
class Collection {
 public:
  Collection(Store& store, const CollectOptions& options, Progress& progress)
      : store_(store),
        root_(store.root()),
        objects_(store.objects()),
        options_(options),
        progress_(progress) {}

  Collected run() {
    const auto lock = options_.dry_run ? std::nullopt : std::optional(only_one());
    oldest_ = oldest_command(root_, options_.forgotten ? own_lock() : "");
    now_ = options_.dry_run ? about_now() : now_of(root_);
    if (options_.settle) options_.settle();
    if (options_.forgotten) chosen_ = chosen(store_, options_);
    marks_ = read_marks(root_);
    due_ = marks_.time_ns != 0 && now_ - marks_.time_ns >= options_.delay_s * ns_per_s;
    sweeps_ = due_ && (!oldest_ || *oldest_ > marks_.time_ns);
    reach();
    look_at_files();
    look_at_packs();
    waits_ = !waiting_.empty();
    if (!options_.dry_run) act();
    tell();
    return out_;
  }

 private:
  enum class Fate { named, young, waits, goes };

  struct Pack {
    std::shared_ptr<const PackFile> file;
    std::vector<PackEntry> keeps = {};
  };

  fs::File only_one() const {
    fs::make_folders(root_ / "locks");
    fs::File lock(root_ / "locks" / "gc", fs::File::Mode::append);
    if (!fs::try_lock(lock)) throw error(Code::busy, "another `mlops store gc` is at work");
    std::filesystem::remove_all(trash_folder(root_));  // Of one that was killed.
    return lock;
  }

  std::string own_lock() const {
    const auto& scratch = objects_.state_->scratch;
    return scratch ? scratch->path().filename().string() + ".lock" : "";
  }

  void reach() {
    progress_.phase("following what is named", 0, Unit::items);
    std::string fault;
    for (const Fault& loss : store_.losses()) fault = loss.what;  // What it named may be named again.
    reached_ = make_graph(root_, objects_,
                          [&](const std::string& what, const std::optional<Digest>&) {
                            if (fault.empty()) fault = what;
                          },
                          {.pinned = options_.pinned, .uncached = sorted(options_.uncached)});
    if (!fault.empty()) {
      throw error(Code::corrupt, "what is still needed cannot be told, so nothing is removed: {}", fault)
          .with_id("store.faults")
          .with_hint("`mlops store fsck` says how to mend it");
    }
    reach_parts();
  }

  /// What recipes are made of is needed as long as these are, and as long as they may come to be. Beside a
  /// file of the same object, too: that may be damaged.
  void reach_parts() {
    std::vector<Digest> parts;
    each_below(recipes_folder(root_), [&](const Digest& digest, const fs::Stamp& stamp) {
      const Fate fate = this->fate(digest, stamp.modified_ns);
      if (fate != Fate::named && fate != Fate::young) return;
      const auto recipe = find_recipe(digest, fate);
      for (const Part& part : recipe ? recipe->parts : std::vector<Part>()) {
        if (parts.empty() || parts.back() != part.from) parts.push_back(part.from);
      }
    });
    for (const Digest& part : parts) reached_.add(part);
  }

  /// Of one that is damaged, what it is made of cannot be told; where something names it nothing is removed.
  std::optional<Recipe> find_recipe(const Digest& digest, Fate fate) const {
    try {
      return objects_.encodings().recipe(digest);
    } catch (const Error& e) {
      if (e.code() != Code::corrupt || fate == Fate::named) throw;
      return std::nullopt;
    }
  }

  Fate fate(const Digest& digest, std::int64_t written_ns) const {
    if (reached_.contains(digest)) return Fate::named;
    const bool chosen = std::binary_search(chosen_.begin(), chosen_.end(), digest);
    if (std::binary_search(marks_.digests.begin(), marks_.digests.end(), digest) &&
        written_ns <= marks_.time_ns)
      return sweeps_ && (chosen || !options_.forgotten) ? Fate::goes : Fate::waits;
    if (options_.forgotten) return chosen ? Fate::waits : Fate::young;
    const std::int64_t before = std::min(now_ - options_.grace_s * ns_per_s, oldest_.value_or(now_));
    return written_ns < before ? Fate::waits : Fate::young;
  }

  void count(Fate fate, const Digest& digest, std::uint64_t bytes) {
    Collected::Amount& amount = fate == Fate::named   ? out_.kept
                                : fate == Fate::young ? out_.young
                                : fate == Fate::waits ? out_.marked
                                                      : out_.removed;
    ++amount.objects;
    amount.bytes += bytes;
    if (fate == Fate::waits) waiting_.push_back(digest);
  }

  void look_at_files() {
    for (const bool recipe : {false, true}) {
      each_below(recipe ? recipes_folder(root_) : objects_folder(root_),
                 [&](const Digest& digest, const fs::Stamp& stamp) {
                   const Fate fate = this->fate(digest, stamp.modified_ns);
                   count(fate, digest, stamp.size);
                   if (fate == Fate::goes) files_.emplace_back(digest, recipe);
                 });
    }
  }

  /// Packs that lose half, and small ones when they are many, are written anew; what the others would lose
  /// waits with them.
  void look_at_packs() {
    const auto packs = objects_.encodings().packs().all();
    const auto is_small = [](const auto& pack) { return pack->size() < small_pack; };
    const bool merge =
        static_cast<std::size_t>(std::count_if(packs.begin(), packs.end(), is_small)) >= many_small_packs;
    for (const auto& file : packs) {
      const auto stamp = fs::find_stamp(file->path());
      if (!stamp) continue;
      Pack pack{.file = file};
      std::uint64_t all = 0;
      std::uint64_t kept = 0;
      const auto entries = file->entries();
      for (const PackEntry& entry : entries) {
        all += entry.stored;
        if (fate(entry.digest, stamp->modified_ns) == Fate::goes) continue;
        pack.keeps.push_back(entry);
        kept += entry.stored;
      }
      const bool anew = options_.forgotten ? pack.keeps.size() < entries.size()
                                           : (merge && is_small(file)) || kept < all / 2;
      for (const PackEntry& entry : entries) {
        const Fate fate = this->fate(entry.digest, stamp->modified_ns);
        count(fate == Fate::goes && !anew ? Fate::waits : fate, entry.digest, entry.stored);
      }
      if (anew) packs_.push_back(std::move(pack));
    }
    out_.packs_merged = packs_.size();
  }

  void act() {
    std::vector<Path> old;
    if (!packs_.empty()) old = write_anew();
    const bool went = remove(old);
    // Marks that wait go on waiting: new ones would make them wait anew.
    if (sweeps_ || marks_.time_ns == 0 || options_.forgotten) write_marks(root_, sorted(std::move(waiting_)));
    if (went) std::filesystem::remove_all(trash_folder(root_));
    objects_.encodings().packs().forget();
  }

  /// The packs whose place others have taken.
  std::vector<Path> write_anew() {
    std::vector<Path> old;
    Objects::Batch::Impl batch(objects_);
    Objects::Batch::Lane::Impl lane(batch);
    pack::Unpacker unpacker;
    progress_.phase("writing packs anew", packs_.size(), Unit::items);
    for (const Pack& pack : packs_) {
      const bool whole = std::all_of(pack.keeps.begin(), pack.keeps.end(), [&](const PackEntry& entry) {
        const auto bytes = pack.file->content(entry, unpacker);
        return bytes && crypto::sha256(*bytes) == entry.digest;
      });
      if (!whole) continue;  // What is damaged stays for fsck, and for who may mend it.
      for (const PackEntry& entry : pack.keeps) lane.put_frame(entry, pack.file->frame(entry));
      old.push_back(pack.file->path());
      progress_.at(old.size());
    }
    lane.finish();
    for (const HeldPack& pack : batch.packs)
      std::erase(old, pack.target);  // The same objects: the same name.
    batch.commit();
    return old;
  }

  bool remove(const std::vector<Path>& packs) {
    const fs::Lock lock = sweep_lock(root_);
    if (read_marks(root_) != marks_) return false;  // Somebody needs what was marked (Store::publish).
    fs::make_folders(trash_folder(root_));
    std::size_t number = 0;
    const auto away = [&](const Path& path) {
      fs::rename_file(path, trash_folder(root_) / std::to_string(++number));
    };
    for (const Path& path : packs) away(path);
    for (const auto& [digest, recipe] : files_) {
      const Path path = recipe ? recipe_path(root_, digest) : object_path(root_, digest);
      const auto stamp = fs::find_stamp(path);
      if (stamp && stamp->modified_ns <= marks_.time_ns) away(path);  // Else it was written anew.
    }
    return true;
  }

  void tell() {
    if (!waits_) return;
    const std::int64_t since = sweeps_ || marks_.time_ns == 0 ? now_ : marks_.time_ns;
    out_.due = time_of(since + options_.delay_s * ns_per_s);
    if (due_ && !sweeps_) out_.busy_since = time_of(*oldest_);
  }

  Store& store_;
  const Path root_;
  Objects& objects_;
  const CollectOptions options_;
  Progress& progress_;
  std::vector<Digest> chosen_;          ///< What was forgotten, where only that is to go.
  std::optional<std::int64_t> oldest_;  ///< When the oldest command at work began.
  std::int64_t now_ = 0;
  Marks marks_;
  bool due_ = false;
  bool sweeps_ = false;
  bool waits_ = false;
  Graph reached_;
  std::vector<Digest> waiting_;
  std::vector<std::pair<Digest, bool>> files_;  ///< That go, and whether it is a recipe.
  std::vector<Pack> packs_;                     ///< That are written anew.
  Collected out_;
};

Collected collect(Store& store, const CollectOptions& options, Progress& progress) {
  if (!options.forgotten) return Collection(store, options, progress).run();
  CollectOptions now = options;
  now.grace_s = 0;
  now.delay_s = 0;
  Collected::Amount before;
  if (!options.dry_run) {
    make_whole(store.objects(), store.root(), chosen(store, options));
    before = Collection(store, now, progress).run().removed;  // What was marked; it marks the rest.
  }
  Collected out = Collection(store, now, progress).run();
  out.removed.objects += before.objects;
  out.removed.bytes += before.bytes;
  return out;
}

}  // namespace mlops::store
