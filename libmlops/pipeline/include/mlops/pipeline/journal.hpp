#pragma once
/// What happened to a schedule: lines of JSON, each with a crc, in <folder>/<name>.jsonl; appended under a
/// kernel lock and synced, so that what is said to have begun or ended survives a power cut. A torn last
/// line (a killed writer) is cut by the next one. Beyond 128 kB all lines go to <name>.1.jsonl,
/// which is replaced; what the state needs of them is said again at the beginning of the new file, byte for
/// byte.

#include <mlops/base/clock.hpp>
#include <mlops/json/value.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::pipeline {

/// What came of a due time.
enum class Outcome {
  done,      ///< Something was made, judged or moved.
  fresh,     ///< Everything was up to date.
  skipped,   ///< No `when:` held, or another tick was at work, or the schedule was paused.
  rejected,  ///< The answer was no: a gate, an assertion, drift (exit code 3). Never tried again.
  failed,
  late,  ///< The deadline passed.
  lost,  ///< The process was killed.
};
std::string_view name_of(Outcome outcome);

struct Entry {
  enum class Event { armed, begun, ended, paused, resumed };
  Event event = Event::ended;
  Time time = {};            ///< As the clock of the tick says.
  Time due = {};             ///< The logical time; of begun and ended.
  std::uint64_t missed = 0;  ///< Due times before it that are not made up.
  /// From 1; of begun and ended. 0 of an end without a beginning: another tick was at work.
  std::uint64_t attempt = 1;
  Outcome outcome = Outcome::done;
  int exit_code = 0;
  std::string why = {};  ///< A sentence without full stop: why it was skipped, how it failed.
  std::string who = {};
  double wall_s = 0;
  json::Object facts = {};  ///< What `changed` and `alert` are held to next time, and steps.

  bool operator==(const Entry&) const = default;
};

class Journal {
 public:
  /// Nothing is made before the first entry is.
  Journal(std::filesystem::path folder, std::string name);

  /// Oldest first; lines that are damaged are left out.
  std::vector<Entry> entries() const;
  /// How many whole lines are that may still matter: what they said is forgotten. That something began or
  /// ended is no news once a later one ended well; what may have paused the schedule is until it is paused or
  /// resumed anew.
  std::uint64_t damaged() const;
  /// Throws Error: busy (disk full, locked), failed.
  void append(const Entry& entry);

  /// The file whose kernel lock the tick at work holds.
  std::filesystem::path work_lock() const;

 private:
  std::filesystem::path folder_;
  std::string name_;
};

}  // namespace mlops::pipeline
