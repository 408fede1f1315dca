#pragma once
/// A prepared statement: bind, then step through the rows and read columns by their position from 0. Belongs
/// to its Database; used by one thread.

#include <mlops/base/handle.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3_stmt;

namespace mlops::db {

class Database;

/// How one value is kept: SQLite's columns have no types, their values do.
enum class Storage { integer, real, text, blob, null };

/// Bytes that are bound as a blob and not as a text.
struct Blob {
  std::string_view bytes;
};

void finalize(sqlite3_stmt* statement);

class Statement {
 public:
  Statement(const Database& database, std::string_view sql);

  /// Starts again, with these parameters in their order: integers, doubles, texts, blobs, nullptr, or an
  /// optional of one of them. Texts and blobs are copied.
  template <typename... Values>
  Statement& bind(const Values&... values) {
    reset();
    int position = 0;
    (bind_at(++position, values), ...);
    return *this;
  }

  /// Goes to the next row; false after the last, when the statement stands at its beginning again.
  bool step();
  /// Starts again without parameters; then set() binds one of them, where their number is not known here.
  Statement& start() {
    reset();
    return *this;
  }
  /// The parameter at `position`, from 1.
  template <typename Value>
  void set(int position, const Value& value) {
    bind_at(position, value);
  }
  /// Steps to the end.
  void run();

  std::int64_t integer(int column) const;
  double number(int column) const;
  /// The text; empty for NULL.
  std::string text(int column) const;
  bool is_null(int column) const;

  /// Columns of the answer; 0 of statements that have none.
  int width() const;
  std::string name(int column) const;
  /// The type with which the table's column was declared, "VARCHAR(20)"; empty for none, and for expressions.
  std::string declared(int column) const;
  Storage storage(int column) const;
  /// The bytes of a text or blob, until the next step.
  std::string_view bytes(int column) const;

 private:
  void reset();
  void bind_at(int position, std::int64_t value);
  void bind_at(int position, int value) { bind_at(position, std::int64_t{value}); }
  void bind_at(int position, double value);
  void bind_at(int position, std::string_view value);
  void bind_at(int position, const std::string& value) { bind_at(position, std::string_view(value)); }
  void bind_at(int position, const char* value) { bind_at(position, std::string_view(value)); }
  void bind_at(int position, Blob value);
  void bind_at(int position, std::nullptr_t);
  template <typename T>
  void bind_at(int position, const std::optional<T>& value) {
    value ? bind_at(position, *value) : bind_at(position, nullptr);
  }
  void check(int code) const;

  const Database* database_;
  Handle<sqlite3_stmt, finalize> statement_;
};

}  // namespace mlops::db
