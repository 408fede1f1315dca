#pragma once
/// What goes from one store to another: the objects that records name, in the forms in which a store has them
/// anyway (mlops-store(5)). Small ones share packs, large ones are files of their own or recipes, so that
/// nothing is packed anew on the way. What goes out and what comes in is hashed.

#include <mlops/base/digest.hpp>
#include <mlops/store/store.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::store {

/// What records lead to, each object once.
struct Reached {
  std::vector<Digest> history;   ///< Records and trees: what says what there is.
  std::vector<Digest> contents;  ///< The others.
  std::vector<Digest> missing;   ///< Named, and not in this store. What they lead to is not known.
  std::vector<Digest> absent;    ///< Caches that are not in this store: they can be made again.
};

/// An entry of a reference as its line has it, without the crc.
json::Object object_of(const ReferenceEntry& entry);
/// Nothing for what is none.
std::optional<ReferenceEntry> entry_from(const json::Value& value);

enum class Reach {
  all,    ///< Records that records name are followed: the whole lineage.
  close,  ///< What is named by the roots themselves, and by trees.
};

/// From these records, trees and contents on. What `stop` says true of is not looked at, nor what it leads
/// to.
Reached reach(Store& store, const std::vector<Digest>& roots, Reach how = Reach::all,
              const std::function<bool(const Digest& digest)>& stop = nullptr);

/// How an object travels.
struct Form {
  std::uint64_t size = 0;          ///< Of the content.
  bool small = false;              ///< In a pack.
  std::string recipe = {};         ///< Not empty: as this text, when its parts are there.
  std::vector<Digest> parts = {};  ///< What the recipe takes from, each once.
};
/// Of each. Throws Error(corrupt, "object.missing").
std::vector<Form> forms_of(Store& store, const std::vector<Digest>& digests);

/// What a recipe takes from, each once. Throws Error(corrupt), naming the object.
std::vector<Digest> parts_of(std::string_view recipe, const Digest& digest);

/// A file of small objects.
struct Pack {
  std::filesystem::path file;
  std::string id;           ///< 64 hexadecimal digits.
  std::uint64_t bytes = 0;  ///< Of the file.
  std::string index = {};   ///< The last ones, which are its index.
  std::uint64_t objects = 0;
  bool lent = false;  ///< It is the store's own, and stays.
};

/// Packs with just these small objects: one of the store's own where it has these and no others, else one
/// that is made, and is gone when `ready` returns. Throws Error(corrupt) for an object that is damaged or
/// missing.
void pack_up(Store& store, std::vector<Digest> digests, const std::function<void(const Pack& pack)>& ready);

/// An object in a pack.
struct PackedObject {
  Digest digest = {};
  std::uint64_t offset = 0;  ///< Of its frame in the file.
  std::uint32_t stored = 0;  ///< Bytes of the frame.
  std::uint32_t size = 0;    ///< Bytes of the content.
};

/// What is in the pack `id`, by its index, sorted by digest. Throws Error(corrupt) for bytes that are not it.
std::vector<PackedObject> objects_in(const std::string& id, std::string_view index);

/// What comes in; nothing of it is in the store before commit(). For many threads, but for commit().
class Intake {
 public:
  explicit Intake(Store& store);
  ~Intake();
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;

  /// A fresh name for a file that one of the following takes over; it has to be made by the caller.
  std::filesystem::path fresh();

  /// A whole pack. Each throws Error(corrupt, "object.corrupt") for what is not what its name says.
  void take_pack(const std::filesystem::path& file, const std::string& id);
  /// One object of a pack, as it lies there.
  void take_frame(const Digest& digest, std::uint32_t size, std::string_view frame);
  void take_file(const std::filesystem::path& file, const Digest& digest);
  /// After what it is made of was committed.
  void take_recipe(const Digest& digest, const std::string& text);

  void commit();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The records of references whose objects the remote of that name has: what is not here of them is no fault.
/// Durable when it returns.
void set_elsewhere(Store& store, const std::string& remote, const std::vector<Digest>& records);
/// Sorted, each once.
std::vector<Digest> elsewhere(const std::filesystem::path& root);
/// Where what is known of a remote is kept, here and by who talks to it.
std::filesystem::path remote_folder(const std::filesystem::path& root, const std::string& remote);

}  // namespace mlops::store
