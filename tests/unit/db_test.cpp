#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/db/database.hpp>
#include <mlops/db/statement.hpp>
#include <mlops/db/transaction.hpp>

#include <sys/wait.h>

#include <array>
#include <fstream>
#include <functional>

#include "faults.hpp"

namespace mlops::db {
namespace {

namespace stdfs = std::filesystem;
using test::Arm;
using test::Fault;

class Db : public testing::Test {
 protected:
  Db() { stdfs::create_directories(dir); }
  ~Db() override { stdfs::remove_all(dir); }

  const stdfs::path dir = stdfs::temp_directory_path() / fmt::format("mlops-db-test-{}", ::getpid());
  const stdfs::path file = dir / "a.db";
};

Code code_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& e) {
    return e.code();
  }
  ADD_FAILURE() << "expected an error";
  return Code::internal;
}

std::int64_t count(Database& database) {
  Statement query = database.prepare("SELECT count(*) FROM t");
  query.step();
  return query.integer(0);
}

std::string pragma(Database& database, const std::string& name) {
  Statement query = database.prepare("PRAGMA " + name);
  query.step();
  return query.text(0);
}

TEST_F(Db, ValuesComeBackAsTheyWent) {
  Database database(file, Database::Mode::write);
  database.execute("CREATE TABLE t(a, b, c, d, e)");
  Statement insert = database.prepare("INSERT INTO t VALUES (?, ?, ?, ?, ?)");
  const std::string odd("nul\0inside", 10);
  insert.bind(std::int64_t{-1} << 62, 0.1, odd, nullptr, std::optional<std::int64_t>()).run();
  insert.bind(7, 1e300, "", std::optional<std::string>("año"), std::string_view()).run();
  Statement query = database.prepare("SELECT * FROM t ORDER BY rowid");
  ASSERT_TRUE(query.step());
  EXPECT_EQ(query.integer(0), std::int64_t{-1} << 62);
  EXPECT_EQ(query.number(1), 0.1);
  EXPECT_EQ(query.text(2), odd);
  EXPECT_TRUE(query.is_null(3));
  EXPECT_TRUE(query.is_null(4));
  ASSERT_TRUE(query.step());
  EXPECT_EQ(query.text(3), "año");
  EXPECT_FALSE(query.is_null(2));
  EXPECT_FALSE(query.is_null(4));
  EXPECT_FALSE(query.step());
  EXPECT_TRUE(query.step()) << "a finished statement starts again";
}

TEST_F(Db, ValuesSayHowTheyAreKeptWhateverTheColumnSays) {
  Database database(file, Database::Mode::write);
  database.execute("CREATE TABLE t(n VARCHAR(20), x); INSERT INTO t VALUES ('a' || char(0) || 'b', x'00ff')");
  Statement query = database.prepare("SELECT n, x, 1, 2.5, NULL, '' AS empty FROM t");
  ASSERT_TRUE(query.step());
  ASSERT_EQ(query.width(), 6);
  EXPECT_EQ(query.name(5), "empty");
  EXPECT_EQ(query.declared(0), "VARCHAR(20)");
  EXPECT_EQ(query.declared(1), "");
  EXPECT_EQ(query.declared(2), "");
  const std::array storages = {Storage::text, Storage::blob, Storage::integer,
                               Storage::real, Storage::null, Storage::text};
  for (int i = 0; i < query.width(); ++i)
    EXPECT_EQ(query.storage(i), storages[static_cast<std::size_t>(i)]) << i;
  EXPECT_EQ(query.bytes(0), std::string_view("a\0b", 3));
  EXPECT_EQ(query.bytes(1), std::string_view("\0\xff", 2));
  EXPECT_EQ(query.bytes(4), "");
  EXPECT_EQ(query.bytes(5), "");
}

TEST_F(Db, OpensDurableAndStrict) {
  Database database(file, Database::Mode::write);
  EXPECT_EQ(pragma(database, "journal_mode"), "wal");
  EXPECT_EQ(pragma(database, "synchronous"), "2");
  EXPECT_EQ(pragma(database, "foreign_keys"), "1");
  EXPECT_EQ(pragma(database, "busy_timeout"), "10000");
}

TEST_F(Db, ATransactionNotCommittedLeavesNothing) {
  Database database(file, Database::Mode::write);
  database.execute("CREATE TABLE t(a)");
  {
    Transaction transaction(database);
    database.execute("INSERT INTO t VALUES (1)");
    EXPECT_EQ(database.changes(), 1);
  }
  EXPECT_EQ(count(database), 0);
  Transaction transaction(database);
  database.execute("INSERT INTO t VALUES (1)");
  transaction.commit();
  EXPECT_EQ(count(database), 1);
}

