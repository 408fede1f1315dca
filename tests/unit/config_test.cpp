#include "error_of.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/config/machine.hpp>
#include <mlops/config/settings.hpp>

#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace mlops::config {
namespace {

class ConfigTest : public testing::Test {
 protected:
  ConfigTest() {
    std::string name = (std::filesystem::temp_directory_path() / "config-XXXXXX").string();
    dir_ = mkdtemp(name.data());
  }
  ~ConfigTest() override { std::filesystem::remove_all(dir_); }

  void write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((dir_ / path).parent_path());
    std::ofstream(dir_ / path) << text;
  }
  void write_config(const std::string& text) { write(".config/mlops/config.yaml", text); }

  Environment environment(const Environment& more = {}) const {
    Environment out = more;
    out["HOME"] = dir_.string();
    return out;
  }
  Said origin(std::string_view key, const Environment& more = {}) const {
    for (const Said& row : load(environment(more)).origins) {
      if (row.key == key) return row;
    }
    return {};
  }
  static Error error_of(const Environment& environment) {
    return test::error_of([&] { load(environment); });
  }

  std::filesystem::path dir_;
};

TEST_F(ConfigTest, DefaultsWithoutAnything) {
  const Settings settings = load({});
  EXPECT_EQ(settings.threads, 0u);
  EXPECT_EQ(settings.memory_bytes, 0u);
  EXPECT_TRUE(settings.progress);
  EXPECT_EQ(settings.pager, "less -FRX");
  EXPECT_TRUE(config_folder({}).empty());
  EXPECT_TRUE(cache_folder({}).empty());
  EXPECT_TRUE(user_file({}).empty());
  ASSERT_EQ(settings.origins.size(), 4u);
  for (const Said& row : settings.origins) {
    EXPECT_EQ(row.origin, "default");
    EXPECT_EQ(row.value, get_setting(row.key).fallback);
  }
}

TEST_F(ConfigTest, FoldersFollowXdg) {
  EXPECT_EQ(config_folder(environment()), dir_ / ".config/mlops");
  EXPECT_EQ(cache_folder(environment()), dir_ / ".cache/mlops");
  EXPECT_EQ(config_folder(environment({{"XDG_CONFIG_HOME", "/x"}, {"XDG_CACHE_HOME", "/y"}})), "/x/mlops");
  EXPECT_EQ(cache_folder(environment({{"XDG_CACHE_HOME", "/y"}})), "/y/mlops");
  EXPECT_EQ(config_folder(environment({{"XDG_CONFIG_HOME", "relative"}})), dir_ / ".config/mlops");
  EXPECT_EQ(config_folder({{"XDG_CONFIG_HOME", ""}, {"HOME", ""}}), "");
}

TEST_F(ConfigTest, TheFirstThatSpeaksWins) {
  EXPECT_EQ(origin("threads").value, "auto");
  write_config("# mine\nmemory: 1GB\nthreads: 3\npager: most\nprogress: false\n");
  const std::string file = (dir_ / ".config/mlops/config.yaml").string();
  EXPECT_EQ(origin("threads").value, "3");
  EXPECT_EQ(origin("threads").origin, file + ":3");
  EXPECT_EQ(origin("memory").origin, file + ":2");
  EXPECT_EQ(origin("threads", {{"MLOPS_THREADS", "8"}}).value, "8");
  EXPECT_EQ(origin("threads", {{"MLOPS_THREADS", "8"}}).origin, "environment MLOPS_THREADS");
  EXPECT_EQ(origin("threads", {{"MLOPS_THREADS", ""}}).origin, file + ":3");
  EXPECT_EQ(origin("threads", {{"MLOPS_THREADS", "auto"}}).origin, "environment MLOPS_THREADS");
  EXPECT_FALSE(load(environment()).progress);
  EXPECT_EQ(load(environment({{"MLOPS_THREADS", "8"}})).threads, 8u);
}

