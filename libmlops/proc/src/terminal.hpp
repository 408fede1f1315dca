#pragma once
/// The terminal of standard input, lent to a program while it runs. Does nothing where there is none or where
/// we are in its background.

#include <sys/types.h>

namespace mlops::proc {

class Terminal {
 public:
  explicit Terminal(pid_t group);
  ~Terminal() { take(); }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// The program was stopped by `signal`: stops us with it, as the shell that waits for us expects, and goes
  /// on with the program when we do.
  void stopped(int signal);

 private:
  void give();
  void take();

  pid_t group_;
  bool ours_ = false;
};

}  // namespace mlops::proc
