/// Other programs: real ones (sh, sleep, cat), as any Debian has them.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>
#include <mlops/base/error.hpp>
#include <mlops/proc/process.hpp>

#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

namespace mlops::proc {
namespace {

const std::map<std::string, std::string> plain = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}};

struct Heard {
  std::string out;
  std::string err;
};

Request shell(const std::string& script, Heard* heard = nullptr) {
  Request request = {.command = {"sh", "-c", script}, .environment = plain};
  if (heard != nullptr) {
    request.at_output = [heard](Stream stream, std::string_view bytes) {
      (stream == Stream::out ? heard->out : heard->err) += bytes;
      return true;
    };
  }
  return request;
}

Error fault_of(const Request& request) {
  try {
    run(request);
  } catch (const Error& e) {
    return e;
  }
  return error(Code::internal, "no fault");
}

TEST(Run, TellsStatusAndKeepsTheStreamsApart) {
  Heard heard;
  const Ended ended = run(shell("echo a; echo b >&2; printf c; exit 7", &heard));
  EXPECT_EQ(ended.status, 7);
  EXPECT_EQ(ended.signal, 0);
  EXPECT_EQ(heard.out, "a\nc");
  EXPECT_EQ(heard.err, "b\n");
}

TEST(Run, TellsTheSignal) {
  const Ended ended = run(shell("kill -9 $$"));
  EXPECT_EQ(ended.signal, SIGKILL);
  EXPECT_EQ(ended.status, 0);
}

TEST(Run, NoShellReadsTheWords) {
  Heard heard;
  Request request = shell("", &heard);
  request.command = {"printf", "%s|", "a b", "$HOME", "*", ""};
  run(request);
  EXPECT_EQ(heard.out, "a b|$HOME|*||");
}

TEST(Run, EnvironmentAndFolderAreThoseAsked) {
  Heard heard;
  Request request = shell("echo $ONLY; pwd", &heard);
  request.environment["ONLY"] = "this";
  request.folder = "/usr";
  run(request);
  EXPECT_EQ(heard.out, "this\n/usr\n");
}

TEST(Run, ASilentEndIsSeenAtOnce) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) run(shell(":"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(900));
}

TEST(Run, AProgramThatNobodyReadsIsTold) {
  Request request = shell("yes; echo $? >&2");
  request.at_output = [](Stream stream, std::string_view) { return stream == Stream::err; };
  EXPECT_EQ(run(request).signal, 0);
}

TEST(Run, MuchOutputArrivesWhole) {
  std::size_t bytes = 0;
  Request request = shell("head -c 50000000 /dev/zero");
  request.at_output = [&](Stream, std::string_view text) {
    bytes += text.size();
    return true;
  };
  run(request);
  EXPECT_EQ(bytes, 50'000'000U);
}

TEST(Run, SignalsThatWeIgnoreAreFreshForTheProgram) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  const Ended ended = run(shell("kill -PIPE $$"));
  std::signal(SIGPIPE, before);
  EXPECT_EQ(ended.signal, SIGPIPE);
}

TEST(Run, CancelAsksFirstAndThenKillsTheGroup) {
  Cancel cancel;
  Heard heard;
  Request polite = shell("trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.05; done", &heard);
  polite.at_tick = [&] {
    if (heard.out == "ready\n") cancel.set();
  };
  EXPECT_EQ(run(polite, &cancel).status, 3);
  EXPECT_EQ(heard.out, "ready\nbye\n");
  heard = {};
  Cancel again;
  Request deaf = shell("trap '' TERM; echo ready; sleep 60 & wait; sleep 60", &heard);
  deaf.patience_ms = 200;
  deaf.at_tick = [&] {
    if (heard.out == "ready\n") again.set();
  };
  const Ended ended = run(deaf, &again);
  EXPECT_EQ(ended.signal, SIGKILL);
  EXPECT_LT(ended.wall_s, 5.0);
}

TEST(Run, AProcessInTheBackgroundIsNotWaitedFor) {
  Heard heard;
  const Ended ended = run(shell("setsid sleep 30 & echo $!", &heard));
  EXPECT_LT(ended.wall_s, 5.0);
  const pid_t left = std::stoi(heard.out);
  EXPECT_EQ(::kill(left, 0), 0) << "it lives on";
  ::kill(left, SIGKILL);
}

TEST(Run, CountsTheTree) {
  const std::string work = "i=0; while [ $i -lt 150000 ]; do i=$((i+1)); done";
  const Ended waited = run(shell("sh -c '" + work + "'"));
  EXPECT_GT(waited.usage.user_s, 0.02);
  // The worker's parent is gone before it ends: it counts all the same, as it ends before the program does.
  const Ended orphan = run(shell("(sh -c '" + work + "' &) ; sleep 1.5"));
  EXPECT_GT(orphan.usage.user_s, 0.02);
  EXPECT_GT(waited.usage.peak_rss_bytes, 100'000U);
}

TEST(Run, NoSuchProgramIsNotFoundWithNearMisses) {
  Request request = shell("");
  request.command = {"gti"};
  const Error near = fault_of(request);
  EXPECT_EQ(near.code(), Code::not_found);
  EXPECT_EQ(near.message(), "there is no program 'gti' in PATH");
  EXPECT_NE(near.hint().find("`git`"), std::string::npos) << near.hint();
  request.command = {"./absent"};
  EXPECT_EQ(fault_of(request).message(), "there is no program './absent'");
}

TEST(Run, AScriptWithoutItsFirstLineRunsAsShellsRunIt) {
  char folder[] = "/tmp/mlops-proc.XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::filesystem::path script = std::filesystem::path(folder) / "script";
  std::ofstream(script) << "echo \"$1\"\n";
  Heard heard;
  Request request = shell("", &heard);
  request.folder = folder;
  request.command = {"./script", "word"};
  EXPECT_EQ(fault_of(request).code(), Code::failed);
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  run(request);
  EXPECT_EQ(heard.out, "word\n");
  std::filesystem::remove_all(folder);
}

TEST(Answer, IsTheOutputOfASuccess) {
  EXPECT_EQ(answer_of(shell("echo yes; echo no >&2")), "yes\n");
  EXPECT_EQ(answer_of(shell("echo yes; exit 1")), std::nullopt);
  EXPECT_EQ(answer_of(shell("sleep 60"), 200), std::nullopt);
  Request absent = shell("");
  absent.command = {"no-such-program"};
  EXPECT_EQ(answer_of(absent), std::nullopt);
}

}  // namespace
}  // namespace mlops::proc
