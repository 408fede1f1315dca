#include "terminal.hpp"

#include <unistd.h>

#include <csignal>

namespace mlops::proc {
namespace {

/// Handing the terminal over from its background stops the process unless the signal for that is blocked.
void set_foreground(pid_t group) {
  sigset_t output;
  sigset_t before;
  sigemptyset(&output);
  sigaddset(&output, SIGTTOU);
  sigprocmask(SIG_BLOCK, &output, &before);
  ::tcsetpgrp(STDIN_FILENO, group);
  sigprocmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace

Terminal::Terminal(pid_t group) : group_(group) { give(); }

void Terminal::give() {
  ours_ = ::isatty(STDIN_FILENO) == 1 && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
  if (ours_) set_foreground(group_);
}

void Terminal::take() {
  if (ours_) set_foreground(::getpgrp());
  ours_ = false;
}

void Terminal::stopped(int signal) {
  // It asked for the terminal before it had it: then it only has to go on.
  const bool too_early = ours_ && (signal == SIGTTIN || signal == SIGTTOU);
  if (!too_early && ours_) {
    take();
    ::raise(SIGSTOP);
    give();
  }
  if (too_early || ours_) ::kill(-group_, SIGCONT);
}

}  // namespace mlops::proc
