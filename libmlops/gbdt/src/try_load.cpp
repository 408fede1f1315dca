#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <mlops/base/error.hpp>
#include <mlops/gbdt/booster.hpp>

#include <cerrno>
#include <csignal>

namespace mlops::gbdt {
namespace {

constexpr unsigned patience_s = 60;

/// The parent's output is not the library's to write to, and its signal handlers are not the child's.
[[noreturn]] void load_and_leave(Engines& engines, std::string_view model) {
  for (const int number : {SIGINT, SIGTERM, SIGALRM}) std::signal(number, SIG_DFL);
  const int nowhere = ::open("/dev/null", O_RDWR);
  for (const int descriptor : {STDOUT_FILENO, STDERR_FILENO}) ::dup2(nowhere, descriptor);
  ::alarm(patience_s);
  try {
    load(engines, model)->save("JSON");
  } catch (...) {
    _exit(1);  // the parent will see the same fault, and says it
  }
  _exit(0);
}

}  // namespace

void try_load(Engines& engines, std::string_view model) {
  const pid_t child = ::fork();
  if (child < 0) throw system_error(errno, "cannot start a process to try the model in");
  if (child == 0) load_and_leave(engines, model);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFSIGNALED(status)) return;
  if (WTERMSIG(status) == SIGALRM)
    throw error(Code::corrupt, "XGBoost is not done with loading the model after {} s", patience_s);
  throw error(Code::corrupt, "XGBoost itself crashes on the model: it is cut off or damaged");
}

}  // namespace mlops::gbdt
