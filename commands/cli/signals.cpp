#include "signals.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <ctime>

namespace mlops::cli {
namespace {

constexpr long patience_ns = 700'000'000;
constexpr std::size_t most_words = 256;

// A signal handler can reach nothing but globals; these are of use to nobody else.
std::atomic<Cancel*> token = nullptr;
volatile std::sig_atomic_t received = 0;
std::atomic_flag said = ATOMIC_FLAG_INIT;
std::atomic<bool> patient = true;  ///< Until a command says otherwise.
timer_t timer = {};
bool has_timer = false;
char last_words[most_words];
std::size_t last_words_size = 0;

void start_timer(long nanoseconds) {
  if (!has_timer) return;
  itimerspec when = {};
  when.it_value.tv_nsec = nanoseconds;
  timer_settime(timer, 0, &when, nullptr);
}

extern "C" void on_signal(int number) {
  if (received != 0) {
    // A terminal that closes says so twice: the shell does, and the kernel.
    if (number == SIGHUP) return;
    _exit(128 + number);
  }
  received = number;
  token.load()->set();
  if (!patient) start_timer(patience_ns);
}

extern "C" void on_end_of_patience(int) {
  if (patient) return;
  if (say_interrupted()) (void)!write(STDERR_FILENO, last_words, last_words_size);
  _exit(128 + received);
}

/// What our parent wants us not to hear (nohup, the background of a script) stays unheard.
void listen(int number) {
  struct sigaction action = {};
  sigaction(number, nullptr, &action);
  if (number != SIGTERM && action.sa_handler == SIG_IGN) return;
  action = {};
  action.sa_handler = on_signal;  // without SA_RESTART, so that a blocked read ends
  sigaction(number, &action, nullptr);
}

void prepare_timer() {
  struct sigaction action = {};
  action.sa_handler = on_end_of_patience;
  sigaction(SIGALRM, &action, nullptr);
  sigevent event = {};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGALRM;
  has_timer = timer_create(CLOCK_MONOTONIC, &event, &timer) == 0;
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
  prepare_timer();
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) listen(number);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file too large is an error of write() too
}

int signal_status() { return received == 0 ? 0 : 128 + received; }

void prepare_last_words(std::string_view text) { last_words_size = text.copy(last_words, most_words); }

void set_patience(Patience patience) {
  patient = patience == Patience::endless;
  if (received != 0) start_timer(patient ? 0 : patience_ns);
}

bool say_interrupted() { return !said.test_and_set(); }

}  // namespace mlops::cli
