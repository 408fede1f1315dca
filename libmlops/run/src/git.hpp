#pragma once
/// Questions to the program `git` about one work tree. Nothing that it answers is taken for granted: an
/// absent answer is an absent fact.

#include <mlops/proc/process.hpp>
#include <mlops/run/run.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mlops::run {

class Git {
 public:
  Git(std::filesystem::path folder, Variables environment);

  bool installed() const;
  /// The answer without its last newline; nothing when git failed.
  std::optional<std::string> ask(const std::vector<std::string>& words) const;
  /// From now on in this folder, and with this variable.
  void enter(const std::filesystem::path& folder) { folder_ = folder; }
  void set(const std::string& name, const std::string& value) { environment_[name] = value; }
  proc::Request request(const std::vector<std::string>& words) const;

 private:
  std::filesystem::path folder_;
  Variables environment_;
};

/// "a\0b\0" as a list.
std::vector<std::string> split_at_zero(const std::string& text);

}  // namespace mlops::run
