#pragma once
/// Immutable bytes, named by their SHA-256. What is written here is on disk before its digest is returned:
/// temporary file, fsync, rename, fsync of the folder; what is read is hashed again. How objects are encoded
/// on disk is this header's secret; a digest always names the content. Safe for many threads and processes at
/// once.

#include <mlops/base/digest.hpp>
#include <mlops/base/progress.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mlops::store {

class Objects {
 public:
  /// `root` is the store's folder (`.mlops`); folders are made when the first object is written.
  explicit Objects(std::filesystem::path root);

  /// Streams bytes into the store; nothing is kept unless commit() was called.
  class Writer {
   public:
    virtual ~Writer() = default;
    virtual void write(const void* data, std::size_t size) = 0;
    void write(std::string_view bytes) { write(bytes.data(), bytes.size()); }
    /// Makes the bytes durable and names them. Called once.
    virtual Digest commit() = 0;
    virtual std::uint64_t size() const = 0;
  };
  std::unique_ptr<Writer> writer();

  Digest put(std::string_view bytes);

  /// Copies the file (by reflink where the file system can), hashing it on the way. `look`, if given, sees
  /// every byte once, in order. Throws Error: not_found, busy (disk full), conflict (the file changed while
  /// it was read).
  Digest put_file(const std::filesystem::path& file,
                  const std::function<void(std::string_view bytes)>& look = nullptr);

  /// Takes over a file made by temporary_path(): hashed, made durable, renamed into place.
  Digest adopt(const std::filesystem::path& temporary);

  /// A fresh name inside the store's file system for a file that adopt() will take or that the caller
  /// removes. Left behind by a killed process, it is swept by the next start of the store.
  std::filesystem::path temporary_path(std::string_view suffix = "");

  bool has(const Digest& digest) const;
  std::optional<std::uint64_t> size(const Digest& digest) const;

  /// The whole object, verified. Throws Error: not_found, corrupt (naming the digest seen).
  std::string get(const Digest& digest) const;

  /// A read-only plain file with the object's content, verified the first time this process asks for it; it
  /// lives as long as the store does. Throws as get() does.
  std::filesystem::path file(const Digest& digest) const;

  /// Every object, in the order of their digests.
  void each(const std::function<void(const Digest& digest, std::uint64_t stored_bytes)>& visit) const;

 private:
  std::filesystem::path root_;
};

}  // namespace mlops::store
