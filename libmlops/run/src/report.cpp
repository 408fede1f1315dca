#include <mlops/base/error.hpp>
#include <mlops/fs/lock.hpp>
#include <mlops/fs/volume.hpp>
#include <mlops/fs/walk.hpp>
#include <mlops/run/report.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <charconv>

#include "annotation.hpp"
#include "folder.hpp"
#include "journal.hpp"
#include "spoken.hpp"

namespace mlops::run {
namespace {

store::TreeFile kept(store::Objects& objects, const Path& path, const std::string& name) {
  require_artifact_path(name);
  struct stat status = {};
  const bool executable = ::stat(path.c_str(), &status) == 0 && (status.st_mode & 0100) != 0;
  const Digest digest = objects.put_file(path);
  return {name, executable ? 0755U : 0644U, objects.size(digest).value_or(0), digest};
}

/// The project's store and git's: what keeps the files is none of them.
bool is_housekeeping(const Path& path) {
  return std::any_of(path.begin(), path.end(),
                     [](const Path& part) { return part == ".mlops" || part == ".git"; });
}

bool still_named(const fs::File& file) {
  const auto named = fs::find_stamp(file.path());
  return named && named->inode == file.stamp().inode && named->device == file.stamp().device;
}

std::optional<fs::File> open_journal(const Path& path) {
  try {
    return fs::File(path, fs::File::Mode::update);
  } catch (const Error& e) {
    if (e.code() == mlops::Code::not_found) return std::nullopt;
    throw;
  }
}

}  // namespace

void Report::metric(std::string_view name, double value, std::optional<std::int64_t> step) {
  require_name("metric", name);
  text_ += metric_line(name, value, step, time_);
}

void Report::metric(std::string_view name, const Point& point) {
  require_name("metric", name);
  text_ += metric_line(name, point.value, point.step, point.time);
}

void Report::param(std::string_view name, const json::Value& value) {
  require_name("param", name);
  text_ += param_line(name, value, time_);
}

void Report::tag(std::string_view name, std::string_view value) {
  require_name("tag", name);
  text_ += tag_line(name, value, time_);
}

void Report::no_tag(std::string_view name) {
  require_name("tag", name);
  text_ += no_tag_line(name, time_);
}

void Report::input(const DataReference& data) { text_ += data_line(Direction::input, data, time_); }

void Report::artifact(store::Objects& objects, const Path& path, const std::string& name) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) {
    text_ += artifact_line(kept(objects, path, name), time_);
    return;
  }
  for (const fs::WalkedFile& file : fs::walk(path).files) {
    if (is_housekeeping(file.path)) continue;
    text_ += artifact_line(kept(objects, path / file.path, (Path(name) / file.path).native()), time_);
  }
}

std::size_t Report::lines(std::string_view text) {
  std::size_t bad = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
    const std::string understood = journal_lines_of(line, time_);
    bad += understood.empty() ? 1 : 0;
    text_ += understood;
  }
  return bad;
}

bool report_to(const Path& journal, const Report& report, Durable durable) {
  if (report.empty()) return true;
  auto file = open_journal(journal);
  if (!file) return false;
  // Who seals the run holds the lock alone: after that the journal has no name any more. On a network file
  // system appends of several machines write over each other, unless they take turns.
  const bool alone = fs::volume(journal).network;
  fs::lock(*file, 60'000, nullptr, alone ? fs::Sharing::exclusive : fs::Sharing::shared);
  if (!still_named(*file)) return false;
  if (alone) fs::refresh(*file);
  file->write(report.text());
  if (durable == Durable::yes) file->sync_data();
  return true;
}

Path store_of(const Path& journal) { return journal.parent_path().parent_path().parent_path(); }

Run report(store::Store& store, std::string_view address, const Report& report, std::string_view who) {
  Run run = get(store, address);
  if (!run.record && run.status != Status::lost) {
    const Folder folder{runs_folder(store.root()) / run.id};
    if (report_to(folder.journal(), report, Durable::yes)) return run;
    run = get(store, run.id);
  }
  annotate(store, run, report, who);
  return run;
}

std::optional<double> number_in(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end == text.data() + text.size() && !text.empty() && fault == std::errc()) return value;
  return number_of(json::Value(text));
}

json::Value value_of(std::string_view text) {
  try {
    json::Value value = json::parse(text);
    if (value.as_bool() != nullptr || value.as_int() != nullptr || value.as_double() != nullptr) return value;
  } catch (const Error&) {
    // Then it is a text.
  }
  return text;
}

Assignment assignment(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string_view::npos) {
    throw error(mlops::Code::usage, "'{}' is no assignment: it wants name=value", text);
  }
  return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

}  // namespace mlops::run
