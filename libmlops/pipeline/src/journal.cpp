#include <mlops/base/error.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/fs/lock.hpp>
#include <mlops/pipeline/journal.hpp>

#include <set>
#include <utility>

#include "src/carried.hpp"
#include "src/entry.hpp"

namespace mlops::pipeline {
namespace {

using Path = std::filesystem::path;

constexpr std::uint64_t most_bytes = 128'000;
constexpr int patience_ms = 10'000;

struct Line {
  std::string text;  ///< With its newline.
  Entry entry;
};

/// Whole lines that are not in `known`.
void read_into(std::vector<Line>& out, std::string_view bytes, const std::set<std::string_view>& known = {}) {
  while (true) {
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos) return;
    const std::string_view text = bytes.substr(0, end + 1);
    auto entry = known.contains(text) ? std::nullopt : entry_of(bytes.substr(0, end));
    if (entry) out.push_back({std::string(text), *std::move(entry)});
    bytes.remove_prefix(end + 1);
  }
}

std::set<std::string_view> lines_in(std::string_view bytes) {
  std::set<std::string_view> out;
  for (std::size_t end = 0; (end = bytes.find('\n')) != std::string_view::npos; bytes.remove_prefix(end + 1))
    out.insert(bytes.substr(0, end + 1));
  return out;
}

/// The new file is read first: what a rotation moves meanwhile is found in the old one then.
std::vector<Line> read_lines(const Path& path, const Path& older) {
  const std::string now = fs::find_file(path).value_or("");
  const std::string before = fs::find_file(older).value_or("");
  std::vector<Line> out;
  read_into(out, before);
  read_into(out, now, lines_in(before));
  return out;
}

/// Lines that nobody can read, by what they may have said.
struct Damage {
  std::uint64_t of_work = 0;  ///< It began or ended.
  std::uint64_t of_rest = 0;  ///< Anything, such as that the schedule is paused.
};

bool spoke_of_work(std::string_view line) {
  const auto says = [&](std::string_view part) { return line.find(part) != std::string_view::npos; };
  return says(R"("event": "begun")") || says(R"("event": "ended")") || says(R"("event": "armed")");
}

void heal(Damage& damage, const Entry& entry) {
  using Event = Entry::Event;
  const bool good =
      entry.event == Event::ended && (entry.outcome == Outcome::done || entry.outcome == Outcome::fresh);
  if (good) damage.of_work = 0;
  if (entry.event == Event::paused || entry.event == Event::resumed) damage = {};
}

/// Lines that are in `known` were seen to already.
void add_damage(Damage& damage, std::string_view bytes, const std::set<std::string_view>& known = {}) {
  for (std::size_t at = 0; (at = bytes.find('\n')) != std::string_view::npos; bytes.remove_prefix(at + 1)) {
    if (known.contains(bytes.substr(0, at + 1))) continue;
    const std::string_view line = bytes.substr(0, at);
    if (const auto entry = entry_of(line)) heal(damage, *entry);
    else ++(spoke_of_work(line) ? damage.of_work : damage.of_rest);
  }
}

/// Open, locked, and still what the name stands for.
fs::File locked(const Path& path) {
  while (true) {
    fs::File file(path, fs::File::Mode::append);
    fs::lock(file, patience_ms);
    fs::refresh(file);
    const auto stamp = fs::find_stamp(path);
    if (stamp && stamp->inode == file.stamp().inode) return file;
  }
}

/// Where the last whole line ends.
std::uint64_t whole_end(const fs::File& file) {
  std::uint64_t end = file.stamp().size;
  char last = '\n';
  while (end > 0 && (file.read_at(&last, 1, end - 1) != 1 || last != '\n')) --end;
  return end;
}

/// The line is in the file and on disk, or the file ends where it did.
void add_line(fs::File& file, const std::string& line) {
  const std::uint64_t end = whole_end(file);
  if (end < file.stamp().size) file.truncate(end);
  try {
    file.write(line);
    file.sync_data();
    if (end == 0) fs::sync_folder(file.path().parent_path());
  } catch (...) {
    try {
      file.truncate(end);
    } catch (const Error&) {
      // The first fault is the one to tell. Half a line is nothing, and the next writer cuts it.
    }
    throw;
  }
}

/// Killed between the two writes, all lines are in both files, which is the same as in one.
void rotate(const Path& path, const Path& older) {
  const std::vector<Line> lines = read_lines(path, older);
  std::vector<Entry> entries;
  for (const Line& line : lines) entries.push_back(line.entry);
  std::string kept;
  for (const std::size_t place : carried(entries)) kept += lines[place].text;
  fs::write_atomic(older, fs::read_file(path));
  fs::write_atomic(path, kept);
}

}  // namespace

Journal::Journal(Path folder, std::string name) : folder_(std::move(folder)), name_(std::move(name)) {}

Path Journal::work_lock() const { return folder_ / (name_ + ".lock"); }

std::vector<Entry> Journal::entries() const {
  std::vector<Entry> out;
  for (Line& line : read_lines(folder_ / (name_ + ".jsonl"), folder_ / (name_ + ".1.jsonl")))
    out.push_back(std::move(line.entry));
  return out;
}

std::uint64_t Journal::damaged() const {
  const std::string before = fs::find_file(folder_ / (name_ + ".1.jsonl")).value_or("");
  const std::string now = fs::find_file(folder_ / (name_ + ".jsonl")).value_or("");
  Damage damage;
  add_damage(damage, before);
  add_damage(damage, now, lines_in(before));
  return damage.of_work + damage.of_rest;
}

void Journal::append(const Entry& entry) {
  const Path path = folder_ / (name_ + ".jsonl");
  if (!fs::find_stamp(folder_)) fs::make_folders(folder_);
  fs::File file = locked(path);
  if (file.stamp().size >= most_bytes) {
    rotate(path, folder_ / (name_ + ".1.jsonl"));
    file = locked(path);
  }
  add_line(file, line_of(entry));
}

}  // namespace mlops::pipeline
