#pragma once
/// A SQLite database file: write-ahead log, synchronous=FULL (what was committed survives a power cut),
/// foreign keys on, and ten seconds of patience with another writer. Owns the connection; Statements and
/// Transactions must not outlive it. Used by one thread. Throws Error: busy (locked, disk full), corrupt,
/// usage (a newer schema), failed.

#include <mlops/base/handle.hpp>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;

namespace mlops::db {

class Statement;

void close(sqlite3* connection);

class Database {
 public:
  enum class Mode {
    read,    ///< Must exist. In a folder that cannot be written it must not be in use by a writer.
    write,   ///< Made if need be.
    memory,  ///< Private to this object and gone with it; `path` is its name in faults.
  };
  Database(std::filesystem::path path, Mode mode);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs statements that have neither parameters nor an answer.
  void execute(const std::string& sql);
  Statement prepare(std::string_view sql);

  /// Brings the schema to the version `steps.size()`, each step and its number in one transaction; the number
  /// is kept in the file's user_version. A file of a greater number is Error(usage) that names both.
  void migrate(std::span<const std::string_view> steps);

  /// Rows changed by the last INSERT, UPDATE or DELETE.
  std::int64_t changes() const;

  const std::filesystem::path& path() const { return path_; }
  /// For Statement: the connection, and the Error for its last fault.
  sqlite3* connection() const { return connection_.get(); }
  [[noreturn]] void fail(int code) const;

 private:
  std::filesystem::path path_;
  Handle<sqlite3, close> connection_;
};

}  // namespace mlops::db
