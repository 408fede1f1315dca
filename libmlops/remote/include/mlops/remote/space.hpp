#pragma once
/// A place that keeps bytes under keys: a folder, a bucket. What a remote is made of; `push` and `fetch` know
/// no other word of it. Keys are made of lower-case letters, digits, '/', '.' and '-'. Safe for many threads.
///
/// What is transferred is not retried here by who calls: a space retries by itself what may pass, with
/// growing pauses, and an Error(busy) is its last word.

#include <mlops/base/digest.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace mlops::remote {

struct Item {
  std::string key;
  std::uint64_t size = 0;

  bool operator==(const Item&) const = default;
};

/// Hears of bytes that came or went, from many threads; for progress.
using Moved = std::function<void(std::uint64_t bytes)>;

class Space {
 public:
  virtual ~Space() = default;

  /// As messages call it: "s3://bucket/prefix", "/mnt/share/models".
  virtual std::string name() const = 0;

  /// Every item whose key begins with `prefix` and stands behind `after`, sorted by the bytes of the keys.
  /// What was acknowledged before the call is among them. A place that is not there yet is empty.
  virtual void list(const std::string& prefix, const std::string& after,
                    const std::function<void(const Item& item)>& visit) = 0;

  /// The whole item; nothing when there is none.
  virtual std::optional<std::string> find(const std::string& key) = 0;

  /// `size` bytes from `offset` on, in order, in pieces. A piece may be given once only: an attempt that was
  /// cut goes on behind what was given. Throws Error: not_found, corrupt (it ends before), conflict (it was
  /// replaced meanwhile).
  virtual void get(const std::string& key, std::uint64_t offset, std::uint64_t size,
                   const std::function<void(std::string_view bytes)>& take) = 0;

  /// Durable when it returns; what was there is replaced, readers see the old or the new.
  virtual void put(const std::string& key, std::string_view bytes) = 0;

  /// The same of a file that does not change meanwhile, in as many parts at once as pays. An upload of a
  /// large file that was cut, by a kill too, goes on where it was. `digest` is what the file is known to hash
  /// to.
  virtual void put_file(const std::string& key, const std::filesystem::path& file,
                        const std::optional<Digest>& digest, const Moved& moved) = 0;

  /// Makes the item if there is none of that key; false when there is one. Of several that do it at once, one
  /// is told true. Throws Error(failed, id "remote.no_compare_and_swap") where this cannot be had.
  virtual bool create(const std::string& key, std::string_view bytes) = 0;

  virtual void remove(const std::string& key) = 0;
};

}  // namespace mlops::remote
