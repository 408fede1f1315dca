#include "exit_codes.hpp"

#include <algorithm>

namespace mlops::cli {
namespace {

constexpr ExitStatus table[] = {
    {0, "done", "done, or nothing to do", true},
    {1, "failed", "it was tried and did not work", true},
    {2, "usage", "wrong command line, wrong configuration, or a store made by a newer version", true},
    {3, "negative", "the answer is no", false},
    {4, "not_found", "a thing that was named does not exist", false},
    {5, "conflict", "somebody else changed it, or it exists already", false},
    {6, "corrupt", "corrupt or unsafe content", false},
    {70, "internal", "a fault of this program", true},
    {75, "busy", "try again later: locked, port taken, remote away, disk full", true},
    {129, "hung_up", "the terminal was closed (SIGHUP)", true},
    {130, "interrupted", "interrupted by Ctrl-C (SIGINT)", true},
    {143, "terminated", "stopped by SIGTERM", true},
};

}  // namespace

std::span<const ExitStatus> exit_statuses() { return table; }

std::string_view name_of(Code code) {
  const auto same = [&](const ExitStatus& row) { return row.status == static_cast<int>(code); };
  const auto found = std::find_if(std::begin(table), std::end(table), same);
  return found == std::end(table) ? "failed" : found->name;
}

std::vector<std::pair<int, std::string>> statuses_of(const Command* command) {
  std::vector<std::pair<int, std::string>> out;
  for (const ExitStatus& row : table) {
    std::string meaning(row.meaning);
    bool listed = row.everywhere || command == nullptr;
    for (const Exit& exit : command == nullptr ? std::vector<Exit>{} : command->exits) {
      if (static_cast<int>(exit.code) != row.status) continue;
      listed = true;
      if (!exit.meaning.empty()) meaning = exit.meaning;
    }
    if (listed) out.emplace_back(row.status, meaning);
  }
  return out;
}

}  // namespace mlops::cli
