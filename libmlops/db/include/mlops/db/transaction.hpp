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

}  // namespace mlops::db
