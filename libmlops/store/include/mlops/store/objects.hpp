#pragma once
/// Immutable bytes, named by their SHA-256. What is written here is on disk before its digest is returned:
/// temporary file, fsync, rename, fsync of the folder; what is read is hashed again. How objects are encoded
/// on disk is this header's secret; a digest always names the content. Safe for many threads and processes at
/// once; a Writer and a Batch belong to one thread.
///
/// Putting what is there already costs no space: the object that stands there is checked, and replaced when
/// it is damaged. Once an object of 1 MiB or more was checked, its device, inode, size and times are noted in
/// the store, as git's index does, and file() and put believe it as long as these stay: it is not hashed
/// again by every command. get() and fsck believe nothing; fsck removes the note of an object that it finds
/// damaged.

#include <mlops/base/digest.hpp>
#include <mlops/fs/copy.hpp>

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

class Encodings;

class Objects {
 public:
  struct State;  ///< This module's own.

  /// `root` is the store's folder (`.mlops`); folders are made when the first object is written.
  explicit Objects(std::filesystem::path root);
  ~Objects();
  Objects(const Objects&) = delete;
  Objects& operator=(const Objects&) = delete;

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

  /// Many objects for the price of a few syncs; small ones that come in numbers share a file. Their digests
  /// are good for naming once commit() returned; what a batch holds without it is dropped. Errors are those
  /// of put and put_file.
  class Batch {
   public:
    explicit Batch(Objects& objects);
    ~Batch();
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;

    /// How a file comes in.
    struct Way {
      std::function<void(std::string_view bytes)> look = nullptr;  ///< As of put_file().
      /// An object that it is a later version of: a large file is kept as what is new in it, where that
      /// saves half or more.
      std::optional<Digest> base = {};
      /// What the file was when it was looked at: of another one it is said that it changed.
      std::optional<fs::Stamp> stamp = {};
    };

    Digest put(std::string_view bytes);
    Digest put_file(const std::filesystem::path& file, const Way& way);
    Digest put_file(const std::filesystem::path& file,
                    const std::function<void(std::string_view bytes)>& look = nullptr);

    /// One thread's way into a batch that many fill at once. What it was given is the batch's once finish()
    /// returned, and is dropped without.
    class Lane {
     public:
      explicit Lane(Batch& batch);
      ~Lane();
      Lane(const Lane&) = delete;
      Lane& operator=(const Lane&) = delete;

      Digest put(std::string_view bytes);
      Digest put_file(const std::filesystem::path& file, const Way& way);
      /// Of a file that is open, at its beginning.
      Digest put_file(fs::File file, const Way& way);
      void finish();

      struct Impl;  ///< This module's own.

     private:
      friend class Batch;
      std::unique_ptr<Impl> impl_;
    };

    /// A readable plain file with the content of what this batch holds or the store has; until commit(), and
    /// not of what another lane holds.
    std::filesystem::path file(const Digest& digest) const;
    /// Whether something that the store lacks, or has damaged, waits for commit().
    bool holds_new() const;
    /// Of these, sorted, what the store lacks or is about to collect; what it has is as good as put, though
    /// not looked at.
    std::vector<Digest> lacks(std::vector<Digest> digests);
    void commit();

    struct Impl;  ///< This module's own.

   private:
    std::unique_ptr<Impl> impl_;
  };

  /// Takes over a file made by temporary_path(): hashed, made durable, renamed into place.
  Digest adopt(const std::filesystem::path& temporary);

  /// A fresh name inside the store's file system for a file that adopt() will take or that the caller
  /// removes. Left behind by a killed process, it is swept by the next start of the store.
  std::filesystem::path temporary_path(std::string_view suffix = "");

  bool has(const Digest& digest) const;
  std::optional<std::uint64_t> size(const Digest& digest) const;

  /// Of these, sorted and each once, what the store has not: for thousands at once.
  std::vector<Digest> missing(std::vector<Digest> digests) const;

  /// Whether the object is there and is what its name says, by the look that file() takes.
  bool sound(const Digest& digest) const;

  /// A text that becomes another one whenever the object's file is written, replaced or doubted; nothing when
  /// there is none. It costs a stat.
  std::optional<std::string> stamp(const Digest& digest) const;

  /// The whole object, verified. Throws Error(corrupt): "object.missing", or "object.corrupt", naming the
  /// digest seen.
  std::string get(const Digest& digest) const;

  /// A read-only plain file with the object's content, verified the first time this process asks for it (of a
  /// large one, see above, that it is as it was when it was verified); it lives as long as this object does.
  /// Throws as get() does.
  std::filesystem::path file(const Digest& digest) const;

  /// Writes the content, verified, into the empty file: by reflink where that can be. Throws as get() does,
  /// and busy (no room).
  fs::Copied copy(const Digest& digest, fs::File& to) const;

  /// For who is about to name objects: they are there, which is looked at and not their content, and garbage
  /// collection leaves them. Throws Error(corrupt, "object.missing").
  void require(const std::vector<Digest>& digests);

  /// For who reads an object that garbage collection may take although it is named
  /// (CollectOptions::uncached): while this process lives it stays, if it is there. Nothing where the store
  /// cannot be written.
  void keep(const Digest& digest);

  /// Every place of every object: the files and recipes in the order of their digests, and then the packs.
  void each(const std::function<void(const Digest& digest, std::uint64_t stored_bytes)>& visit) const;

  /// What was noted of the object, here or by its stamp() elsewhere, holds no longer: the next use looks at
  /// its content again.
  void doubt(const Digest& digest);

 private:
  friend class Check;
  friend class Collection;
  const Encodings& encodings() const;
  std::filesystem::path plain(const Digest& digest) const;

  std::filesystem::path root_;
  std::unique_ptr<State> state_;
};

}  // namespace mlops::store
