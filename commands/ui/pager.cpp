#include "pager.hpp"

#include <pthread.h>

#include <csignal>
#include <cstdio>
#include <memory>

namespace mlops::ui {

bool page(std::string_view text, const std::string& pager) {
  constexpr int not_found = 127 << 8;  // as the shell reports it
  std::FILE* pipe = popen(pager.c_str(), "w");
  if (pipe == nullptr) return false;
  // Ctrl-C is the pager's: it goes on, and so long we wait.
  sigset_t interrupt;
  sigset_t before;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  pthread_sigmask(SIG_BLOCK, &interrupt, &before);
  std::fwrite(text.data(), 1, text.size(), pipe);
  const int ended = pclose(pipe);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return ended != not_found;
}

}  // namespace mlops::ui
