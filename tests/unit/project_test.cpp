#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/fs/lock.hpp>
#include <mlops/project/project.hpp>

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "error_of.hpp"

namespace mlops::project {
namespace {

using test::error_of;

namespace stdfs = std::filesystem;
using Mode = Project::Mode;

manifest::SourceSpec source(const std::string& name) {
  manifest::SourceSpec out;
  out.name = name;
  out.from = {name + ".csv"};
  return out;
}

/// Runs `work` in another process; its exit code, 99 for an exception.
int in_child(const std::function<int()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    int code = 99;
    try {
      code = work();
    } catch (const Error& e) {
      code = static_cast<int>(e.code());
    } catch (...) {
    }
    _exit(code);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class ProjectTest : public testing::Test {
 protected:
  ProjectTest() {
    std::string name = (stdfs::temp_directory_path() / "project-XXXXXX").string();
    dir_ = stdfs::canonical(mkdtemp(name.data()));
  }
  ~ProjectTest() override {
    stdfs::current_path("/");
    stdfs::remove_all(dir_);
  }

  void write(const std::string& path, const std::string& text) const {
    stdfs::create_directories((dir_ / path).parent_path());
    std::ofstream(dir_ / path) << text;
  }
  std::string read(const std::string& path) const { return fs::read_file(dir_ / path); }
  std::size_t entries(const std::string& path = ".") const {
    return static_cast<std::size_t>(std::distance(stdfs::directory_iterator(dir_ / path), {}));
  }

  stdfs::path dir_;
};

TEST_F(ProjectTest, TheRootIsTheNearestFolderWithAMark) {
  EXPECT_EQ(find_root(dir_), std::nullopt);
  stdfs::create_directories(dir_ / "a/b/c/d");
  write("a/mlops.yaml", "mlops: 1\n");
  EXPECT_EQ(find_root(dir_ / "a"), dir_ / "a");
  EXPECT_EQ(find_root(dir_ / "a/b/c/d"), dir_ / "a");
  stdfs::create_directories(dir_ / "a/b/.mlops");
  EXPECT_EQ(find_root(dir_ / "a/b/c/d"), dir_ / "a/b");
  EXPECT_EQ(find_root(dir_ / "a/b/c/../.."), dir_ / "a");
  EXPECT_EQ(error_of([&] { find_root(dir_ / "absent"); }).code(), Code::not_found);
  EXPECT_EQ(error_of([&] { find_root(dir_ / "a/mlops.yaml"); }).code(), Code::usage);
}

TEST_F(ProjectTest, OtherThingsOfTheseNamesAreNoMarks) {
  write("a/.mlops", "a file");
  write("b/.config/mlops/config.yaml", "threads: 1\n");
  stdfs::create_directories(dir_ / "c/mlops.yaml");
  stdfs::create_directories(dir_ / "d/mlops");
  for (const char* name : {"a", "b", "b/.config/mlops", "c", "d"})
    EXPECT_EQ(find_root(dir_ / name), std::nullopt) << name;
}

TEST_F(ProjectTest, AFolderIsFoundThroughALink) {
  write("real/mlops.yaml", "mlops: 1\n");
  stdfs::create_directories(dir_ / "real/sub");
  stdfs::create_directory_symlink(dir_ / "real/sub", dir_ / "link");
  EXPECT_EQ(find_root(dir_ / "link"), dir_ / "real");
  stdfs::current_path(dir_ / "link");
  EXPECT_EQ(find_root("."), dir_ / "real");
  EXPECT_EQ(find_root(""), dir_ / "real");
  stdfs::create_directory_symlink(dir_ / "elsewhere", dir_ / "store");
  stdfs::create_directories(dir_ / "elsewhere");
  stdfs::create_directories(dir_ / "linked");
  stdfs::create_directory_symlink(dir_ / "elsewhere", dir_ / "linked/.mlops");
  EXPECT_EQ(find_root(dir_ / "linked"), dir_ / "linked");
}

TEST_F(ProjectTest, OpenWantsAProject) {
  const Error seen = error_of([&] { Project(dir_, Mode::open); });
  EXPECT_EQ(seen.code(), Code::not_found);
  EXPECT_EQ(seen.message(), "no project in '" + dir_.string() + "' or above it");
  EXPECT_EQ(error_of([&] { Project(dir_ / "absent", Mode::create); }).code(), Code::not_found);
}

TEST_F(ProjectTest, CreateWritesNothingBeforeItIsNeeded) {
  Project project(dir_, Mode::create);
  EXPECT_EQ(project.root(), dir_);
  EXPECT_FALSE(project.has_store());
  EXPECT_EQ(project.manifest().project, dir_.filename());
  EXPECT_TRUE(project.manifest().sources.empty());
  EXPECT_TRUE(project.lock().entries.empty());
  EXPECT_EQ(entries(), 0u);
  EXPECT_EQ(project.store().root(), dir_ / ".mlops");
  EXPECT_TRUE(project.has_store());
  EXPECT_EQ(entries(), 1u);
}

TEST_F(ProjectTest, CreateTakesTheProjectAroundIt) {
  write("mlops.yaml", "mlops: 1\nproject: p\n");
  stdfs::create_directories(dir_ / "sub");
  Project project(dir_ / "sub", Mode::create);
  EXPECT_EQ(project.root(), dir_);
  EXPECT_EQ(project.manifest().project, "p");
  project.store();
  EXPECT_TRUE(stdfs::is_directory(dir_ / ".mlops"));
  EXPECT_EQ(entries("sub"), 0u);
}

TEST_F(ProjectTest, OpenMakesNoStore) {
  write("mlops.yaml", "mlops: 1\n");
  Project project(dir_, Mode::open);
  EXPECT_EQ(error_of([&] { project.store(); }).code(), Code::not_found);
  EXPECT_EQ(error_of([&] { project.update_lock([](manifest::Lock&) {}); }).code(), Code::not_found);
  EXPECT_EQ(entries(), 1u);
}

TEST_F(ProjectTest, AFileInPlaceOfTheStoreIsNamed) {
  write(".mlops", "a file");
  Project project(dir_, Mode::create);
  EXPECT_FALSE(project.has_store());
  const Error seen = error_of([&] { project.store(); });
  EXPECT_EQ(seen.code(), Code::usage);
  EXPECT_EQ(seen.message(), "'" + (dir_ / ".mlops").string() + "' is not a folder");
}

TEST_F(ProjectTest, FaultsOfTheFilesNameThem) {
  write("mlops.yaml", "mlops: 1\nsorces: {}\n");
  write("mlops.lock", "<<<<<<< HEAD\n");
  Project project(dir_, Mode::create);
  EXPECT_EQ(error_of([&] { project.manifest(); }).message(), "mlops.yaml:2:1: unknown key 'sorces'");
  EXPECT_EQ(error_of([&] { project.lock(); }).message(), "mlops.lock:1: a merge conflict marker");
  EXPECT_EQ(error_of([&] { project.add_source(source("a")); }).message(),
            "mlops.yaml:2:1: unknown key 'sorces'");
  EXPECT_EQ(error_of([&] { project.update_lock([](manifest::Lock&) {}); }).code(), Code::usage);
  EXPECT_EQ(read("mlops.yaml"), "mlops: 1\nsorces: {}\n");
  EXPECT_EQ(read("mlops.lock"), "<<<<<<< HEAD\n");
}

TEST_F(ProjectTest, AddsASourceOnce) {
  Project project(dir_, Mode::create);
  EXPECT_TRUE(project.add_source(source("churn")));
  const std::string text =
      "mlops: 1\nproject: " + dir_.filename().string() + "\nsources:\n  churn:\n    from: churn.csv\n";
  EXPECT_EQ(read("mlops.yaml"), text);
  EXPECT_FALSE(project.add_source(source("churn")));
  EXPECT_EQ(read("mlops.yaml"), text);
  EXPECT_EQ(project.manifest().sources.size(), 1u);
  write("mlops.yaml", text + "  # by hand\n  b: {from: b}\n");
  EXPECT_FALSE(project.add_source(source("b")));
  EXPECT_TRUE(project.add_source(source("c")));
  EXPECT_EQ(read("mlops.yaml"), text + "  # by hand\n  b: {from: b}\n  c:\n    from: c.csv\n");
  EXPECT_NE(project.manifest().find_source("b"), nullptr);
  EXPECT_EQ(error_of([&] { project.add_source(source("a b")); }).code(), Code::usage);
}

TEST_F(ProjectTest, AddsATrainingOnce) {
  Project project(dir_, Mode::create);
  project.add_source(source("churn"));
  const auto edit = manifest::training_edit(project.manifest(), "churn", "churned", {"prior"}, {});
  EXPECT_TRUE(project.add_training(edit));
  const std::string text = read("mlops.yaml");
  EXPECT_NE(
      text.find(
          "    label: churned\nmodels:\n  prior: {train: prior}\nrelease:\n  churn:\n    among: [prior]\n"),
      std::string::npos)
      << text;
  EXPECT_EQ(project.manifest().find_source("churn")->label, "churned");
  EXPECT_EQ(project.manifest().models.size(), 1u);
  EXPECT_FALSE(project.add_training(edit));
  EXPECT_EQ(read("mlops.yaml"), text);
  write("mlops.yaml", "# by hand\n" + text);
  EXPECT_FALSE(project.add_training(edit));
  EXPECT_EQ(error_of([&] { project.add_training({.table = "gone", .label = "x"}); }).code(), Code::not_found);
  EXPECT_EQ(read("mlops.yaml"), "# by hand\n" + text);
}

TEST_F(ProjectTest, AddsARemoteOnceAndRemovesIt) {
  Project project(dir_, Mode::create);
  const manifest::RemoteSpec origin = {.name = "origin", .url = "s3://ml-store/churn"};
  EXPECT_TRUE(project.add_remote(origin));
  const std::string begun = "mlops: 1\nproject: " + dir_.filename().string() + "\n";
  const std::string text = begun + "remotes:\n  origin: s3://ml-store/churn\n";
  EXPECT_EQ(read("mlops.yaml"), text);
  EXPECT_EQ(project.manifest().remotes, std::vector{origin});
  EXPECT_FALSE(project.add_remote(origin));
  EXPECT_EQ(error_of([&] { project.add_remote({.name = "origin", .url = "../share"}); }).code(),
            Code::conflict);
  EXPECT_EQ(error_of([&] { project.add_remote({.name = "b", .url = "gs://x"}); }).code(), Code::usage);
  EXPECT_EQ(error_of([&] { project.remove_remote("orgin"); }).code(), Code::not_found);
  EXPECT_EQ(read("mlops.yaml"), text);
  write("mlops.yaml", text + "  # by hand\n  b: ../share\n");
  project.remove_remote("origin");
  EXPECT_EQ(read("mlops.yaml"), begun + "remotes:\n  # by hand\n  b: ../share\n");
  EXPECT_EQ(project.manifest().find_remote("origin"), nullptr);
  project.remove_remote("b");
  EXPECT_EQ(read("mlops.yaml"), begun + "  # by hand\n");
  EXPECT_TRUE(project.manifest().remotes.empty());
}

TEST_F(ProjectTest, RemotesOfAProjectWithoutAStore) {
  write("mlops.yaml", "mlops: 1\nremotes: {a: x, b: y}\n");
  const auto adds = [&](Mode mode) { Project(dir_, mode).add_remote({.name = "c", .url = "z"}); };
  EXPECT_EQ(error_of([&] { adds(Mode::open); }).code(), Code::not_found);
  EXPECT_EQ(entries(), 1u);
  adds(Mode::create);
  Project(dir_, Mode::open).remove_remote("a");
  EXPECT_EQ(read("mlops.yaml"), "mlops: 1\nremotes: {b: y, c: z}\n");
}

TEST_F(ProjectTest, AFolderOfAnyNameCanBeAProject) {
  for (const char* name : {"a: b", "yes", "1", " ", "a\nb", "\xFF", "año", "-"}) {
    stdfs::create_directories(dir_ / name);
    Project project(dir_ / name, Mode::create);
    EXPECT_TRUE(project.add_source(source("s"))) << name;
    EXPECT_FALSE(Project(dir_ / name, Mode::open).manifest().project.empty());
  }
}

TEST_F(ProjectTest, TheLockIsReadAgainBeforeItIsChanged) {
  Project project(dir_, Mode::create);
  EXPECT_TRUE(project.lock().entries.empty());
  project.update_lock([](manifest::Lock& lock) { lock.entries["sources/a"] = {{"rows", 1}}; });
  EXPECT_EQ(project.lock().entries.size(), 1u);
  Project(dir_, Mode::open).update_lock([](manifest::Lock& lock) {
    lock.entries["sources/b"] = {{"rows", 2}};
  });
  project.update_lock([](manifest::Lock& lock) { lock.entries["sources/c"] = {}; });
  EXPECT_EQ(project.lock().entries.size(), 3u);
  EXPECT_EQ(Project(dir_, Mode::open).lock(), project.lock());
}

TEST_F(ProjectTest, NothingIsWrittenWithoutAChange) {
  Project project(dir_, Mode::create);
  project.update_lock([](manifest::Lock&) {});
  EXPECT_FALSE(stdfs::exists(dir_ / "mlops.lock"));
  project.update_lock([](manifest::Lock& lock) { lock.entries["a/b"] = {}; });
  const auto before = fs::find_stamp(dir_ / "mlops.lock");
  project.update_lock([](manifest::Lock& lock) { lock.entries["a/b"] = {}; });
  EXPECT_EQ(error_of([&] {
              project.update_lock([](manifest::Lock& lock) {
                lock.entries.clear();
                throw error(Code::conflict, "no");
              });
            }).code(),
            Code::conflict);
  EXPECT_EQ(fs::find_stamp(dir_ / "mlops.lock"), before);
  EXPECT_EQ(project.lock().entries.size(), 1u);
}

TEST_F(ProjectTest, TwoProcessesLoseNoEntry) {
  Project(dir_, Mode::create).store();
  const auto writes = [&](const std::string& name) {
    Project project(dir_, Mode::open);
    for (int i = 0; i < 25; ++i) {
      project.update_lock([&](manifest::Lock& lock) {
        lock.entries["sources/" + name + std::to_string(i)] = {{"i", i}};
      });
      if (i % 5 == 0) project.add_source(source(name + std::to_string(i)));
    }
    return 0;
  };
  const pid_t child = fork();
  if (child == 0) _exit(in_child([&] { return writes("a"); }));
  writes("b");
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  Project project(dir_, Mode::open);
  EXPECT_EQ(project.lock().entries.size(), 50u);
  EXPECT_EQ(project.manifest().sources.size(), 10u);
}

TEST_F(ProjectTest, ReadersSeeWholeFilesOnly) {
  Project project(dir_, Mode::create);
  project.update_lock([](manifest::Lock& lock) { lock.entries["a/b"] = {{"x", std::string(100'000, 'x')}}; });
  const pid_t child = fork();
  if (child == 0) {
    Project other(dir_, Mode::open);
    for (int i = 0; i < 8; ++i) {
      other.update_lock([&](manifest::Lock& lock) {
        lock.entries["a/b"] = {{"x", std::string(100'000, i % 2 ? 'x' : 'y')}};
      });
    }
    _exit(0);
  }
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    EXPECT_EQ((*Project(dir_, Mode::open).lock().entries.at("a/b").find("x")).text_or("").size(), 100'000u);
  }
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(ProjectTest, AFolderThatCannotBeWrittenIsNamed) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to become somebody else";
  write("mlops.yaml", "mlops: 1\n");
  stdfs::permissions(dir_, stdfs::perms(0755));
  const int code = in_child([&] {
    if (setgid(65534) != 0 || setuid(65534) != 0) return 98;
    Project project(dir_, Mode::create);
    if (!project.manifest().sources.empty()) return 97;
    const Error seen = error_of([&] { project.add_source(source("a")); });
    if (seen.message().find("permission denied") == std::string::npos) return 96;
    return seen.message().find(dir_.string()) == std::string::npos ? 95 : static_cast<int>(seen.code());
  });
  EXPECT_EQ(code, static_cast<int>(Code::failed));
}

TEST_F(ProjectTest, AFileThatCannotBeReadIsNamed) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to become somebody else";
  write("mlops.yaml", "mlops: 1\n");
  stdfs::permissions(dir_, stdfs::perms(0755));
  stdfs::permissions(dir_ / "mlops.yaml", stdfs::perms(0600));
  const int code = in_child([&] {
    if (setgid(65534) != 0 || setuid(65534) != 0) return 98;
    const Error seen = error_of([&] { Project(dir_, Mode::open).manifest(); });
    return seen.message().find((dir_ / "mlops.yaml").string()) == std::string::npos
               ? 95
               : static_cast<int>(seen.code());
  });
  EXPECT_EQ(code, static_cast<int>(Code::failed));
}

TEST_F(ProjectTest, PathsAreRelativeToTheRoot) {
  write("p/mlops.yaml", "mlops: 1\n");
  write("p/data/a.csv", "");
  write("out.csv", "");
  stdfs::create_directory_symlink(dir_, dir_ / "p/up");
  stdfs::create_symlink(dir_ / "out.csv", dir_ / "p/data/link.csv");
  stdfs::create_directory_symlink(dir_ / "p/data", dir_ / "inside");
  const Project project(dir_ / "p", Mode::open);
  stdfs::current_path(dir_ / "p/data");
  EXPECT_EQ(project.relative("a.csv"), "data/a.csv");
  EXPECT_EQ(project.relative("./a.csv"), "data/a.csv");
  EXPECT_EQ(project.relative("../data/*.csv"), "data/*.csv");
  EXPECT_EQ(project.relative("new/x.csv"), "data/new/x.csv");
  EXPECT_EQ(project.relative("link.csv"), "data/link.csv");
  EXPECT_EQ(project.relative("../link.csv"), "link.csv");
  EXPECT_EQ(project.relative(".."), ".");
  EXPECT_EQ(project.relative("."), "data");
  EXPECT_EQ(project.relative("../../out.csv"), (dir_ / "out.csv").string());
  EXPECT_EQ(project.relative(dir_ / "p/data/a.csv"), "data/a.csv");
  EXPECT_EQ(project.relative(dir_ / "out.csv"), (dir_ / "out.csv").string());
  EXPECT_EQ(project.relative(dir_ / "inside/a.csv"), "data/a.csv");
  EXPECT_EQ(project.relative(dir_ / "p/up/out.csv"), "up/out.csv");
  EXPECT_EQ(project.relative("../up/../out.csv"), (dir_.parent_path() / "out.csv").string());
  EXPECT_EQ(project.relative(dir_.string() + "/pp/x"), (dir_ / "pp/x").string());
  stdfs::current_path(dir_ / "p");
  EXPECT_EQ(project.relative("-"), "./-");
  EXPECT_EQ(project.relative("data/"), "data");
  EXPECT_EQ(project.relative("data//x/../a.csv"), "data/a.csv");
  EXPECT_EQ(project.relative("/"), "/");
}

}  // namespace
}  // namespace mlops::project
