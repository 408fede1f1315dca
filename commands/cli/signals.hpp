#pragma once
/// Ctrl-C, SIGTERM and the end of the terminal as a cancelled token; a second one ends the process at once.
/// Work that does not look at the token in time (a foreign library deep in one call) is not waited for: the
/// process ends within a second all the same, as by kill -9, which leaves the store whole. What lay half
/// made in its temporary folder is swept up by the next start.

#include <mlops/base/cancel.hpp>

#include <string_view>

namespace mlops::cli {

/// From now on SIGINT, SIGTERM and SIGHUP set `cancel`, which must live as long as the process, and a reader
/// that goes away is an error of write(), not a signal. Also makes sure that descriptors 0 to 2 are open, so
/// that no file of ours takes their place.
void prepare_process(Cancel& cancel);

/// 129, 130 or 143 after such a signal, else 0.
int signal_status();

/// What the process prints when it ends itself: at most 256 bytes.
void prepare_last_words(std::string_view text);

/// Endless: the command ends in its own time, such as one that waits for a child or for open requests.
enum class Patience { short_time, endless };
void set_patience(Patience patience);

/// True for the first who asks: that it was interrupted is said once.
bool say_interrupted();

}  // namespace mlops::cli
