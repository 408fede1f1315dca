#pragma once
/// A store: objects, references and the catalogue in one folder (`.mlops`), with the format it is written in.
///
/// A record is an object whose bytes are canonical JSON with a "kind" of the form "<name>/<version>", such as
/// "dataset-version/1". publish() is the one way to publish one: object first, then the reference, then the
/// catalogue; a process killed between them loses nothing that was acknowledged, and the next open of the
/// catalogue catches up. A string of the form "sha256:<64 hex>" anywhere in a record names an object that has
/// to be in the store; a digest that names none is written without the prefix. Used by one thread; other
/// processes may use the same store at the same time.

#include <mlops/base/clock.hpp>
#include <mlops/base/progress.hpp>
#include <mlops/json/value.hpp>
#include <mlops/store/catalogue.hpp>
#include <mlops/store/objects.hpp>
#include <mlops/store/references.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::store {

/// One fault that fsck found.
struct Fault {
  std::string what;  ///< "object sha256:... is damaged: its content is sha256:..."
  std::string fix;   ///< What to do, may be empty.
  bool repaired = false;
  std::optional<Digest> object = {};  ///< That is damaged or missing.
};

struct Usage {
  /// "records", "tables" (Parquet files that no record names as "raw"), "columnar" (those that are nothing
  /// but a cache of raw bytes), "raw", "models" and "runs" (what their versions and records name), "trees",
  /// "unreferenced" (no version names them), "references", "catalogue", "temporary", "other".
  std::string kind;
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;          ///< On disk.
  std::uint64_t logical_bytes = 0;  ///< As all versions name them, each counted as often as it is named.
};

class Store {
 public:
  /// Opens the store in `root`, making it when `create`, and sweeps what killed processes left in it. A store
  /// that cannot be written opens for reading. Throws Error: not_found (no store), usage (format newer than
  /// this program knows), corrupt (the format cannot be read), failed (it cannot be made).
  enum class Mode { open, create };
  Store(std::filesystem::path root, Mode mode);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  Objects& objects();
  References& references();
  Catalogue&
  catalogue();  ///< Opened on first use, so that commands that need none stay fast; throws as it does.
  const std::filesystem::path& root() const;

  struct Publication {
    ReferenceName name = {};
    std::optional<Digest> expected = {};  ///< What the reference points at now; nothing: it does not exist.
    json::Object record = {};             ///< Must hold "kind".
    Time time = {};
    std::string who = {};
    std::string why = {};      ///< One line for the reference's history.
    std::string summary = {};  ///< One line for the journal.
  };
  struct Published {
    Digest digest;
    std::int64_t version = 0;
    bool moved = false;  ///< False where the reference pointed at it already.
  };
  /// Stores the record, moves the reference to it and indexes it. Publishing again what the reference points
  /// at already, with the same `expected`, is done at once: a caller may retry. Once the reference has moved
  /// the record is published: if the catalogue cannot be written then, it is brought up to date by its next
  /// open. What the record names must be there; of a tree, the tree: its files are good when they were
  /// written by this process, or the tree was there before. Throws Error: conflict, busy, corrupt
  /// ("object.missing").
  Published publish(const Publication& publication);

  /// Puts `entries` in the place of `before`, all that there was, where others have made versions of the same
  /// numbers: theirs keep them, and ours get later ones. Throws Error: conflict (it was moved meanwhile),
  /// busy.
  void renumber(const ReferenceName& name, const std::vector<ReferenceEntry>& before,
                const std::vector<ReferenceEntry>& entries);

  /// A record by its digest. Throws Error(corrupt): it is missing or damaged, not JSON, has no kind.
  json::Object record(const Digest& digest) const;

  /// References that lost lines which the catalogue has seen. A part of fsck.
  std::vector<Fault> losses();

  /// Rebuilds the catalogue from references and records, even a damaged one; the number of events indexed.
  std::size_t reindex(Progress& progress);

  /// The number that reindex() would give; nothing is written.
  std::size_t rehearse_reindex(Progress& progress) const;

  /// Checks that every object has the content its name says, that references lead to records and have
  /// lost no line that the catalogue has seen, and that what records name is there. Where the store can be
  /// written it makes the catalogue anew when that is damaged, and packs whose index is, of their objects
  /// (what is left of the old file goes to `lost/`), and removes damaged copies of objects that it has whole.
  /// What is the only copy stays as it is.
  std::vector<Fault> fsck(Progress& progress);

  std::vector<Usage> usage();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlops::store
