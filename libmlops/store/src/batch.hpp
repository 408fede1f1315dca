#pragma once
/// What a batch holds, as its own files see it.

#include <mlops/store/objects.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "src/content.hpp"
#include "src/packed.hpp"
#include "src/place.hpp"
#include "src/recipe.hpp"

namespace mlops::store {

/// So many files of one batch are synced with their whole file system, and so many small objects share a
/// file: below it others' unwritten data is not worth waiting for. (Measured on ext4: 2,000 files a second
/// one by one, 36,000 together.)
constexpr std::size_t many = 32;

/// A pack that nothing is added to any more, still without its name.
struct HeldPack {
  std::unique_ptr<Scrap> scrap;
  std::filesystem::path target = {};
  PackFile file;
};

struct Objects::Batch::Lane::Impl {
  explicit Impl(Batch::Impl& to) : batch(to) {}

  Digest put(std::string_view bytes);
  Digest put_file(fs::File source, const Way& way);
  void put_small(const Digest& digest, std::string_view bytes);

  /// An object of another pack, whether the store has it or not.
  void put_frame(const PackEntry& entry, std::string_view frame);

  /// Hands over what it holds.
  void finish();

  /// The bytes of a small object that was not handed over.
  std::optional<std::string> find(const Digest& digest);

  Batch::Impl& batch;
  std::string block = {};
  std::map<Digest, std::string> few = {};  ///< Small ones, as long as they are few.
  std::unique_ptr<Scrap> place = {};
  std::unique_ptr<PackWriter> writer = {};
  std::vector<HeldPack> packs = {};

 private:
  bool holds(const Digest& digest) const;
  void begin_pack();
  void end_pack();
  Digest put_small_file(fs::File& source, const fs::Stamp& before, const Look& look);
  /// As what is new since `way.base`; nothing where that does not pay, and then `shown` bytes were looked at.
  std::optional<Digest> put_version(fs::File& source, const fs::Stamp& before, const Way& way,
                                    std::uint64_t& shown);
  /// Whether it, or what it is made of, is about to be collected.
  bool will_go(const Digest& digest) const;
  struct Base {
    std::unique_ptr<Content> content;
    Recipe made;  ///< Of what: of itself, when it is whole.
  };
  std::optional<Base> base_of(const Digest& digest) const;
};

struct Objects::Batch::Impl final : Contents {
  explicit Impl(Objects& to) : objects(to), own(*this) { to.encodings().packs().look_again(); }

  std::unique_ptr<Scrap> scrap() { return std::make_unique<Scrap>(objects.temporary_path()); }

  /// The file becomes the object at commit(); of two that are the same the second is dropped.
  Digest hold(std::unique_ptr<Scrap> place, fs::File& file, const Digest& digest);
  void hold_bytes(const Digest& digest, std::string_view bytes);
  HeldPack sealed(PackWriter& writer, std::unique_ptr<Scrap> place) const;
  void hold(HeldPack pack);
  void hold_recipe(const Digest& digest, const std::string& text);

  bool holds_pack_with(const Digest& digest);

  /// What is held, else what the store has.
  std::unique_ptr<Content> find(const Digest& digest) const override;

  void commit();

  Objects& objects;
  mutable std::mutex mutex;
  std::map<Digest, std::unique_ptr<Scrap>> files;    ///< Written, without a name.
  std::map<Digest, std::unique_ptr<Scrap>> recipes;  ///< The same.
  std::vector<HeldPack> packs;
  std::set<std::filesystem::path> named;           ///< Named, the name not durable.
  mutable Lane::Impl own;                          ///< Of who uses the batch without lanes.
  std::map<Digest, std::unique_ptr<Scrap>> plain;  ///< What file() made.
};

}  // namespace mlops::store
