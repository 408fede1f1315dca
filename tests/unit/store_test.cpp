#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/store/store.hpp>
#include <mlops/store/tree.hpp>

#include <sys/mount.h>
#include <sys/wait.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <thread>

#include "faults.hpp"

namespace mlops::store {
namespace {

namespace stdfs = std::filesystem;
using test::Arm;
using Strike = test::Fault;
using Names = std::vector<std::string>;

const ReferenceName churn = {"sources", "churn"};

std::string read(const stdfs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const stdfs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

/// Bytes that do not repeat, so that a block out of place is seen.
std::string bytes_of(std::size_t size, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

Error error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& e) {
    return e;
  }
  ADD_FAILURE() << "expected an error";
  return {Code::internal, ""};
}

Code code_of(const std::function<void()>& call) { return error_of(call).code(); }

/// Runs `call` in a child process; how the child ended, as waitpid() tells.
int in_child(const std::function<void()>& call) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      call();
    } catch (const std::exception& e) {
      std::fprintf(stderr, "child: %s\n", e.what());
      ::_exit(1);
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

class StoreTest : public testing::Test {
 protected:
  StoreTest() { stdfs::create_directories(dir); }
  ~StoreTest() override { stdfs::remove_all(dir); }

  Store create() const { return {root, Store::Mode::create}; }
  Store open() const { return {root, Store::Mode::open}; }

  stdfs::path path_of(const Digest& digest) const {
    return root / "objects/sha256" / digest.hex().substr(0, 2) / digest.hex().substr(2);
  }
  /// Overwrites one byte in place, as a failing disk would: same size, same inode.
  void damage(const Digest& digest, std::size_t at = 0) const {
    std::fstream file(path_of(digest), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at));
    file.put('!');
  }

  Names faults() const {
    NoProgress progress;
    Names lines;
    for (const Fault& fault : open().fsck(progress)) lines.push_back(fault.what);
    return lines;
  }

  /// In memory where that is possible: hundreds of syncs are then a matter of seconds.
  const stdfs::path dir = (stdfs::is_directory("/dev/shm") ? "/dev/shm" : stdfs::temp_directory_path()) /
                          stdfs::path(fmt::format("mlops-store-test-{}", ::getpid()));
  const stdfs::path root = dir / ".mlops";
};

Store::Publication publication(std::int64_t number, std::optional<Digest> expected,
                               const ReferenceName& name = churn) {
  return {.name = name,
          .expected = expected,
          .record = {{"kind", "dataset-version/1"}, {"number", number}},
          .time = {1'700'000'000'000'000 + number},
          .who = "ana",
          .why = "ingest",
          .summary = fmt::format("{} rows", number)};
}

std::optional<Digest> now(Store& store, const ReferenceName& name = churn) {
  const auto entry = store.references().find(name);
  return entry ? std::optional(entry->digest) : std::nullopt;
}

// ---------------------------------------------------------------------------------------------- objects

TEST_F(StoreTest, ObjectsComeBackAsTheyWent) {
  Store store = create();
  // The digest is sha256sum's of the same bytes.
  EXPECT_EQ(store.objects().put("abc").hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  for (const std::size_t size : {0u, 1u, 262'143u, 262'144u, 262'145u, 3'000'000u}) {
    const std::string bytes = bytes_of(size);
    const Digest digest = store.objects().put(bytes);
    EXPECT_EQ(store.objects().get(digest), bytes);
    EXPECT_EQ(read(store.objects().file(digest)), bytes);
    EXPECT_EQ(store.objects().size(digest), size);
    EXPECT_EQ(stdfs::status(path_of(digest)).permissions(), stdfs::perms(0444));
  }
  EXPECT_TRUE(faults().empty());
}

TEST_F(StoreTest, EveryWayInGivesTheSameObject) {
  Store store = create();
  const std::string bytes = bytes_of(1'500'000);
  write(dir / "file", bytes);
  std::string looked;
  const Digest digest =
      store.objects().put_file(dir / "file", [&](std::string_view part) { looked += part; });
  EXPECT_EQ(looked, bytes);
  EXPECT_EQ(store.objects().put(bytes), digest);

  auto writer = store.objects().writer();
  for (std::size_t at = 0, step = 1; at < bytes.size(); at += step, step = step * 3 % 700'001 + 1) {
    writer->write(std::string_view(bytes).substr(at, step));
  }
  EXPECT_EQ(writer->size(), bytes.size());
  EXPECT_EQ(writer->commit(), digest);

  const stdfs::path temporary = store.objects().temporary_path(".parquet");
  EXPECT_EQ(temporary.extension(), ".parquet");
  write(temporary, bytes);
  EXPECT_EQ(store.objects().adopt(temporary), digest);
  EXPECT_FALSE(stdfs::exists(temporary));

  std::size_t count = 0;
  store.objects().each([&](const Digest& each, std::uint64_t size) {
    EXPECT_EQ(each, digest);
    EXPECT_EQ(size, bytes.size());
    ++count;
  });
  EXPECT_EQ(count, 1u);
}

TEST_F(StoreTest, AWriterThatIsNotCommittedLeavesNothing) {
  Store store = create();
  store.objects().writer()->write("x");
  EXPECT_EQ(error_of([&] { store.objects().put_file(dir / "absent"); }).code(), Code::not_found);
  write(dir / "file", bytes_of(600'000));
  EXPECT_THROW(
      store.objects().put_file(dir / "file", [](std::string_view) { throw Error(Code::interrupted, "x"); }),
      Error);
  store.objects().each([](const Digest&, std::uint64_t) { ADD_FAILURE(); });
  for (const auto& entry : stdfs::recursive_directory_iterator(root / "tmp"))
    EXPECT_TRUE(entry.is_directory() || entry.path().extension() == ".lock") << entry.path();
}

TEST_F(StoreTest, AFileThatChangesWhileItIsReadIsAConflict) {
  Store store = create();
  write(dir / "file", bytes_of(600'000));
  const auto grow = [&](std::string_view) { std::ofstream(dir / "file", std::ios::app) << "more"; };
  EXPECT_EQ(code_of([&] { store.objects().put_file(dir / "file", grow); }), Code::conflict);
}

TEST_F(StoreTest, ALargeFileThatIsThereAlreadyIsReadOnceAndNotCopied) {
  Store store = create();
  std::string bytes(64 << 20, 'a');
  write(dir / "file", bytes);
  const Digest digest = store.objects().put_file(dir / "file");
  std::size_t looked = 0;
  const auto look = [&](std::string_view part) { looked += part.size(); };
  {
    test::plan.logging = true;
    const Arm arm;
    EXPECT_EQ(store.objects().put_file(dir / "file", look), digest);
    test::plan.logging = false;
    const auto folder = path_of(digest).parent_path();
    EXPECT_EQ(test::plan.log, (Names{"fsync " + folder.native(), "fsync " + folder.parent_path().native()}));
  }
  EXPECT_EQ(looked, bytes.size());
  // Another file of the same size is read twice, seen once, and stored.
  bytes.back() = 'b';
  write(dir / "other", bytes);
  looked = 0;
  const Digest other = store.objects().put_file(dir / "other", look);
  EXPECT_NE(other, digest);
  EXPECT_EQ(looked, bytes.size());
  EXPECT_TRUE(store.objects().get(other) == bytes);
}

TEST_F(StoreTest, DamageIsSeenWhenRead) {
  Digest small, big;
  {
    Store store = create();
    small = store.objects().put("hello, world");
    big = store.objects().put(bytes_of(2 << 20));
  }
  damage(small);
  damage(big, 1'000'000);
  Store store = open();
  const Error error = error_of([&] { store.objects().get(small); });
  EXPECT_EQ(error.code(), Code::corrupt);
  EXPECT_NE(error.message().find(small.text() + " is damaged: its content is sha256:"), std::string::npos);
  EXPECT_EQ(code_of([&] { store.objects().file(small); }), Code::corrupt);
  EXPECT_EQ(code_of([&] { store.objects().file(big); }), Code::corrupt);
  EXPECT_EQ(code_of([&] { store.objects().get(big); }), Code::corrupt);
  EXPECT_EQ(code_of([&] { store.objects().get(Digest()); }), Code::corrupt);
  EXPECT_EQ(code_of([&] { store.objects().file(Digest()); }), Code::corrupt);
}

TEST_F(StoreTest, PuttingTheSameBytesAgainReplacesADamagedObject) {
  Store store = create();
  for (const std::size_t size : {100u, 2u << 20}) {
    const std::string bytes = bytes_of(size);
    const Digest digest = store.objects().put(bytes);
    damage(digest);
    EXPECT_EQ(store.objects().put(bytes), digest);
    EXPECT_EQ(store.objects().get(digest), bytes);
    stdfs::resize_file(path_of(digest), size / 2);
    EXPECT_EQ(store.objects().put(bytes), digest);
    EXPECT_EQ(store.objects().get(digest), bytes);
  }
}

TEST_F(StoreTest, ALargeObjectIsHashedOnceAndNotByEveryProcess) {
  const std::string bytes = bytes_of(2 << 20);
  const Digest digest = create().objects().put(bytes);
  const stdfs::path note = root / "verified" / digest.hex();
  const std::string noted = read(note);
  EXPECT_FALSE(noted.empty());
  // The note alone is believed: had file() read the object, it would have seen the damage that the times
  // hide.
  const auto times = stdfs::last_write_time(path_of(digest));
  damage(digest);
  stdfs::last_write_time(path_of(digest), times);
  EXPECT_EQ(code_of([&] { open().objects().file(digest); }), Code::corrupt) << "the change time tells";
  EXPECT_TRUE(open().objects().put(bytes) == digest);
  EXPECT_NO_THROW(open().objects().file(digest));
  EXPECT_NE(read(note), noted);
  // A torn note is none.
  write(note, read(note).substr(0, 10));
  EXPECT_NO_THROW(open().objects().file(digest));
  EXPECT_GT(read(note).size(), 10u);
}

TEST_F(StoreTest, ThreadsAndProcessesPutTheSameAndOtherObjectsAtOnce) {
  create();
  std::vector<pid_t> children;
  for (int process = 0; process < 2; ++process) {
    children.push_back(::fork());
    if (children.back() != 0) continue;
    Store store = open();
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 2; ++thread) {
      threads.emplace_back([&] {
        for (unsigned i = 0; i < 10; ++i) store.objects().put(bytes_of(1000 + i, i));
      });
    }
    for (auto& thread : threads) thread.join();
    ::_exit(0);
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  std::size_t count = 0;
  open().objects().each([&](const Digest&, std::uint64_t) { ++count; });
  EXPECT_EQ(count, 10u);
  EXPECT_TRUE(faults().empty());
}

TEST_F(StoreTest, BytesAreOnDiskBeforeTheirNameAndTheNameBeforeTheDigest) {
  Store store = create();
  store.objects().put("first");  // The scratch folder exists from here on.
  test::plan.logging = true;
  const Arm arm;
  const Digest digest = store.objects().put("abc");
  test::plan.logging = false;
  Names calls = test::plan.log;
  for (std::string& call : calls)
    call = call.substr(0, call.find(' ')) + " " + stdfs::path(call).filename().native();
  const std::string name = digest.hex().substr(2);
  EXPECT_EQ(calls, (Names{"open 2", "write 2", "chmod 2", "fsync 2", "mkdir ba", "fsync sha256",
                          "rename " + name, "fsync ba", "fsync sha256"}));
}

TEST_F(StoreTest, ABatchNamesNothingBeforeItsBytesAreOnDisk) {
  Store store = create();
  const Digest there = store.objects().put("0");
  {
    Objects::Batch dropped(store.objects());
    dropped.put("dropped");
  }
  for (const int count : {3, 100}) {
    Objects::Batch batch(store.objects());
    test::plan.logging = true;
    std::vector<Digest> digests;
    {
      const Arm arm;
      for (int i = 0; i < count; ++i) {
        write(dir / "file", fmt::format("{} {}", count, i));
        digests.push_back(batch.put_file(dir / "file"));
        EXPECT_EQ(batch.put(fmt::format("{} {}", count, i)), digests.back());
      }
      EXPECT_EQ(batch.put("0"), there);
      EXPECT_FALSE(store.objects().has(digests[0]));
      batch.commit();
    }
    test::plan.logging = false;
    const auto first_name = std::find_if(test::plan.log.begin(), test::plan.log.end(),
                                         [](const std::string& call) { return call.starts_with("rename"); });
    const auto syncs = std::count_if(test::plan.log.begin(), first_name, [](const std::string& call) {
      return (call.starts_with("fsync") && call.find("/.mlops/tmp/") != std::string::npos) ||
             call.starts_with("syncfs");
    });
    EXPECT_EQ(syncs, count == 3 ? 3 : 1);
    EXPECT_TRUE(test::plan.log.back().starts_with("fsync"));
    for (int i = 0; i < count; ++i) {
      EXPECT_EQ(store.objects().get(digests[static_cast<std::size_t>(i)]), fmt::format("{} {}", count, i));
    }
  }
  std::size_t count = 0;
  store.objects().each([&](const Digest&, std::uint64_t) { ++count; });
  EXPECT_EQ(count, 104u);
}

// ------------------------------------------------------------------------------------------------ trees

TEST_F(StoreTest, TreesAreSortedAndCanonical) {
  Store store = create();
  const Digest blob = store.objects().put("x");
  const Digest digest =
      put_tree(store.objects(), {{{"b/c", 0755, 1, blob}, {"a", 0644, 1, blob}, {"b.txt", 0644, 1, blob}}});
  EXPECT_EQ(get_tree(store.objects(), digest).files,
            (std::vector<TreeFile>{{"a", 0644, 1, blob}, {"b.txt", 0644, 1, blob}, {"b/c", 0755, 1, blob}}));
  EXPECT_EQ(
      store.objects().get(put_tree(store.objects(), {{{"a", 0644, 1, blob}}})),
      fmt::format(R"({{"files":[{{"digest":"{}","mode":420,"path":"a","size":1}}],"tree":1}})", blob.text()));
  EXPECT_TRUE(get_tree(store.objects(), put_tree(store.objects(), {})).files.empty());
}

TEST_F(StoreTest, TreesAreWrittenAndReadOneByOne) {
  Store store = create();
  const Digest blob = store.objects().put("x");
  Tree tree;
  for (const char* path : {"\n", "\"\\", "a b", "a/b", "a0", "\xc3\xa9", "\xff/\xfe"})
    tree.files.push_back({path, 0644, 1, blob});
  tree.files.push_back({std::string(255, 'z'), TreeFile::link, 1, blob});
  for (int i = 0; i < 5000; ++i) tree.files.push_back({fmt::format("b/{:05}", i), 0755, 1, blob});
  std::sort(tree.files.begin(), tree.files.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  Objects::Batch batch(store.objects());
  TreeWriter writer(store.objects());
  for (const TreeFile& file : tree.files) writer.add(file);
  const Digest digest = writer.finish(batch);
  batch.commit();
  EXPECT_EQ(digest, put_tree(store.objects(), tree));
  EXPECT_EQ(get_tree(store.objects(), digest), tree);
  EXPECT_NE(store.objects().get(digest).find(R"("bytes":"ff2ffe")"), std::string::npos);

  TreeWriter late(store.objects());
  late.add({"b", 0644, 1, blob});
  for (const char* path : {"b", "a", "b/c", "../x"}) {
    EXPECT_EQ(code_of([&] { late.add({path, 0644, 1, blob}); }), Code::corrupt) << path;
  }
  // Whatever is cut or changed in it is told.
  const std::string text =
      store.objects().get(put_tree(store.objects(), {{{"a", 0644, 1, blob}, {"\xff", 0644, 1, blob}}}));
  for (std::size_t size = 0; size < text.size(); ++size) {
    const Digest cut = store.objects().put(text.substr(0, size));
    EXPECT_EQ(code_of([&] { get_tree(store.objects(), cut); }), Code::corrupt) << size;
  }
}

TEST_F(StoreTest, TreesThatLeadOutAreRefused) {
  Store store = create();
  for (const char* path : {"", "/a", "a/", "a//b", ".", "../a", "a/../b", "a/./b", "a/.."}) {
    EXPECT_EQ(code_of([&] { put_tree(store.objects(), {{{path}}}); }), Code::corrupt) << path;
  }
  EXPECT_EQ(code_of([&] { put_tree(store.objects(), {{{"a"}, {"a"}}}); }), Code::corrupt);
  EXPECT_EQ(code_of([&] { put_tree(store.objects(), {{{"a"}, {"a b"}, {"a/b"}}}); }), Code::corrupt);
  EXPECT_NO_THROW(put_tree(store.objects(), {{{"a"}, {"a b"}, {"ab/c"}, {"..a"}}}));
  const Digest bad = store.objects().put(R"({"tree":1,"files":[{"digest":")" + Digest().text() +
                                         R"(","mode":420,"path":"../../etc/passwd","size":1}]})");
  EXPECT_EQ(code_of([&] { get_tree(store.objects(), bad); }), Code::corrupt);
  EXPECT_EQ(code_of([&] { get_tree(store.objects(), store.objects().put("{}")); }), Code::corrupt);
  EXPECT_EQ(code_of([&] { get_tree(store.objects(), store.objects().put("x")); }), Code::corrupt);
}

// ------------------------------------------------------------------------------------------- references

Digest digest_of(int number) {
  Digest digest;
  digest.bytes[0] = static_cast<std::uint8_t>(number);
  return digest;
}

TEST_F(StoreTest, AReferenceIsItsHistory) {
  Store store = create();
  References& references = store.references();
  EXPECT_EQ(references.find(churn), std::nullopt);
  const auto first =
      references.move(churn, digest_of(1), std::nullopt, {5}, "ana", "a \"reason\"\n", "1 row");
  const auto second = references.move(churn, digest_of(2), digest_of(1), {1'234'567}, "", "año", "");
  EXPECT_EQ(first, (ReferenceEntry{1, digest_of(1), std::nullopt, {5}, "ana", "a \"reason\"\n", "1 row"}));
  EXPECT_EQ(second, (ReferenceEntry{2, digest_of(2), digest_of(1), {1'234'567}, "", "año", ""}));
  EXPECT_EQ(open().references().find(churn), second);
  EXPECT_EQ(open().references().history(churn), (std::vector{first, second}));
}

TEST_F(StoreTest, AReferenceMovesOnlyFromWhereItWasSeen) {
  Store store = create();
  References& references = store.references();
  EXPECT_EQ(code_of([&] { references.move(churn, digest_of(1), digest_of(9), {}, "", ""); }), Code::conflict);
  EXPECT_TRUE(references.list().empty());
  references.move(churn, digest_of(1), std::nullopt, {}, "", "");
  const Error error = error_of([&] { references.move(churn, digest_of(2), std::nullopt, {}, "", ""); });
  EXPECT_EQ(error.code(), Code::conflict);
  EXPECT_NE(error.message().find("points at " + digest_of(1).text() + ", expected was nothing"),
            std::string::npos);
  EXPECT_EQ(references.history(churn).size(), 1u);
}

TEST_F(StoreTest, NamesMayBeAnythingReadable) {
  Store store = create();
  std::vector<ReferenceName> names;
  for (const char* name :
       {"a/b", "..", ".hidden", "100%", "%2F", "model@champion", "año nuevo 🐧", "a\\b", "-x"}) {
    names.push_back({"model-alias", name});
    store.references().move(names.back(), digest_of(1), std::nullopt, {}, "", "");
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(store.references().list(), names);
  for (const auto& name : names) EXPECT_TRUE(store.references().find(name));
  for (const std::string& bad :
       {std::string(), std::string("a\nb"), std::string("\xff"), std::string(256, 'x')}) {
    EXPECT_EQ(code_of([&] { store.references().find({"data", bad}); }), Code::usage) << bad;
  }
  EXPECT_EQ(code_of([&] { store.references().find({"../data", "x"}); }), Code::internal);
}

TEST_F(StoreTest, ATornLastLineIsIgnoredAndCut) {
  Store store = create();
  const stdfs::path file = root / "refs/sources/churn";
  store.references().move(churn, digest_of(1), std::nullopt, {}, "", std::string(9000, 'x'));
  const std::string whole = read(file);
  store.references().move(churn, digest_of(2), digest_of(1), {}, "", std::string(9000, 'y'));
  const std::string both = read(file);
  for (const std::size_t cut : {whole.size() + 1, whole.size() + 100, whole.size() + 5000, both.size() - 1}) {
    stdfs::resize_file(file, cut);
    EXPECT_EQ(store.references().find(churn)->digest, digest_of(1)) << cut;
    EXPECT_EQ(store.references().history(churn).size(), 1u);
    EXPECT_EQ(store.references().move(churn, digest_of(2), digest_of(1), {}, "", std::string(9000, 'y')).seq,
              2);
    EXPECT_EQ(read(file), both);
  }
  // Zeros in the last line with its newline in place are what a power cut can leave, too.
  write(file, both.substr(0, both.size() - 50) + std::string(1, '\0') + both.substr(both.size() - 49));
  EXPECT_EQ(store.references().find(churn)->digest, digest_of(1));
  // Other damage is corruption, in the last line as anywhere else: what was acknowledged is not forgotten
  // silently.
  write(file, both.substr(0, both.size() - 50) + "#" + both.substr(both.size() - 49));
  EXPECT_EQ(code_of([&] { store.references().find(churn); }), Code::corrupt);
  write(file, both.substr(0, 50) + "#" + both.substr(51));
  EXPECT_EQ(code_of([&] { store.references().history(churn); }), Code::corrupt);
  // A first line that was torn is no value at all.
  write(file, whole.substr(0, 300));
  EXPECT_EQ(store.references().find(churn), std::nullopt);
  EXPECT_TRUE(store.references().list().empty());
  EXPECT_EQ(store.references().move(churn, digest_of(3), std::nullopt, {}, "", "").seq, 1);
}

TEST_F(StoreTest, AMoveThatFailedDidNotHappen) {
  Store store = create();
  store.references().move(churn, digest_of(1), std::nullopt, {}, "", "");
  const std::string before = read(root / "refs/sources/churn");
  int n = 1;
  for (bool struck = true; struck; ++n) {
    bool failed = false;
    {
      const Arm arm(Strike::once, n, ENOSPC);
      try {
        store.references().move(churn, digest_of(2), digest_of(1), {}, "", "");
      } catch (const Error& e) {
        EXPECT_EQ(e.code(), Code::busy);
        failed = true;
      }
      struck = arm.struck();
    }
    EXPECT_EQ(failed, struck) << n;
    EXPECT_EQ(read(root / "refs/sources/churn") == before, failed) << n;
  }
  EXPECT_EQ(n, 7) << "open, write, sync, the folders' syncs, and none";
}

TEST_F(StoreTest, PublishingCostsSixSyncs) {
  Store store = create();
  const auto first = store.publish(publication(1, std::nullopt));
  test::plan.logging = true;
  const Arm arm;
  store.publish(publication(2, first.digest));
  test::plan.logging = false;
  Names syncs;
  for (const std::string& call : test::plan.log) {
    const stdfs::path path = call.substr(call.find(' ') + 1);
    if (call.starts_with("fsync") && path.filename() != "sha256")
      syncs.push_back(path.parent_path().filename());
  }
  // The bytes, their name, the line of the reference and its folders, the catalogue's log.
  ASSERT_EQ(syncs.size(), 6u);
  EXPECT_EQ(syncs[1], "sha256");
  EXPECT_EQ(syncs[2], "sources");
  EXPECT_EQ(syncs[3], "refs");
  EXPECT_EQ(syncs[4], ".mlops");
  EXPECT_EQ(syncs[5], ".mlops");
}

TEST_F(StoreTest, TwoProcessesMoveOneReferenceAndNoMoveIsLost) {
  create();
  constexpr int moves = 25;
  std::vector<pid_t> children;
  for (int process = 1; process <= 2; ++process) {
    children.push_back(::fork());
    if (children.back() != 0) continue;
    Store store = open();
    int conflicts = 0;
    for (int done = 0; done < moves;) {
      const auto before = now(store);
      if (done == 0) std::this_thread::yield();
      try {
        store.references().move(churn, digest_of(process * 100 + done), before, {}, "", "");
        ++done;
      } catch (const Error& e) {
        if (e.code() != Code::conflict) ::_exit(1);
        ++conflicts;
      }
    }
    ::_exit(0);
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  const auto history = open().references().history(churn);
  ASSERT_EQ(history.size(), 2u * moves);
  std::vector<int> next = {0, 100, 200};
  std::optional<Digest> previous;
  for (std::size_t i = 0; i < history.size(); ++i) {
    EXPECT_EQ(history[i].seq, static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ(history[i].previous, previous);
    previous = history[i].digest;
    const bool first = history[i].digest == digest_of(next[1]);
    EXPECT_TRUE(first || history[i].digest == digest_of(next[2]));
    ++next[first ? 1 : 2];
  }
}

// ------------------------------------------------------------------------------------- store, catalogue

TEST_F(StoreTest, OpensWhatItMadeAndNothingElse) {
  EXPECT_EQ(code_of([&] { open(); }), Code::not_found);
  create();
  EXPECT_EQ(read(root / "format"), "{\"format\":1}\n");
  EXPECT_EQ(read(root / ".gitignore"), "*\n");
  EXPECT_FALSE(stdfs::exists(root / "catalogue.db")) << "opened on first use";
  EXPECT_NO_THROW(open());
  write(root / "format", "{\"format\":3}\n");
  for (const auto mode : {Store::Mode::open, Store::Mode::create}) {
    const Error error = error_of([&] { Store(root, mode); });
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_NE(error.message().find("has format 3, this program knows format 2"), std::string::npos);
  }
  write(root / "format", "?");
  EXPECT_EQ(code_of([&] { open(); }), Code::corrupt);
}

TEST_F(StoreTest, PublishesRecordsInOrder) {
  Store store = create();
  const auto first = store.publish(publication(1, std::nullopt));
  const auto second = store.publish(publication(2, first.digest));
  const auto other = store.publish(publication(3, std::nullopt, {"data", "x/y"}));
  EXPECT_EQ(first.version, 1);
  EXPECT_EQ(second.version, 2);
  EXPECT_EQ(*store.record(second.digest).find("number"), json::Value(2));
  const auto events = store.catalogue().events();
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(
      events[1],
      (Event{2, {1'700'000'000'000'002}, "dataset-version", "sources/churn", 2, second.digest, "2 rows"}));
  EXPECT_EQ(store.catalogue().events("sources/churn", 1), std::vector{events[1]});
  EXPECT_EQ(store.catalogue().latest("dataset-version"), (std::vector{events[0], events[1]}));
  EXPECT_TRUE(store.catalogue().latest("run").empty());
  EXPECT_EQ(store.catalogue().records_with_prefix(other.digest.hex().substr(0, 12)),
            std::vector{other.digest});
  EXPECT_EQ(store.catalogue().records_with_prefix("").size(), 3u);
  EXPECT_TRUE(store.catalogue().records_with_prefix("%").empty());
  EXPECT_TRUE(faults().empty());
}

TEST_F(StoreTest, PublishingAgainIsDoneOnceAndAnotherMoveIsAConflict) {
  Store store = create();
  const auto first = store.publish(publication(1, std::nullopt));
  const auto again = store.publish(publication(1, std::nullopt));
  EXPECT_EQ(again.version, first.version);
  EXPECT_TRUE(first.moved);
  EXPECT_FALSE(again.moved);
  EXPECT_EQ(store.references().history(churn).size(), 1u);
  EXPECT_EQ(store.catalogue().events().size(), 1u);
  EXPECT_EQ(code_of([&] { store.publish(publication(2, std::nullopt)); }), Code::conflict);
  EXPECT_EQ(
      code_of([&] { store.publish({.name = churn, .expected = first.digest, .record = {}, .time = {}}); }),
      Code::internal);
  EXPECT_EQ(store.catalogue().events().size(), 1u);
}

TEST_F(StoreTest, RecordsAreJsonWithAKind) {
  Store store = create();
  for (const char* bytes :
       {"x", "[1]", "{}", R"({"kind":"run"})", R"({"kind":"/1"})", R"({"kind":"run/x"})"}) {
    EXPECT_EQ(code_of([&] { store.record(store.objects().put(bytes)); }), Code::corrupt) << bytes;
  }
  EXPECT_EQ(code_of([&] { store.record(Digest()); }), Code::corrupt);
}

TEST_F(StoreTest, TheCatalogueCatchesUpWithWhatItDidNotSee) {
  Digest first;
  std::vector<Event> events;
  {
    Store store = create();
    first = store.publish(publication(1, std::nullopt)).digest;
    // Killed between the reference and the catalogue: object and reference are there, the event is not.
    const Digest second = store.objects().put(json::canonical(publication(2, first).record));
    store.references().move(churn, second, first, {1'700'000'000'000'002}, "ana", "ingest", "2 rows");
    EXPECT_EQ(store.catalogue().events().size(), 1u);
  }
  EXPECT_EQ(open().catalogue().events().size(), 2u);
  EXPECT_EQ(open().catalogue().events()[0].summary, "2 rows");
  // Gone, it is made again; the references know all of it.
  events = open().catalogue().events();
  stdfs::remove(root / "catalogue.db");
  EXPECT_EQ(open().catalogue().events(), events);
  // A reference put back from a backup takes back what came later.
  const std::string lines = read(root / "refs/sources/churn");
  write(root / "refs/sources/churn", lines.substr(0, lines.find('\n') + 1));
  EXPECT_EQ(open().catalogue().events(), std::vector{events[1]});
  // A reference that went takes its events along.
  stdfs::remove(root / "refs/sources/churn");
  EXPECT_TRUE(open().catalogue().events().empty());
}

TEST_F(StoreTest, ADamagedCatalogueIsRebuiltByReindexAndByFsck) {
  {
    Store store = create();
    const auto first = store.publish(publication(1, std::nullopt));
    store.publish(publication(2, first.digest));
  }
  const auto events = open().catalogue().events();
  const std::string good = read(root / "catalogue.db");
  NoProgress progress;
  for (const std::string& bad :
       {std::string(5000, 'x'), good.substr(0, 4096) + std::string(good.size() - 4096, 'x')}) {
    write(root / "catalogue.db", bad);
    const Error error = error_of([&] { open().catalogue().events(); });
    EXPECT_EQ(error.code(), Code::corrupt);
    EXPECT_NE(error.hint().find("mlops store reindex"), std::string::npos);
    EXPECT_EQ(open().reindex(progress), 2u);
    EXPECT_EQ(open().catalogue().events(), events);
    EXPECT_TRUE(faults().empty());

    write(root / "catalogue.db", bad);
    Store store = open();
    const auto found = store.fsck(progress);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_TRUE(found[0].repaired) << found[0].what;
    EXPECT_EQ(open().catalogue().events(), events);
  }
}

TEST_F(StoreTest, FsckFindsWhatIsWrong) {
  Store store = create();
  const Digest raw = store.objects().put("raw bytes");
  const Digest table = store.objects().put("PAR1 and so on PAR1");
  const Digest tree = put_tree(store.objects(), {{{"a", 0644, 9, raw}}});
  auto what = publication(1, std::nullopt);
  what.record.set("raw", json::Object{{"tree", tree.text()}});
  what.record.set("parts", json::Array{json::Object{{"digest", table.text()}}});
  const Digest record = store.publish(what).digest;
  EXPECT_TRUE(faults().empty());

  // Missing: named by a tree that a record names.
  stdfs::rename(path_of(raw), dir / "kept");
  EXPECT_EQ(faults(),
            Names{fmt::format("object {} is missing: the tree {} names it", raw.text(), tree.text())});
  stdfs::rename(dir / "kept", path_of(raw));

  damage(table);
  const Names damaged = faults();
  ASSERT_EQ(damaged.size(), 1u);
  EXPECT_TRUE(damaged[0].starts_with("object " + table.text() + " is damaged: its content is sha256:"));
  store.objects().put("PAR1 and so on PAR1");
  EXPECT_TRUE(faults().empty());

  write(path_of(raw).parent_path() / "stranger", "");
  EXPECT_NE(faults().at(0).find("stranger' is no object"), std::string::npos);
  stdfs::remove(path_of(raw).parent_path() / "stranger");

  std::ofstream(root / "refs/sources/churn", std::ios::app) << "{\"half";
  EXPECT_EQ(faults(), Names{"the reference sources/churn ends in 6 bytes of a line that was not finished"});
  EXPECT_NO_THROW(store.references().move(churn, raw, record, {}, "", ""));
  EXPECT_EQ(faults(), Names{fmt::format("the reference sources/churn v2 points at {}, which is no record",
                                        raw.text())});
}

TEST_F(StoreTest, FsckSaysTheWayBackOfARecordByTheReferenceThatNamesIt) {
  Store store = create();
  NoProgress progress;
  for (const auto& [kind, way] : {std::pair{"checks", "without it the data are judged again"},
                                  std::pair{"models", "register the same model again"},
                                  std::pair{"runs", "what a run was cannot be made again"},
                                  std::pair{"sources", "what a version was cannot be told again"}}) {
    const Digest record = store.publish(publication(1, std::nullopt, {kind, "churn"})).digest;
    const std::string whole = read(path_of(record));
    damage(record);
    const auto found = open().fsck(progress);
    ASSERT_FALSE(found.empty()) << kind;
    EXPECT_TRUE(found[0].what.starts_with("object " + record.text() + " is damaged")) << found[0].what;
    EXPECT_NE(found[0].fix.find(way), std::string::npos) << kind << ": " << found[0].fix;
    stdfs::remove(path_of(record));
    write(path_of(record), whole);
  }
}

TEST_F(StoreTest, FsckForgetsTheNoteOfADamagedLargeObject) {
  const std::string bytes = bytes_of(2 << 20);
  Digest digest;
  {
    Store store = create();
    digest = store.objects().put(bytes);
    auto what = publication(1, std::nullopt);
    what.record.set("table", digest.text());
    store.publish(what);
  }
  damage(digest, 77);
  // As if the disk had changed the bytes by itself, which no time tells: the note fits what is there.
  struct stat status = {};
  ASSERT_EQ(::stat(path_of(digest).c_str(), &status), 0);
  const auto ns = [](const timespec& t) { return t.tv_sec * 1'000'000'000 + t.tv_nsec; };
  write(root / "verified" / digest.hex(),
        fmt::format("{} {} {} {} {}\n", status.st_dev, status.st_ino, status.st_size, ns(status.st_mtim),
                    ns(status.st_ctim)));
  EXPECT_NO_THROW(open().objects().file(digest)) << "this is what believing the note means";
  EXPECT_EQ(faults().size(), 1u);
  EXPECT_EQ(code_of([&] { open().objects().file(digest); }), Code::corrupt);
  open().objects().put(bytes);
  EXPECT_TRUE(faults().empty());
}

TEST_F(StoreTest, FsckFindsACatalogueThatSaysOtherwise) {
  {
    Store store = create();
    store.publish(publication(1, std::nullopt));
    store.catalogue().add({.id = 0,
                           .time = {7},
                           .kind = "run",
                           .name = "runs/none",
                           .version = 1,
                           .record = {},
                           .summary = ""});
  }
  const Names found = faults();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].starts_with("the catalogue has what no reference says: runs/none v1")) << found[0];
  EXPECT_TRUE(faults().empty());
  EXPECT_EQ(open().catalogue().events().size(), 1u);
}

TEST_F(StoreTest, UsageCountsBytesAsStoredAndAsNamed) {
  Store store = create();
  const Digest raw = store.objects().put(std::string(1000, 'r'));
  const Digest table = store.objects().put("PAR1" + std::string(496, 't'));
  const Digest tree = put_tree(store.objects(), {{{"a", 0644, 1000, raw}, {"b", 0644, 1000, raw}}});
  store.objects().put("nobody names this");
  std::optional<Digest> before;
  for (int version = 1; version <= 2; ++version) {
    auto what = publication(version, before);
    what.record.set("raw", tree.text());
    what.record.set("table", table.text());
    before = store.publish(what).digest;
  }
  const stdfs::path scratch = store.objects().temporary_path();
  write(scratch, "12345");
  const auto usage = store.usage();
  const auto find = [&](std::string_view kind) {
    return *std::find_if(usage.begin(), usage.end(), [&](const Usage& each) { return each.kind == kind; });
  };
  EXPECT_EQ(find("records").count, 2u);
  EXPECT_EQ(find("raw").count, 1u);
  EXPECT_EQ(find("raw").bytes, 1000u);
  EXPECT_EQ(find("raw").logical_bytes, 4000u);
  EXPECT_EQ(find("tables").bytes, 500u);
  EXPECT_EQ(find("tables").logical_bytes, 1000u);
  EXPECT_EQ(find("trees").count, 1u);
  EXPECT_EQ(find("unreferenced").bytes, 17u);
  EXPECT_EQ(find("references").count, 1u);
  EXPECT_GE(find("catalogue").bytes, 4096u);
  EXPECT_EQ(find("temporary").bytes, 5u);
}

TEST_F(StoreTest, AStoreThatCannotBeWrittenOpensForReading) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root to mount a file system read-only";
  {
    Store store = create();
    const auto first = store.publish(publication(1, std::nullopt));
    store.publish(publication(2, first.digest));
  }
  const auto events = open().catalogue().events();
  const auto read_only = [&](const std::function<void(Store&)>& call) {
    ASSERT_EQ(::mount(root.c_str(), root.c_str(), nullptr, MS_BIND, nullptr), 0);
    ASSERT_EQ(::mount(nullptr, root.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr), 0);
    {
      Store store = open();
      call(store);
    }
    ASSERT_EQ(::umount(root.c_str()), 0);
  };
  read_only([&](Store& store) {
    EXPECT_EQ(store.catalogue().events(), events);
    EXPECT_NO_THROW(store.record(events[0].record));
    EXPECT_NO_THROW(store.objects().file(events[0].record));
    EXPECT_EQ(code_of([&] { store.publish(publication(3, events[0].record)); }), Code::failed);
  });
  // Behind, damaged or missing: the index is made in memory.
  for (const char* content : {"", "damaged"}) {
    write(root / "catalogue.db", content);
    read_only([&](Store& store) { EXPECT_EQ(store.catalogue().events(), events) << content; });
  }
}

TEST_F(StoreTest, OnANetworkFileSystemTheCatalogueIsMadeInMemory) {
  test::plan.filesystem = 0x6969;
  test::plan.nfs_locks = true;
  Digest first;
  {
    Store here = create();
    Store there(root, Store::Mode::open);
    first = here.publish(publication(1, std::nullopt)).digest;
    EXPECT_EQ(there.publish(publication(2, first)).version, 2);
    // Who lost is told, whatever its own index says.
    EXPECT_EQ(code_of([&] { here.publish(publication(3, first)); }), Code::conflict);
  }
  Store store(root, Store::Mode::open);
  EXPECT_EQ(store.catalogue().events().size(), 2u);
  NoProgress progress;
  EXPECT_TRUE(store.fsck(progress).empty());
  EXPECT_EQ(store.reindex(progress), 2u);
  EXPECT_FALSE(stdfs::exists(root / "catalogue.db"));
  test::plan.filesystem = 0;
  test::plan.nfs_locks = false;
  EXPECT_EQ(test::plan.refused_locks, 0);
  // Back on a local disk: the file is made from the references.
  Store back(root, Store::Mode::open);
  EXPECT_EQ(back.catalogue().events().size(), 2u);
  EXPECT_TRUE(stdfs::exists(root / "catalogue.db"));
}

TEST_F(StoreTest, WhereLocksHoldOnOneMachineOnlyNothingIsWritten) {
  Store store = create();
  test::plan.filesystem = 0xFE534D42;
  const Error error = error_of([&] { store.catalogue(); });
  EXPECT_EQ(error.code(), Code::failed);
  EXPECT_NE(error.message().find("network file system (smb2) whose locks"), std::string::npos);
  EXPECT_EQ(code_of([&] { store.publish(publication(1, std::nullopt)); }), Code::failed);
  EXPECT_TRUE(store.references().list().empty());
  test::plan.filesystem = 0;
}

// -------------------------------------------------------------------------------------- faults and kills

/// Publishes version 2 with fault number n; what must hold afterwards whatever n was.
class Faults : public StoreTest {
 protected:
  Faults() {
    Store store = create();
    first = store.publish(publication(1, std::nullopt)).digest;
  }

  /// Intact, and a retry in a new process works: with exactly two versions in the end.
  void expect_intact(int n) {
    EXPECT_TRUE(faults().empty()) << n << ": " << faults().at(0);
    Store store = open();
    const auto at = now(store);
    ASSERT_TRUE(at) << n;
    EXPECT_TRUE(*at == first || store.references().find(churn)->seq == 2) << n;
    const auto published = store.publish(publication(2, first));
    EXPECT_EQ(published.version, 2) << n;
    EXPECT_EQ(store.catalogue().events().size(), 2u) << n;
    EXPECT_EQ(store.catalogue().events()[0].record, published.digest) << n;
  }

  void start_again() {
    stdfs::remove_all(root);
    first = create().publish(publication(1, std::nullopt)).digest;
  }

  Digest first;
};

TEST_F(Faults, PublishSurvivesAFaultOfEveryCall) {
  int n = 1;
  int failed = 0;
  for (bool struck = true; struck; ++n) {
    for (const auto kind : {Strike::once, Strike::since}) {
      {
        Store store = open();
        const Arm arm(kind, n, kind == Strike::once ? EIO : ENOSPC);
        try {
          store.publish(publication(2, first));
          EXPECT_EQ(store.references().find(churn)->seq, 2) << "acknowledged at " << n;
        } catch (const Error& e) {
          ++failed;
          EXPECT_TRUE(e.code() == Code::failed || e.code() == Code::busy) << n << ": " << e.message();
        }
        struck = arm.struck();
      }
      expect_intact(n);
      start_again();
    }
  }
  EXPECT_GE(n, 15);
  EXPECT_GE(failed, 15);
}

TEST_F(Faults, PublishSurvivesDeathAtEveryCall) {
  for (const auto kind : {Strike::die, Strike::tear}) {
    bool died = true;
    int n = 1;
    for (; died; ++n) {
      died = in_child([&] {
               Store store = open();
               const Arm arm(kind, n);
               store.publish(publication(2, first));
             }) != 0;
      if (kind == Strike::tear) {
        // Half a line may stand there, and that is all that may be wrong.
        for (const std::string& fault : faults()) {
          EXPECT_NE(fault.find("a line that was not finished"), std::string::npos) << n << ": " << fault;
        }
        Store store = open();
        if (now(store) == first) store.publish(publication(2, first));
      }
      expect_intact(n);
      start_again();
    }
    EXPECT_GE(n, 15);
  }
}

TEST_F(Faults, MakingAStoreAndOpeningItsCatalogueSurviveDeathAtEveryCall) {
  bool died = true;
  int n = 1;
  for (; died; ++n) {
    stdfs::remove_all(root);
    died = in_child([&] {
             const Arm arm(Strike::die, n);
             create().catalogue();
           }) != 0;
    Store store = create();
    EXPECT_EQ(store.publish(publication(1, std::nullopt)).version, 1) << n;
    EXPECT_TRUE(faults().empty()) << n;
  }
  EXPECT_GE(n, 15);
}

TEST_F(Faults, WhatWasAcknowledgedSurvivesKills) {
  std::mt19937 random(7);
  std::vector<std::pair<std::int64_t, Digest>> acknowledged;
  for (int kill = 0; kill < 25; ++kill) {
    int answers[2];
    ASSERT_EQ(::pipe(answers), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      Store store = open();
      for (;;) {
        const auto entry = store.references().find(churn);
        const auto done = store.publish(publication(entry->seq + 1, entry->digest));
        char line[80];
        const std::string text = fmt::format("{:06} {}\n", done.version, done.digest.hex());
        std::copy(text.begin(), text.end(), line);
        ::syscall(SYS_write, answers[1], line, text.size());
      }
    }
    ::close(answers[1]);
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 80));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    char line[72];
    while (::read(answers[0], line, sizeof line) == sizeof line) {
      acknowledged.emplace_back(std::stoll(std::string(line, 6)), *Digest::parse(std::string(line + 7, 64)));
    }
    ::close(answers[0]);
    Store store = open();
    const auto history = store.references().history(churn);
    ASSERT_EQ(store.catalogue().events().size(), history.size());
    for (const auto& [version, digest] : acknowledged) {
      ASSERT_GE(history.size(), static_cast<std::size_t>(version));
      ASSERT_EQ(history[static_cast<std::size_t>(version) - 1].digest, digest);
      ASSERT_NO_THROW(store.record(digest));
    }
  }
  EXPECT_TRUE(faults().empty());
  EXPECT_GE(acknowledged.size(), 25u);
  std::size_t scratch = 0;
  for (const auto& entry : stdfs::directory_iterator((open(), root / "tmp")))
    scratch += entry.exists() ? 1 : 0;
  EXPECT_EQ(scratch, 0u) << "what killed processes left is swept";
}

TEST_F(Faults, AFullDiskIsBusyAndLosesNothing) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root to mount a small file system";
  const stdfs::path small = dir / "small";
  stdfs::create_directories(small);
  ASSERT_EQ(::mount("none", small.c_str(), "tmpfs", 0, "size=1m"), 0);
  {
    Store store(small / ".mlops", Store::Mode::create);
    std::optional<Digest> before;
    std::int64_t versions = 0;
    bool full = false;
    for (int i = 0; i < 1000 && !full; ++i) {
      try {
        auto what = publication(i, before);
        what.record.set("data", std::string(20'000, static_cast<char>('a' + i % 26)));
        before = store.publish(what).digest;
        ++versions;
      } catch (const Error& e) {
        EXPECT_EQ(e.code(), Code::busy) << e.message();
        full = true;
      }
    }
    EXPECT_TRUE(full);
    EXPECT_GE(versions, 5);
    EXPECT_EQ(store.references().find(churn)->seq, versions);
    write(dir / "big", bytes_of(2 << 20));
    const Error error = error_of([&] { store.objects().put_file(dir / "big"); });
    EXPECT_EQ(error.code(), Code::busy);
    EXPECT_TRUE(error.message().starts_with("no room in the store: 2.1 MB are needed")) << error.message();
    for (const auto& entry : store.references().history(churn)) EXPECT_NO_THROW(store.record(entry.digest));
    // With room again, all goes on.
    ASSERT_EQ(::mount(nullptr, small.c_str(), nullptr, MS_REMOUNT, "size=8m"), 0);
    NoProgress progress;
    EXPECT_TRUE(Store(small / ".mlops", Store::Mode::open).fsck(progress).empty());
    EXPECT_EQ(store.publish(publication(5000, before)).version, versions + 1);
  }
  ASSERT_EQ(::umount(small.c_str()), 0);
}

}  // namespace
}  // namespace mlops::store
