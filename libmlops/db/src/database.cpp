#include <mlops/base/error.hpp>
#include <mlops/db/database.hpp>
#include <mlops/db/statement.hpp>
#include <mlops/db/transaction.hpp>

#include <sqlite3.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "src/fault.hpp"

namespace mlops::db {
namespace {

constexpr int patience_ms = 10'000;

int flags_of(Database::Mode mode) {
  switch (mode) {
    case Database::Mode::read:
      return SQLITE_OPEN_READONLY;
    case Database::Mode::write:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case Database::Mode::memory:
      break;
  }
  return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY;
}

std::int64_t schema_version(Database& database) {
  Statement query = database.prepare("PRAGMA user_version");
  query.step();
  return query.integer(0);
}

/// SQLite does not wait when two connections turn the write-ahead log on at once: the loser gets "locked" and
/// has to ask again.
void use_write_ahead_log(Database& database) {
  using namespace std::chrono;
  const auto end = steady_clock::now() + milliseconds(patience_ms);
  for (;;) {
    try {
      return database.execute("PRAGMA journal_mode = WAL");
    } catch (const Error& e) {
      if (e.code() != Code::busy || steady_clock::now() >= end) throw;
    }
    std::this_thread::sleep_for(milliseconds(5));
  }
}

}  // namespace

void close(sqlite3* connection) { sqlite3_close(connection); }

Database::Database(std::filesystem::path path, Mode mode) : path_(std::move(path)) {
  sqlite3* opened = nullptr;
  const char* name = mode == Mode::memory ? ":memory:" : path_.c_str();
  const int code = sqlite3_open_v2(name, &opened, flags_of(mode) | SQLITE_OPEN_NOMUTEX, nullptr);
  connection_.reset(opened);
  if (code != SQLITE_OK) fail(code);
  sqlite3_extended_result_codes(opened, 1);
  sqlite3_busy_timeout(opened, patience_ms);
  execute("PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL");
  // The first statement that reads the file: here it is seen whether it is a database at all.
  if (mode == Mode::write) use_write_ahead_log(*this);
  if (mode == Mode::read) schema_version(*this);
}

void Database::fail(int code) const {
  // The file that writers share (-shm) fails in its own way on a full disk.
  const int reason = connection_ ? sqlite3_system_errno(connection_.get()) : 0;
  if ((code & 0xff) == SQLITE_IOERR && (reason == ENOSPC || reason == EDQUOT)) code = SQLITE_FULL;
  throw fault(code, path_, connection_ ? sqlite3_errmsg(connection_.get()) : sqlite3_errstr(code));
}

void Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

Statement Database::prepare(std::string_view sql) { return {*this, sql}; }

void Database::migrate(std::span<const std::string_view> steps) {
  const auto known = static_cast<std::int64_t>(steps.size());
  const auto version_known = [&] {
    const std::int64_t version = schema_version(*this);
    if (version <= known) return static_cast<std::size_t>(version);
    throw error(Code::usage, "the database '{}' has version {}, this program knows versions up to {}",
                path_.native(), version, known)
        .with_hint("use the newer program that wrote it");
  };
  if (version_known() == steps.size()) return;
  Transaction transaction(*this);
  // Asked again, now that nobody else can migrate.
  for (const std::string_view step : steps.subspan(version_known())) execute(std::string(step));
  execute(fmt::format("PRAGMA user_version = {}", known));
  transaction.commit();
}

std::int64_t Database::changes() const { return sqlite3_changes64(connection_.get()); }

}  // namespace mlops::db
