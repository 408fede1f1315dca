#include "child.hpp"

#include <mlops/base/error.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace mlops::proc {
namespace {

struct Pipes {
  Pipe read;
  Pipe write;
};

Pipes make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) throw system_error(errno, "cannot make a pipe");
  Pipes pipes{Pipe(ends[0]), Pipe(ends[1])};
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);  // our end alone
  return pipes;
}

class Actions {
 public:
  Actions() { posix_spawn_file_actions_init(&actions_); }
  ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

/// A group of its own, and every signal as a fresh program expects it: what we ignore it shall not.
class Attributes {
 public:
  Attributes() {
    posix_spawnattr_init(&attributes_);
    sigset_t all;
    sigset_t none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  posix_spawnattr_t* get() { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> entries(const std::map<std::string, std::string>& environment) {
  std::vector<std::string> out;
  for (const auto& [name, value] : environment) out.emplace_back(name).append("=").append(value);
  return out;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

pid_t spawn(const std::filesystem::path& program, std::vector<std::string> words,
            std::vector<std::string> environment, Actions& actions, Attributes& attributes) {
  pid_t id = -1;
  const auto start = [&](const std::string& path) {
    return posix_spawn(&id, path.c_str(), actions.get(), attributes.get(), pointers(words).data(),
                       pointers(environment).data());
  };
  int fault = start(program.native());
  if (fault == ENOEXEC) {  // a script without its first line, as every shell runs it
    words.front() = program.native();
    words.insert(words.begin(), "sh");
    fault = start("/bin/sh");
  }
  if (fault != 0) throw system_error(fault, fmt::format("cannot start '{}'", program.native()));
  return id;
}

}  // namespace

Pipe& Pipe::operator=(Pipe&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

void Pipe::close() noexcept {
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

Child::Child(const Request& request) {
  if (request.command.empty()) throw error(Code::internal, "no command to run");
  const auto program = find_program(request.command.front(), request.environment, request.folder);
  Actions actions;
  Attributes attributes;
  if (!request.folder.empty()) {
    posix_spawn_file_actions_addchdir_np(actions.get(), request.folder.c_str());
  }
  Pipes out;
  Pipes err;
  if (request.at_output) {
    out = make_pipe();
    err = make_pipe();
    posix_spawn_file_actions_adddup2(actions.get(), out.write.get(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(actions.get(), err.write.get(), STDERR_FILENO);
  }
  // Whoever of its descendants loses his parent becomes our child, so that its share can be counted.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  id_ = spawn(program, request.command, entries(request.environment), actions, attributes);
  end_ = Pipe(static_cast<int>(::syscall(SYS_pidfd_open, id_, 0)));
  out_ = std::move(out.read);
  err_ = std::move(err.read);
}

Child::~Child() {
  if (status_) return;
  signal(SIGKILL);
  while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Child::signal(int number) const noexcept { ::kill(-id_, number); }

void Child::add(const rusage& usage) {
  constexpr std::uint64_t block = 512;  // of ru_inblock, whatever the file system's block is
  usage_.user_s += seconds(usage.ru_utime);
  usage_.system_s += seconds(usage.ru_stime);
  usage_.peak_rss_bytes = std::max(usage_.peak_rss_bytes, static_cast<std::uint64_t>(usage.ru_maxrss) * 1024);
  usage_.read_bytes += static_cast<std::uint64_t>(usage.ru_inblock) * block;
  usage_.written_bytes += static_cast<std::uint64_t>(usage.ru_oublock) * block;
}

bool Child::has_ended(int& stopped) {
  stopped = 0;
  for (;;) {
    rusage usage = {};
    int status = 0;
    const pid_t id = ::wait4(-1, &status, WNOHANG | WUNTRACED, &usage);
    if (id < 0 && errno == EINTR) continue;
    if (id <= 0) break;
    if (WIFSTOPPED(status)) {
      if (id == id_) stopped = WSTOPSIG(status);
      continue;
    }
    add(usage);
    if (id == id_) status_ = status;
  }
  return status_.has_value();
}

Ended Child::ended() const {
  Ended out;
  const int status = status_.value_or(0);
  if (WIFSIGNALED(status)) out.signal = WTERMSIG(status);
  else out.status = WEXITSTATUS(status);
  out.usage = usage_;
  return out;
}

}  // namespace mlops::proc
