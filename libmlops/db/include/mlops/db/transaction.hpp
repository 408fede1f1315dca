#pragma once
/// All or nothing: rolled back unless committed. The write lock is taken at the start (BEGIN IMMEDIATE), so
/// that waiting for another writer happens there and never half-way.

namespace mlops::db {

class Database;

class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

/// What several questions see of the file is one state, whatever others write meanwhile. Not inside of a
/// Transaction.
class Snapshot {
 public:
  explicit Snapshot(Database& database);
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  Database& database_;
};

}  // namespace mlops::db
