#pragma once
/// Mutable names for immutable things. Each reference is one append-only file refs/<kind>/<name>; a line is
/// {"digest","previous","seq","summary","time","who","why","crc"}, the last whole line is the value, the file
/// is the history. Moving a name is lock, check, append, fdatasync: the value and its history change in one
/// write. A torn last line (a killed writer) is not a value and is cut by the next writer. Safe for many
/// threads and processes.

#include <mlops/base/clock.hpp>
#include <mlops/base/digest.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::store {

struct ReferenceEntry {
  std::int64_t seq = 0;  ///< 1, 2, 3, ...; for things that are versioned it is the version's number.
  Digest digest = {};
  std::optional<Digest> previous;
  Time time = {};
  std::string who;
  std::string why;
  std::string summary;  ///< One line for the journal; here, so that a lost catalogue can be rebuilt whole.

  bool operator==(const ReferenceEntry&) const = default;
};

struct ReferenceName {
  std::string kind;  ///< "sources", "data", "model-alias", ...: lower-case letters and '-'.
  std::string name;  ///< Any UTF-8 without control characters; it is escaped for the file system.

  auto operator<=>(const ReferenceName&) const = default;
};

/// Entries that another store has made, to go behind those that are here.
struct Extension {
  ReferenceName name;
  std::vector<ReferenceEntry> entries;  ///< One at least; each says what was before it.
};

class References {
 public:
  explicit References(std::filesystem::path root);

  /// The current entry; nothing when the name was never set.
  std::optional<ReferenceEntry> find(const ReferenceName& name) const;

  /// Every entry, oldest first; empty when the name was never set. Throws Error(corrupt) for a line whose crc
  /// is wrong anywhere but at the end.
  std::vector<ReferenceEntry> history(const ReferenceName& name) const;

  /// Every name that has a value, sorted.
  std::vector<ReferenceName> list() const;

  /// Moves the name to `digest` if it still points at `expected` (nothing: it must not exist yet). Throws
  /// Error: conflict (somebody moved it; both digests named), busy (disk full, locked for over 10 s).
  ReferenceEntry move(const ReferenceName& name, const Digest& digest, std::optional<Digest> expected,
                      Time time, std::string_view who, std::string_view why, std::string_view summary = "");

  /// Appends them as they are, many for the price of a few syncs; those of names that do not stand where the
  /// first entry goes on from are left out, and returned. Throws Error: busy.
  std::vector<ReferenceName> extend(const std::vector<Extension>& extensions);

  /// Puts `entries` in the place of `before`, all that there was; for Store::renumber(). Throws Error:
  /// conflict (it was moved meanwhile), busy.
  void rewrite(const ReferenceName& name, const std::vector<ReferenceEntry>& before,
               const std::vector<ReferenceEntry>& entries);

 private:
  std::filesystem::path root_;
};

}  // namespace mlops::store
