#include <mlops/base/error.hpp>
#include <mlops/db/database.hpp>
#include <mlops/db/transaction.hpp>

namespace mlops::db {

Transaction::Transaction(Database& database) : database_(database) { database_.execute("BEGIN IMMEDIATE"); }

Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.execute("ROLLBACK");
  } catch (const Error&) {
    // After a full disk or an I/O fault SQLite has rolled back by itself, and says that there is nothing to
    // do.
  }
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

Snapshot::Snapshot(Database& database) : database_(database) { database_.execute("BEGIN"); }

Snapshot::~Snapshot() {
  try {
    database_.execute("COMMIT");
  } catch (const Error&) {
    // A fault has ended it already; nothing was written.
  }
}

}  // namespace mlops::db