TEST_F(ConfigTest, PagerOfThisProgramThenOfAll) {
  EXPECT_EQ(load(environment({{"PAGER", "more"}})).pager, "more");
  EXPECT_EQ(origin("pager", {{"PAGER", "more"}}).origin, "environment PAGER");
  EXPECT_EQ(load(environment({{"PAGER", "more"}, {"MLOPS_PAGER", "most"}})).pager, "most");
  EXPECT_EQ(load(environment({{"PAGER", "more"}, {"MLOPS_PAGER", ""}})).pager, "");
  EXPECT_EQ(load(environment({{"PAGER", ""}})).pager, "");
  EXPECT_EQ(load(environment({{"PAGER", "cat"}})).pager, "");
  write_config("pager: most\n");
  EXPECT_EQ(load(environment({{"PAGER", "more"}})).pager, "most");
  write_config("pager: ''\n");
  EXPECT_EQ(load(environment()).pager, "");
}

TEST_F(ConfigTest, NoProgressByBeingThere) {
  EXPECT_FALSE(load(environment({{"MLOPS_NO_PROGRESS", "1"}})).progress);
  EXPECT_FALSE(load(environment({{"MLOPS_NO_PROGRESS", "yes"}})).progress);
  for (const char* text : {"", "0", "false"})
    EXPECT_TRUE(load(environment({{"MLOPS_NO_PROGRESS", text}})).progress);
}

