/// cpu TIMES COMMAND [ARG...]: what a command costs. Runs it TIMES times, its output thrown away, and prints
///
///     CPU seconds per run <TAB> median wall seconds <TAB> greatest peak of memory in MB
///
/// CPU and memory are those of the command and of every process it waited for. Ends with the exit status of
/// the first run that failed.

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

struct Cost {
  double cpu_s = 0;
  double wall_s = 0;
  double peak_mb = 0;
  int status = 0;
};

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

[[noreturn]] void become(char** command) {
  const int nowhere = open("/dev/null", O_RDWR);
  dup2(nowhere, STDIN_FILENO);
  dup2(nowhere, STDOUT_FILENO);
  execvp(command[0], command);
  std::perror(command[0]);
  _exit(127);
}

Cost run_once(char** command) {
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = vfork();
  if (child == 0) become(command);
  int status = 0;
  rusage used = {};
  if (child < 0 || wait4(child, &status, 0, &used) < 0) return {.status = 126};
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  return {.cpu_s = seconds(used.ru_utime) + seconds(used.ru_stime),
          .wall_s = wall.count(),
          .peak_mb = static_cast<double>(used.ru_maxrss) * 1024 / 1e6,
          .status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)};
}

}  // namespace

int main(int argc, char** argv) {
  const int times = argc > 2 ? static_cast<int>(std::strtol(argv[1], nullptr, 10)) : 0;
  if (times < 1) {
    std::fputs("usage: cpu TIMES COMMAND [ARG...]\n", stderr);
    return 2;
  }
  double cpu_s = 0;
  double peak_mb = 0;
  std::vector<double> walls;
  for (int i = 0; i < times; ++i) {
    const Cost cost = run_once(argv + 2);
    if (cost.status != 0) return cost.status;
    cpu_s += cost.cpu_s;
    peak_mb = std::max(peak_mb, cost.peak_mb);
    walls.push_back(cost.wall_s);
  }
  std::nth_element(walls.begin(), walls.begin() + times / 2, walls.end());
  std::printf("%.6f\t%.6f\t%.1f\n", cpu_s / times, walls[static_cast<std::size_t>(times / 2)], peak_mb);
  return 0;
}
