#pragma once
/// Ctrl-C and SIGTERM as a cancelled token; a second one ends the process at once.

#include <mlops/base/cancel.hpp>

namespace mlops::cli {

/// From now on SIGINT and SIGTERM set `cancel`, which must live as long as the process, and a reader that
/// goes away is an error of write(), not a signal. Also makes sure that descriptors 0 to 2 are open, so that
/// no file of ours takes their place.
void prepare_process(Cancel& cancel);

/// 130 or 143 after such a signal, else 0.
int signal_status();

}  // namespace mlops::cli