TEST_F(ConfigTest, SizesArePowersOfAThousand) {
  const auto memory = [&](const std::string& text) {
    return load(environment({{"MLOPS_MEMORY", text}})).memory_bytes;
  };
  EXPECT_EQ(memory("4GB"), 4'000'000'000u);
  EXPECT_EQ(memory("512MB"), 512'000'000u);
  EXPECT_EQ(memory("1.5 gb"), 1'500'000'000u);
  EXPECT_EQ(memory("100kB"), 100'000u);
  EXPECT_EQ(memory("2TB"), 2'000'000'000'000u);
  EXPECT_EQ(memory("123456789"), 123'456'789u);
  EXPECT_EQ(memory("7 B"), 7u);
  EXPECT_EQ(memory("auto"), 0u);
  for (const char* text : {"4", "1"}) EXPECT_NO_THROW(memory(text));
  for (const char* text :
       {"GB", "4G", "4GiB", "-1GB", "0", "0.1", "nan", "inf", "1e30", "999999999999TB", "4 GB x", " 4GB"}) {
    EXPECT_THROW(memory(text), Error) << text;
  }
}

TEST_F(ConfigTest, BadVariablesAreNamed) {
  for (const char* text : {"0", "-1", "many", "1025", "4 ", "4.0", "99999999999"}) {
    const Error seen = error_of(environment({{"MLOPS_THREADS", text}}));
    EXPECT_EQ(seen.code(), Code::usage) << text;
    EXPECT_EQ(seen.message(),
              "MLOPS_THREADS is '" + std::string(text) + "', a number from 1 to 1024, or `auto` is wanted");
  }
}

TEST_F(ConfigTest, FaultsOfTheFileShowTheLine) {
  const std::string file = (dir_ / ".config/mlops/config.yaml").string();
  const auto message = [&](const std::string& text) {
    write_config(text);
    return error_of(environment()).message();
  };
  EXPECT_EQ(message("thread: 4\n"), file + ":1:1: unknown setting 'thread'");
  EXPECT_EQ(error_of(environment()).hint(), "a similar setting exists: `threads`");
  EXPECT_EQ(error_of(environment()).detail(), "  thread: 4\n  ^");
  EXPECT_EQ(message("# c\nthreads: many\n"),
            file + ":2:10: 'threads' is 'many', a number from 1 to 1024, or `auto` is wanted");
  EXPECT_EQ(message("memory: 4GiB\n"),
            file + ":1:9: 'memory' is '4GiB', a size such as `4GB` or `512MB`, or `auto` is wanted");
  EXPECT_EQ(message("progress: yes\n"), file + ":1:11: 'progress' is 'yes', `true` or `false` is wanted");
  EXPECT_EQ(message("threads:\n"),
            file + ":1:1: 'threads' is empty, a number from 1 to 1024, or `auto` is wanted");
  EXPECT_EQ(message("threads: [1]\n"),
            file + ":1:10: 'threads' is a list, a number from 1 to 1024, or `auto` is wanted");
  EXPECT_EQ(message("- a\n"), file + ":1:1: this is not a map of settings");
  EXPECT_EQ(message("threads: 0\nthreds: 1\nthreads: 2\n"), "3 faults in '" + file + "'");
  EXPECT_EQ(message("threads: @x\n"), file + ":1:10: a value cannot begin with '@'");
  EXPECT_EQ(error_of(environment({{"MLOPS_THREADS", "4"}})).code(), Code::usage);
}

TEST_F(ConfigTest, AnEmptyFileSaysNothing) {
  write_config("# nothing\n");
  EXPECT_EQ(origin("threads").origin, "default");
}

TEST_F(ConfigTest, AFolderInPlaceOfTheFileIsAnError) {
  std::filesystem::create_directories(dir_ / ".config/mlops/config.yaml");
  EXPECT_NE(error_of(environment()).message().find("config.yaml"), std::string::npos);
}

TEST_F(ConfigTest, FlagThenVariableThenProjectThenUser) {
  write_config("threads: 1\n");
  Layers layers = {.project = {{"threads", "2", "mlops.yaml:3"}}};
  const auto threads = [&](const Environment& more = {}) {
    const Settings settings = load(environment(more), layers);
    return fmt::format("{} {}", settings.threads, settings.origins.at(0).origin);
  };
  EXPECT_EQ(threads(), "2 mlops.yaml:3");
  EXPECT_EQ(threads({{"MLOPS_THREADS", "3"}}), "3 environment MLOPS_THREADS");
  layers.flags = {{"threads", "4", "flag --threads"}};
  EXPECT_EQ(threads({{"MLOPS_THREADS", "3"}}), "4 flag --threads");
}

TEST(WithSetting, ChangesThatAloneAndKeepsTheRest) {
  const auto edited = [](const std::string& text, const std::string& key, const std::string& value) {
    return with_setting(text, "config.yaml", key, value);
  };
  EXPECT_EQ(edited("", "threads", "4"), "threads: 4\n");
  EXPECT_EQ(edited("# mine", "threads", "4"), "# mine\nthreads: 4\n");
  EXPECT_EQ(edited("# a\nthreads: 3   # few\nmemory: 1GB\n", "threads", "auto"),
            "# a\nthreads: auto   # few\nmemory: 1GB\n");
  EXPECT_EQ(edited("pager: 'it''s' # x\n", "pager", "most"), "pager: most # x\n");
  EXPECT_EQ(edited("pager: \"a\\\"b\"\n", "pager", "a: b"), "pager: 'a: b'\n");
  EXPECT_EQ(edited("threads:\nmemory: 1GB\n", "threads", "2"), "threads: 2\nmemory: 1GB\n");
  EXPECT_EQ(edited("threads: many\n", "threads", "2"), "threads: 2\n");
  EXPECT_EQ(edited("{threads: 3, memory: 1GB}\n", "threads", "2"), "{threads: 2, memory: 1GB}\n");
  EXPECT_EQ(edited("{memory: 1GB, threads: 3}\n", "threads", "2"), "{memory: 1GB, threads: 2}\n");
  EXPECT_EQ(edited("\xEF\xBB\xBFthreads: 3\r\nmemory: 1GB\r\n", "threads", "2"),
            "\xEF\xBB\xBFthreads: 2\r\nmemory: 1GB\r\n");
  EXPECT_EQ(edited("pager: most\n", "pager", ""), "pager: ''\n");
  EXPECT_EQ(edited("  memory: 1GB\n", "threads", "2"), "  memory: 1GB\n  threads: 2\n");
}

TEST(WithSetting, WhatCannotBeEditedSafelyIsLeftAsItIs) {
  for (const char* text :
       {"pager: |\n  most\n  -s\n", "{memory: 1GB}\n", "pager: a\n  b\n", "---\nmemory: 1GB\n...\n"}) {
    const std::string key = std::string_view(text).starts_with("pager") ? "pager" : "threads";
    const Error seen = test::error_of([&] { with_setting(text, "config.yaml", key, "4"); });
    EXPECT_EQ(seen.code(), Code::usage) << text;
    EXPECT_NE(seen.message().find("cannot be edited safely"), std::string::npos) << text << seen.message();
    EXPECT_NE(seen.detail().find(key + ": "), std::string::npos) << text;
  }
}

TEST(WithSetting, RefusesWhatIsNone) {
  const auto fault = [](const char* text, const char* key, const char* value) {
    return test::error_of([&] { with_setting(text, "config.yaml", key, value); });
  };
  EXPECT_EQ(fault("", "thread", "4").code(), Code::not_found);
  EXPECT_EQ(fault("", "thread", "4").hint(), "a similar setting exists: `threads`");
  EXPECT_EQ(fault("", "threads", "many").message(),
            "'threads' cannot be 'many', a number from 1 to 1024, or `auto` is wanted");
  EXPECT_EQ(fault("", "pager", "a\nb").code(), Code::usage);
  EXPECT_EQ(fault("memry: 1GB\n", "threads", "4").message(), "config.yaml:1:1: unknown setting 'memry'");
  EXPECT_EQ(fault("threads: [\n", "threads", "4").code(), Code::usage);
}

TEST_F(ConfigTest, ADryChangeWritesNothing) {
  const auto file = dir_ / ".config/mlops/config.yaml";
  EXPECT_TRUE(set_in_file(file, "threads", "4", false).changed);
  EXPECT_FALSE(std::filesystem::exists(file.parent_path()));
  EXPECT_TRUE(set_in_file(file, "threads", "4", true).changed);
  const Change again = set_in_file(file, "threads", "4", true);
  EXPECT_FALSE(again.changed);
  EXPECT_EQ(again.before, "4");
  EXPECT_EQ(load(environment()).threads, 4u);
}

TEST_F(ConfigTest, WritersTakeTurns) {
  const auto file = dir_ / ".config/mlops/config.yaml";
  for (int round = 0; round < 20; ++round) {
    std::filesystem::remove(file);
    std::thread one([&] { set_in_file(file, "threads", "4", true); });
    std::thread two([&] { set_in_file(file, "memory", "1GB", true); });
    one.join();
    two.join();
    const Settings settings = load(environment());
    EXPECT_EQ(settings.threads, 4u);
    EXPECT_EQ(settings.memory_bytes, 1'000'000'000u);
  }
}

TEST_F(ConfigTest, SettingsWinOverTheMachine) {
  Settings settings;
  settings.threads = 77;
  settings.memory_bytes = 5;
  EXPECT_EQ(usable_threads(settings), 77u);
  EXPECT_EQ(usable_memory(settings), 5u);
}

TEST_F(ConfigTest, WithoutControlGroupsTheMachineIsTheLimit) {
  cpu_set_t set;
  ASSERT_EQ(sched_getaffinity(0, sizeof set, &set), 0);
  EXPECT_EQ(usable_threads({}, dir_), static_cast<unsigned>(CPU_COUNT(&set)));
  const auto physical =
      static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  EXPECT_EQ(usable_memory({}, dir_), physical / 2);
}

TEST_F(ConfigTest, AffinityIsTheLimit) {
  std::thread([&] {
    cpu_set_t all;
    ASSERT_EQ(sched_getaffinity(0, sizeof all, &all), 0);
    std::size_t first = 0;
    while (!CPU_ISSET(first, &all)) ++first;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    EXPECT_EQ(usable_threads({}, dir_), 1u);
  }).join();
}

TEST_F(ConfigTest, TheTightestGroupIsTheLimit) {
  write("proc/self/cgroup", "0::/a/b\n");
  write("sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  write("sys/fs/cgroup/a/b/memory.max", "max\n");
  const unsigned all = usable_threads({}, dir_ / "absent");
  EXPECT_EQ(usable_threads({}, dir_), all);
  write("sys/fs/cgroup/a/cpu.max", "50000 100000\n");
  write("sys/fs/cgroup/a/memory.max", "2000000\n");
  EXPECT_EQ(usable_threads({}, dir_), 1u);
  EXPECT_EQ(usable_memory({}, dir_), 1'000'000u);
  write("sys/fs/cgroup/a/b/memory.max", "1000000\n");
  EXPECT_EQ(usable_memory({}, dir_), 500'000u);
  write("sys/fs/cgroup/a/cpu.max", "100100000 100000\n");
  EXPECT_EQ(usable_threads({}, dir_), all);
}

TEST_F(ConfigTest, AContainerSeesItsOwnGroupAsTheRoot) {
  write("proc/self/cgroup", "12:cpuset:/x\n0::/\n");
  write("sys/fs/cgroup/memory.max", "4000\n");
  write("sys/fs/cgroup/cpu.max", "1 100000\n");
  EXPECT_EQ(usable_memory({}, dir_), 2000u);
  EXPECT_EQ(usable_threads({}, dir_), 1u);
}

}  // namespace
}  // namespace mlops::config
