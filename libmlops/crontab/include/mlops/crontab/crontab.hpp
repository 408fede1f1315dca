#pragma once
/// The table of the user's cron: one entry of ours in it, under a comment that it is found again by. Every
/// other byte stays as it is.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::crontab {

/// Two lines: the comment, and when and what.
struct Entry {
  std::string mark;  ///< "# mlops: /srv/churn", of nobody else.
  std::string line;  ///< "* * * * * cd /srv/churn && ..."
};

/// A word as cron hands it to sh unharmed: in quotes where it needs them, each % behind a backslash. Throws
/// Error(usage) for one with a line end, which no table can hold.
std::string word(std::string_view text);

/// `table` with the entry: in the place of the one of its mark, else at the end.
std::string with_entry(std::string_view table, const Entry& entry);

/// `table` without the entries of that mark.
std::string without_entry(std::string_view table, std::string_view mark);

/// The line under the mark; empty: there is none.
std::string line_of(std::string_view table, std::string_view mark);

using Environment = std::map<std::string, std::string>;

/// The user's table by `crontab -l`; empty when there is none yet. Throws Error: not_found ("cron.not_found":
/// there is no such program), failed (it says no).
std::string read(const Environment& environment);

/// Replaces it by `crontab FILE`, the file made in `scratch` for the time; a program that keeps another table
/// than the one given is Error(failed). Throws as read() does.
void write(const Environment& environment, const std::filesystem::path& scratch, const std::string& table);

}  // namespace mlops::crontab