TEST_F(Db, MigratesStepByStepAndRefusesANewerSchema) {
  const std::array<std::string_view, 2> steps = {"CREATE TABLE t(a)",
                                                 "ALTER TABLE t ADD COLUMN b; CREATE TABLE u(a)"};
  Database(file, Database::Mode::write).migrate(std::span(steps).first(1));
  Database(file, Database::Mode::write).migrate(steps);
  Database database(file, Database::Mode::write);
  database.migrate(steps);
  database.execute("INSERT INTO t(a, b) VALUES (1, 2)");
  database.execute("PRAGMA user_version = 9");
  try {
    database.migrate(steps);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::usage);
    EXPECT_NE(e.message().find("has version 9, this program knows versions up to 2"), std::string::npos)
        << e.message();
  }
}

TEST_F(Db, AFailedStepLeavesTheVersionBeforeIt) {
  const std::array<std::string_view, 2> steps = {"CREATE TABLE t(a)", "CREATE TABLE u(a); CREATE TABLE t(b)"};
  Database database(file, Database::Mode::write);
  EXPECT_EQ(code_of([&] { database.migrate(steps); }), Code::internal);
  EXPECT_EQ(pragma(database, "user_version"), "0");
  EXPECT_EQ(code_of([&] { count(database); }), Code::internal);
}

TEST_F(Db, FaultsHaveTheirCodes) {
  std::ofstream(dir / "text") << std::string(5000, 'x');
  EXPECT_EQ(code_of([&] { Database(dir / "text", Database::Mode::write); }), Code::corrupt);
  EXPECT_EQ(code_of([&] { Database(dir / "text", Database::Mode::read); }), Code::corrupt);
  EXPECT_EQ(code_of([&] { Database(dir / "absent", Database::Mode::read); }), Code::failed);
  EXPECT_EQ(code_of([&] { Database(dir / "no/folder", Database::Mode::write); }), Code::failed);
  {
    Database database(file, Database::Mode::write);
    database.execute("CREATE TABLE t(a)");
  }
  Database reader(file, Database::Mode::read);
  EXPECT_EQ(code_of([&] { reader.execute("INSERT INTO t VALUES (1)"); }), Code::failed);
  EXPECT_EQ(code_of([&] { reader.prepare("SELEC 1"); }), Code::internal);
}

TEST_F(Db, ADamagedPageIsCorruption) {
  {
    Database database(file, Database::Mode::write);
    database.execute("CREATE TABLE t(a)");
    for (int i = 0; i < 200; ++i) database.execute("INSERT INTO t VALUES (hex(randomblob(500)))");
  }
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekp(4096 * 3);
  bytes << std::string(4096 * 10, '\x5a');
  bytes.close();
  Database database(file, Database::Mode::write);
  EXPECT_EQ(code_of([&] { database.prepare("SELECT sum(length(a)) FROM t").run(); }), Code::corrupt);
}

TEST_F(Db, AMemoryDatabaseMakesNoFile) {
  Database database("index", Database::Mode::memory);
  database.execute("CREATE TABLE t(a); INSERT INTO t VALUES (1)");
  EXPECT_EQ(count(database), 1);
  EXPECT_TRUE(stdfs::is_empty(dir));
}

TEST_F(Db, ProcessesThatOpenAndWriteAtOnceWaitForEachOther) {
  const std::array<std::string_view, 1> steps = {"CREATE TABLE t(a)"};
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    children.push_back(::fork());
    if (children.back() != 0) continue;
    try {
      Database database(file, Database::Mode::write);
      database.migrate(steps);
      for (int k = 0; k < 10; ++k) database.prepare("INSERT INTO t VALUES (?)").bind(k).run();
      ::_exit(0);
    } catch (const Error& e) {
      std::fprintf(stderr, "%s\n", e.what());
      ::_exit(1);
    }
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  Database database(file, Database::Mode::write);
  EXPECT_EQ(count(database), 40);
}

TEST_F(Db, AFullDiskIsBusyAndLosesNothing) {
  {
    Database database(file, Database::Mode::write);
    database.execute("CREATE TABLE t(a)");
  }
  int n = 1;
  int busy = 0;
  for (bool struck = true; struck; ++n) {
    const std::int64_t before = count(*std::make_unique<Database>(file, Database::Mode::write));
    bool acknowledged = false;
    {
      const Arm arm(Fault::since, n, ENOSPC);
      try {
        Database database(file, Database::Mode::write);
        Transaction transaction(database);
        database.execute("INSERT INTO t VALUES (hex(randomblob(9000)))");
        transaction.commit();
        acknowledged = true;
      } catch (const Error& e) {
        if (e.code() == Code::busy) ++busy;
        EXPECT_TRUE(e.code() == Code::busy || e.code() == Code::failed) << e.message();
      }
      struck = arm.struck();
    }
    Database database(file, Database::Mode::write);
    EXPECT_EQ(pragma(database, "integrity_check"), "ok") << n;
    EXPECT_GE(count(database), before + (acknowledged ? 1 : 0)) << n;
  }
  EXPECT_GE(busy, 1);
  EXPECT_GE(n, 5);
}

}  // namespace
}  // namespace mlops::db
