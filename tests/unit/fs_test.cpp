#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/copy.hpp>
#include <mlops/fs/folder.hpp>
#include <mlops/fs/lock.hpp>
#include <mlops/fs/temporary.hpp>
#include <mlops/fs/volume.hpp>
#include <mlops/fs/walk.hpp>

#include <sys/sysmacros.h>
#include <sys/wait.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include "faults.hpp"

namespace mlops::fs {
namespace {

namespace stdfs = std::filesystem;
using test::Arm;
using test::Fault;

class Fs : public testing::Test {
 protected:
  Fs() { stdfs::create_directories(dir); }
  ~Fs() override { stdfs::remove_all(dir); }

  /// In memory where that is possible: syncs then cost nothing.
  const stdfs::path dir = (stdfs::is_directory("/dev/shm") ? "/dev/shm" : stdfs::temp_directory_path()) /
                          stdfs::path(fmt::format("mlops-fs-test-{}", ::getpid()));
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

/// Runs `call` in a child process; how the child ended, as waitpid() tells.
int in_child(const std::function<void()>& call) {
  const pid_t child = ::fork();
  if (child == 0) {
    call();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

TEST_F(Fs, ReadsWhatItWrote) {
  for (const std::size_t size : {0u, 1u, 4095u, 4096u, 4097u, 1u << 20}) {
    const std::string bytes(size, 'x');
    write_atomic(dir / "a", bytes);
    EXPECT_EQ(read_file(dir / "a"), bytes) << size;
  }
  EXPECT_FALSE(read_file("/proc/self/status").empty());
  EXPECT_EQ(find_file(dir / "b"), std::nullopt);
  EXPECT_EQ(code_of([&] { read_file(dir / "b"); }), Code::not_found);
}

TEST_F(Fs, AFaultNamesThePath) {
  try {
    read_file(dir / "absent");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.message(),
              fmt::format("cannot read '{}': no such file or directory", (dir / "absent").native()));
  }
}

TEST_F(Fs, AtomicWriteKeepsPermissionsAndFollowsLinks) {
  write_atomic(dir / "a", "one", 0600);
  stdfs::create_symlink("a", dir / "link");
  write_atomic(dir / "link", "two");
  EXPECT_TRUE(stdfs::is_symlink(dir / "link"));
  EXPECT_EQ(read_file(dir / "a"), "two");
  EXPECT_EQ(stdfs::status(dir / "a").permissions(), stdfs::perms(0600));
  EXPECT_EQ(names_in(dir), (std::vector<std::string>{"a", "link"}));
}

TEST_F(Fs, AtomicWriteFailsWithTheOldContentAtEveryCall) {
  write_atomic(dir / "a", "old");
  int n = 1;
  for (bool struck = true; struck; ++n) {
    const Arm arm(Fault::once, n, ENOSPC);
    try {
      write_atomic(dir / "a", "new");
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), Code::busy) << n;
    }
    struck = arm.struck();
    const std::string now = read_file(dir / "a");
    EXPECT_TRUE(now == "old" || now == "new") << n;
    EXPECT_EQ(names_in(dir), std::vector<std::string>{"a"}) << n;
  }
  EXPECT_EQ(read_file(dir / "a"), "new");
  EXPECT_GE(n, 6);
}

TEST_F(Fs, AKilledAtomicWriteLeavesTheOldContentAndNothingForLong) {
  write_atomic(dir / "a", "old");
  bool died = true;
  for (int n = 1; died; ++n) {
    died = in_child([&] {
             const Arm arm(Fault::tear, n);
             write_atomic(dir / "a", "new content");
           }) != 0;
    const std::string now = read_file(dir / "a");
    EXPECT_TRUE(now == "old" || now == "new content") << n << ": " << now;
    write_atomic(dir / "a", "old");
    EXPECT_EQ(names_in(dir), std::vector<std::string>{"a"}) << n;
  }
}

TEST_F(Fs, AtomicWriteSyncsTheFileBeforeItsNameAndTheFolderAfter) {
  test::plan.logging = true;
  const Arm arm;
  write_atomic(dir / "a", "x");
  test::plan.logging = false;
  const std::string fresh = (dir / ".a.new").native();
  EXPECT_EQ(test::plan.log,
            (std::vector<std::string>{"open " + fresh, "write " + fresh, "fsync " + fresh,
                                      "rename " + (dir / "a").native(), "fsync " + dir.native()}));
}

TEST_F(Fs, WritersOfOneFileTakeTurns) {
  std::vector<std::thread> writers;
  for (char c = 'a'; c < 'e'; ++c) {
    writers.emplace_back([&, c] {
      for (int i = 0; i < 20; ++i) write_atomic(dir / "shared", std::string(10000, c));
    });
  }
  for (auto& writer : writers) writer.join();
  const std::string now = read_file(dir / "shared");
  EXPECT_EQ(now, std::string(10000, now[0]));
  EXPECT_EQ(names_in(dir), std::vector<std::string>{"shared"});
}

TEST_F(Fs, MakesFoldersAboveAndRefusesAFileInTheWay) {
  make_folders(dir / "a/b/c");
  make_folders(dir / "a/b/c");
  EXPECT_TRUE(stdfs::is_directory(dir / "a/b/c"));
  write_atomic(dir / "plain", "");
  EXPECT_EQ(code_of([&] { make_folders(dir / "plain"); }), Code::failed);
  EXPECT_EQ(code_of([&] { make_folders(dir / "plain/x"); }), Code::failed);
}

TEST_F(Fs, ALockExcludesAnotherProcessUntilItsOwnerDies) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const Lock held(dir / "lock", 0);
    (void)!::write(ready[1], "x", 1);
    for (;;) ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_EQ(code_of([&] { Lock(dir / "lock", 30); }), Code::busy);
  Cancel cancel;
  cancel.set();
  EXPECT_EQ(code_of([&] { Lock(dir / "lock", 10000, &cancel); }), Code::interrupted);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_NO_THROW(Lock(dir / "lock", 1000));
}

TEST_F(Fs, SharedLocksStandTogetherAndExcludeAWriter) {
  const Lock first(dir / "lock", 0, nullptr, Sharing::shared);
  const Lock second(dir / "lock", 0, nullptr, Sharing::shared);
  EXPECT_EQ(code_of([&] { Lock(dir / "lock", 0); }), Code::busy);
}

TEST_F(Fs, ATemporaryFolderGoesWithItsOwner) {
  stdfs::path path;
  {
    const TemporaryFolder folder(dir / "tmp");
    path = folder.path();
    write_atomic(path / "x", "x");
    EXPECT_EQ(sweep(dir / "tmp"), 0u);
    EXPECT_TRUE(stdfs::exists(path / "x"));
  }
  EXPECT_FALSE(stdfs::exists(path));
}

TEST_F(Fs, SweepRemovesWhatAKilledProcessLeft) {
  in_child([&] {
    const TemporaryFolder folder(dir / "tmp");
    write_atomic(folder.path() / "x", "x");
    ::kill(::getpid(), SIGKILL);
  });
  EXPECT_EQ(names_in(dir / "tmp").size(), 2u);  // the folder and the lock file beside it
  const TemporaryFolder alive(dir / "tmp");
  EXPECT_EQ(sweep(dir / "tmp"), 1u);
  const std::string name = alive.path().filename();
  EXPECT_EQ(names_in(dir / "tmp"), (std::vector<std::string>{name, name + ".lock"}));
  EXPECT_EQ(sweep(dir / "absent"), 0u);
  EXPECT_TRUE(names_in(dir / "absent").empty());
}

TEST_F(Fs, AFolderIsClaimedByOneOnly) {
  const auto name = [] { return std::string("x"); };
  {
    Claim mine = make_claimed(dir / "in", name);
    EXPECT_EQ(mine.folder(), dir / "in/x");
    EXPECT_FALSE(claim(dir / "in/x"));
    in_child([&] { EXPECT_FALSE(claim(dir / "in/x")); });
  }
  auto next = claim(dir / "in/x");
  ASSERT_TRUE(next);
  EXPECT_FALSE(claim(dir / "in/x"));
  next->leave();
  EXPECT_EQ(names_in(dir / "in"), std::vector<std::string>{"x"});
  auto last = claim(dir / "in/x");  // without a lock file it has no owner
  ASSERT_TRUE(last);
  last->remove();
  EXPECT_TRUE(names_in(dir / "in").empty());
  EXPECT_FALSE(claim(dir / "in/x"));
  EXPECT_TRUE(names_in(dir / "in").empty());
}

TEST_F(Fs, ALockFileWithoutItsFolderIsSweptAway) {
  make_folders(dir / "tmp");
  write_atomic(dir / "tmp/dead.lock", "");
  EXPECT_FALSE(claim(dir / "tmp/dead"));
  write_atomic(dir / "tmp/gone.lock", "");
  sweep(dir / "tmp");
  EXPECT_TRUE(names_in(dir / "tmp").empty());
}

/// flock() as nfs(5) has it: a lock of a folder is not told to other machines, a lock for oneself wants a
/// file that is open for writing.
TEST_F(Fs, ClaimsAndAtomicWritesLockAsNfsWantsIt) {
  test::plan.nfs_locks = true;
  {
    Claim mine = make_claimed(dir / "in", [] { return std::string("x"); });
    EXPECT_FALSE(claim(dir / "in/x"));
    EXPECT_EQ(sweep(dir / "in"), 0u);
    mine.remove();
  }
  write_atomic(dir / ".file.new", "left by a killed one");
  write_atomic(dir / "file", "new");
  EXPECT_EQ(read_file(dir / "file"), "new");
  EXPECT_FALSE(stdfs::exists(dir / ".file.new"));
  const Lock lock(dir / "lock", 0);
  test::plan.nfs_locks = false;
  EXPECT_EQ(test::plan.refused_locks, 0);
}

TEST_F(Fs, FoldersMadeWhileOthersSweepAreNotLost) {
  std::atomic<bool> stop = false;
  std::vector<std::thread> sweepers;
  for (int i = 0; i < 3; ++i) {
    sweepers.emplace_back([&] {
      while (!stop) sweep(dir / "tmp");
    });
  }
  for (int i = 0; i < 2000; ++i) {
    const TemporaryFolder folder(dir / "tmp");
    ASSERT_TRUE(stdfs::is_directory(folder.path()));
  }
  stop = true;
  for (auto& sweeper : sweepers) sweeper.join();
}

TEST_F(Fs, WalkIsSortedAndStaysInside) {
  make_folders(dir / "in/b/deep");
  write_atomic(dir / "outside", "secret");
  write_atomic(dir / "in/b.txt", "22");
  write_atomic(dir / "in/b/deep/z", "1");
  write_atomic(dir / "in/a", "", 0755);
  stdfs::create_symlink("b.txt", dir / "in/good");
  stdfs::create_symlink("../outside", dir / "in/out");
  stdfs::create_symlink("..", dir / "in/up");
  stdfs::create_symlink("nowhere", dir / "in/dangling");
  const Walked walked = walk(dir / "in");
  EXPECT_EQ(walked.files,
            (std::vector<WalkedFile>{{"a", 0, true}, {"b.txt", 2}, {"b/deep/z", 1}, {"good", 2}}));
  EXPECT_EQ(walked.skipped, (std::vector<std::string>{"dangling", "out", "up"}));
  EXPECT_EQ(code_of([&] { walk(dir / "absent"); }), Code::not_found);
  EXPECT_EQ(code_of([&] { walk(dir / "outside"); }), Code::failed);
}

TEST_F(Fs, AFolderMakesNewFilesOnly) {
  const Folder folder(dir);
  const Look made = folder.make("a", "bytes", 0777);
  const auto seen = find_look(dir / "a");
  ASSERT_TRUE(seen);
  EXPECT_EQ(made.stamp, seen->stamp);
  EXPECT_EQ(made.mode, seen->mode);
  EXPECT_EQ(read_file(dir / "a"), "bytes");
  EXPECT_EQ(code_of([&] { folder.make("a", "others", 0666); }), Code::conflict);
  EXPECT_EQ(read_file(dir / "a"), "bytes");
  // What could not be written in whole does not stay.
  {
    const test::Arm full(test::Fault::once, 1, ENOSPC);
    EXPECT_EQ(code_of([&] { folder.make("b", "bytes", 0666); }), Code::busy);
  }
  EXPECT_FALSE(find_look(dir / "b"));
}

TEST_F(Fs, ANameThatIsTakenStaysTaken) {
  write_atomic(dir / "mine", "mine");
  write_atomic(dir / "theirs", "theirs");
  EXPECT_FALSE(rename_unless_there(dir / "mine", dir / "theirs"));
  EXPECT_EQ(read_file(dir / "theirs"), "theirs");
  EXPECT_TRUE(rename_unless_there(dir / "mine", dir / "free"));
  EXPECT_EQ(read_file(dir / "free"), "mine");
  EXPECT_FALSE(find_look(dir / "mine"));
}

TEST_F(Fs, CopiesHoweverTheFileSystemAllows) {
  std::string bytes(3'000'001, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 >> 3);
  write_atomic(dir / "from", bytes);
  File from(dir / "from");
  File to(dir / "to", File::Mode::create_new);
  copy_content(from, to);
  EXPECT_EQ(read_file(dir / "to"), bytes);
  // Another file system: no reflink, and older kernels refuse to copy between two.
  File memory(stdfs::temp_directory_path() / (dir.filename().native() + "-copy"), File::Mode::create_new);
  File again(dir / "from");
  copy_content(again, memory);
  EXPECT_EQ(read_file(memory.path()), bytes);
  remove_file(memory.path());
  // A file without a size, which the kernel refuses to copy: read and written.
  File proc("/proc/version");
  File version(dir / "version", File::Mode::create_new);
  EXPECT_EQ(copy_content(proc, version), Copied::plain);
  EXPECT_EQ(read_file(dir / "version"), read_file("/proc/version"));
}

TEST_F(Fs, StampsTellWhetherAFileWasWritten) {
  write_atomic(dir / "a", "1");
  const auto before = find_stamp(dir / "a");
  EXPECT_EQ(find_stamp(dir / "a"), before);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  File(dir / "a", File::Mode::append).write("2");
  EXPECT_NE(find_stamp(dir / "a"), before);
  EXPECT_EQ(find_stamp(dir / "a/b"), std::nullopt);
}

TEST_F(Fs, KnowsNetworkFileSystems) {
  EXPECT_FALSE(volume(dir).network);
  EXPECT_GT(volume(dir).free_bytes, 0u);
  EXPECT_EQ(volume("/dev/shm").type, "tmpfs");
  test::plan.filesystem = 0x6969;
  EXPECT_TRUE(volume(dir).network);
  EXPECT_EQ(volume(dir).type, "nfs");
  test::plan.filesystem = 0;
}

TEST_F(Fs, KnowsWhetherTheLocksOfANetworkFileSystemHoldBetweenMachines) {
  const std::uint64_t device = find_stamp(dir)->device;
  const auto shared = [&](long type, const std::string& options) {
    std::ofstream(dir / "mountinfo") << "22 1 0:1 / /other rw - nfs4 h:/ rw,local_lock=all\n"
                                     << fmt::format("36 35 {}:{} / {} rw,noatime - nfs4 host:/e {}\n",
                                                    major(device), minor(device), dir.native(), options);
    test::plan.mounts = (dir / "mountinfo").native();
    test::plan.filesystem = type;
    const bool answer = volume(dir).shared_locks;
    test::plan.filesystem = 0;
    test::plan.mounts.clear();
    return answer;
  };
  constexpr long nfs = 0x6969, lustre = 0x0BD00BD0, smb2 = 0xFE534D42, ceph = 0x00C36400;
  EXPECT_TRUE(shared(nfs, "rw,vers=4.2,local_lock=none,addr=10.0.0.1"));
  EXPECT_TRUE(shared(nfs, "rw,vers=3,local_lock=posix"));
  EXPECT_FALSE(shared(nfs, "rw,vers=3,nolock,local_lock=all"));
  EXPECT_FALSE(shared(nfs, "rw,vers=3,local_lock=flock"));
  EXPECT_FALSE(shared(nfs, "nolock"));
  EXPECT_TRUE(shared(lustre, "rw,flock,lazystatfs"));
  EXPECT_FALSE(shared(lustre, "rw,localflock"));
  EXPECT_FALSE(shared(lustre, "rw"));
  EXPECT_FALSE(shared(smb2, "rw"));
  EXPECT_TRUE(shared(ceph, "rw"));
  EXPECT_TRUE(volume(dir).shared_locks);
}

}  // namespace
}  // namespace mlops::fs
