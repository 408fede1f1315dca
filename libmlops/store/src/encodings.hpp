#pragma once
/// Where an object lies: as a file of its own, in a pack, or as a recipe. Used by many threads; what other
/// processes add and take away is seen when something is not where it was.

#include <mlops/base/digest.hpp>
#include <mlops/pack/frame.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "src/content.hpp"
#include "src/packed.hpp"
#include "src/recipe.hpp"

namespace mlops::store {

class Packs {
 public:
  explicit Packs(std::filesystem::path folder) : folder_(std::move(folder)) {}

  struct Found {
    std::shared_ptr<const PackFile> pack;
    PackEntry entry = {};
  };
  /// In all packs that have it. New ones are seen where the folder has changed, unless it is enough to know
  /// those that look_again() saw.
  std::vector<Found> find(const Digest& digest, bool new_ones = true);

  /// Every pack whose index can be read, sorted by name; `complain` hears of those whose index is damaged.
  std::vector<std::shared_ptr<const PackFile>> all(
      const std::function<void(const std::filesystem::path& pack, const std::string& why)>& complain =
          nullptr);

  void look_again() { list(); }
  /// Forgets what was read of the folder.
  void forget();

 private:
  using List = std::vector<std::shared_ptr<const PackFile>>;
  std::shared_ptr<const List> list();
  std::shared_ptr<const List> list_as_it_was();
  std::shared_ptr<const PackFile> known(const std::string& name) const;

  std::filesystem::path folder_;
  std::mutex mutex_;
  std::shared_ptr<const List> list_;
  std::optional<std::string> stamp_;  ///< Of the folder, when it was read.
};

/// Says of most objects that they have no file of their own, without a look for it: a folder of objects that
/// was asked about often is read once. What comes to it later is not seen.
class Shards {
 public:
  explicit Shards(std::filesystem::path folder) : folder_(std::move(folder)) {}

  bool may_have(const Digest& digest);

 private:
  struct Shard {
    std::atomic<unsigned> asked = 0;
    std::once_flag once = {};
    std::vector<bool> names = {};  ///< By the third to sixth of their digits.
  };
  void read(Shard& shard, std::uint8_t number) const;

  std::filesystem::path folder_;
  std::array<Shard, 256> shards_ = {};
};

class Encodings final : public Contents {
 public:
  explicit Encodings(std::filesystem::path root);

  std::unique_ptr<Content> find(const Digest& digest) const override;

  enum class Kind { whole, packed, recipe };
  struct Place {
    Kind kind = Kind::whole;
    std::uint64_t size = 0;    ///< Of the content.
    std::uint64_t stored = 0;  ///< What it takes on disk.
    std::string stamp = {};    ///< Becomes another one when the place is written anew.
  };
  std::optional<Place> place(const Digest& digest) const;

  /// Of these, sorted and each once, what has no place; `found` hears in which files the others lie.
  std::vector<Digest> missing(std::vector<Digest> digests,
                              const std::function<void(const std::filesystem::path& file)>& found) const;

  /// When the youngest copy was written, by the clock of the file system; 0 where there is none.
  std::int64_t written_ns(const Digest& digest) const;

  /// The file in which a small object lies, whole; nothing when it is not there or damaged.
  std::optional<std::filesystem::path> find_sound(const Digest& digest) const;

  /// Whether a copy of the object is whole; `pack` is that of a packed one.
  bool is_sound(const Digest& digest, Kind kind, const PackFile* pack = nullptr) const;
  /// Whether there is a whole copy beside that one.
  bool has_other(const Digest& digest, Kind kind, const PackFile* pack = nullptr) const;

  Packs& packs() const { return packs_; }

  /// The recipe of an object that has one.
  std::optional<Recipe> recipe(const Digest& digest) const;

 private:
  /// Whether it has a recipe, and all that this is made of is there.
  bool is_made(const Digest& digest,
               const std::function<void(const std::filesystem::path& file)>& found) const;

  std::filesystem::path root_;
  mutable Packs packs_;
  mutable Shards shards_;
};

}  // namespace mlops::store
