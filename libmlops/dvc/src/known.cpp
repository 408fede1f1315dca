#include "src/known.hpp"

#include <mlops/base/error.hpp>
#include <mlops/db/statement.hpp>
#include <mlops/db/transaction.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/volume.hpp>

#include <array>
#include <cstring>
#include <utility>

namespace mlops::dvc {
namespace {

using Path = std::filesystem::path;

constexpr std::array<std::string_view, 1> schema = {
    "CREATE TABLE known (name BLOB PRIMARY KEY, digest BLOB NOT NULL, files INTEGER NOT NULL, "
    "bytes INTEGER NOT NULL) WITHOUT ROWID"};

/// So many wait for one transaction: in 10 MB.
constexpr std::size_t enough = 1 << 16;

int digit_of(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

/// The 16 bytes, and what else tells names apart.
std::string key_of(const Name& name) {
  std::string key;
  for (std::size_t i = 0; i < 32; i += 2)
    key += static_cast<char>(digit_of(name.hex[i]) * 16 + digit_of(name.hex[i + 1]));
  if (name.folder()) key += 'd';
  if (name.dos) key += '2';
  return key;
}

}  // namespace

struct Known::Statements {
  explicit Statements(const db::Database& database)
      : find(database, "SELECT digest, files, bytes FROM known WHERE name = ?"),
        add(database, "INSERT OR REPLACE INTO known VALUES (?, ?, ?, ?)") {}

  db::Statement find;
  db::Statement add;
};

/// A log beside the database is not safe on network file systems: there everything is read each time.
Known::Known(const Path& store, bool rehearsal) : file_(store / "dvc.db"), rehearsal_(rehearsal) {
  if (rehearsal && !fs::find_stamp(file_)) return;
  if (fs::volume(store).network || try_open() || rehearsal) return;
  drop();
  try_open();
}

Known::~Known() = default;

/// False when it is to be made anew.
bool Known::try_open() {
  using Mode = db::Database::Mode;
  try {
    database_ = std::make_unique<db::Database>(file_, rehearsal_ ? Mode::read : Mode::write);
    if (!rehearsal_) database_->migrate(schema);
    statements_ = std::make_unique<Statements>(*database_);
    return true;
  } catch (const Error& e) {
    statements_.reset();
    database_.reset();
    return e.code() != Code::corrupt;
  }
}

void Known::drop() {
  statements_.reset();
  database_.reset();
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove_file(file_.native() + suffix);
}

std::optional<Meaning> Known::find(const Name& name) {
  const std::string key = key_of(name);
  if (const auto waiting = waiting_.find(key); waiting != waiting_.end()) return waiting->second;
  if (!statements_) return std::nullopt;
  try {
    db::Statement& query = statements_->find;
    if (!query.bind(db::Blob{key}).step()) return std::nullopt;
    Meaning out{.files = static_cast<std::uint64_t>(query.integer(1)),
                .bytes = static_cast<std::uint64_t>(query.integer(2))};
    const std::string_view bytes = query.bytes(0);
    if (bytes.size() != out.digest.bytes.size()) return std::nullopt;
    std::memcpy(out.digest.bytes.data(), bytes.data(), bytes.size());
    return out;
  } catch (const Error& e) {
    if (e.code() == Code::corrupt && !rehearsal_) drop();
    return std::nullopt;
  }
}

void Known::add(const Name& name, const Meaning& meaning) {
  waiting_.insert_or_assign(key_of(name), meaning);
  if (waiting_.size() >= enough) flush();
}

void Known::flush() {
  const auto found = std::exchange(waiting_, {});
  if (!statements_ || found.empty()) return;
  try {
    db::Transaction transaction(*database_);
    for (const auto& [key, meaning] : found) {
      const auto* bytes = reinterpret_cast<const char*>(meaning.digest.bytes.data());
      statements_->add
          .bind(db::Blob{key}, db::Blob{{bytes, meaning.digest.bytes.size()}},
                static_cast<std::int64_t>(meaning.files), static_cast<std::int64_t>(meaning.bytes))
          .run();
    }
    transaction.commit();
  } catch (const Error& e) {
    if (e.code() == Code::corrupt) drop();  // The next import reads the contents again.
  }
}

}  // namespace mlops::dvc
