#include "src/fault.hpp"

#include <sqlite3.h>

namespace mlops::db {

Error fault(int code, const std::filesystem::path& path, const std::string& reason) {
  const std::string& name = path.native();
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return error(Code::busy, "the database '{}' is locked by another process", name)
          .with_hint("try again when the other command has finished");
    case SQLITE_FULL:
      return error(Code::busy, "cannot write the database '{}': no space left on device", name)
          .with_id("database.full");
    case SQLITE_CORRUPT:
      return error(Code::corrupt, "the database '{}' is damaged: {}", name, reason);
    case SQLITE_NOTADB:
      return error(Code::corrupt, "'{}' is not a database", name);
    case SQLITE_CANTOPEN:
      return error(Code::failed, "cannot open the database '{}'", name);
    case SQLITE_READONLY:
      return error(Code::failed, "cannot write the database '{}': it is read-only", name);
    case SQLITE_IOERR:
      return error(Code::failed, "cannot read or write the database '{}': {}", name, reason);
    default:
      return error(Code::internal, "the database '{}' refused a statement: {}", name, reason);
  }
}

}  // namespace mlops::db
