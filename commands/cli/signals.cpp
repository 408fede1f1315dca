#include "signals.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <csignal>

namespace mlops::cli {
namespace {

// A signal handler can reach nothing but globals; these two are written here and read nowhere else.
std::atomic<Cancel*> token = nullptr;
volatile std::sig_atomic_t received = 0;

extern "C" void on_signal(int number) {
  if (received != 0) _exit(128 + number);
  received = number;
  token.load()->set();
}

}  // namespace

void prepare_process(Cancel& cancel) {
  // Read-only where we write and write-only where we read: use of a closed stream stays an error.
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(descriptor, F_GETFD) == -1) {
      (void)!open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
  }
  token = &cancel;
  struct sigaction action = {};
  action.sa_handler = on_signal;  // without SA_RESTART, so that a blocked read ends
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file too large is an error of write() too
}

int signal_status() { return received == 0 ? 0 : 128 + received; }

}  // namespace mlops::cli
