#include <mlops/base/error.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/lock.hpp>
#include <mlops/store/references.hpp>

#include "src/layout.hpp"
#include "src/line.hpp"

namespace mlops::store {
namespace {

constexpr int patience_ms = 10'000;

/// A torn first line is not longer than this.
constexpr std::uint64_t longest_checked = 1 << 16;

std::string brief(const std::optional<Digest>& digest) { return digest ? digest->text() : "nothing"; }

[[noreturn]] void moved(const ReferenceName& name, const std::optional<Digest>& now,
                        const std::optional<Digest>& expected) {
  throw error(Code::conflict, "'{}/{}' was moved by another command: it points at {}, expected was {}",
              name.kind, name.name, brief(now), brief(expected))
      .with_id("reference.conflict")
      .with_hint("run the command again");
}

std::optional<fs::File> find_open(const Path& path) {
  if (!fs::find_stamp(path)) return std::nullopt;
  return fs::File(path);
}

/// False for a file that holds nothing but a first line that was torn.
bool has_value(const Path& path, std::uint64_t size) {
  if (size == 0 || size > longest_checked) return size > 0;
  try {
    return !read_last(fs::File(path)).entries.empty();
  } catch (const Error& e) {
    if (e.code() != Code::corrupt) throw;
  }
  return true;  // It had one; whoever reads it is told of the damage.
}

/// The file under its lock; another one may have taken its place while the lock was waited for.
fs::File locked(const Path& path) {
  for (;;) {
    fs::File file(path, fs::File::Mode::append);
    fs::lock(file, patience_ms);
    const auto named = fs::find_stamp(path);
    const fs::Stamp held = file.stamp();
    if (named && named->device == held.device && named->inode == held.inode) return file;
  }
}

void sync_folders_of(const Path& path) {
  for (const Path& folder : {path.parent_path(), path.parent_path().parent_path()}) fs::sync_folder(folder);
}

/// Whether the entries go on from what the file ends with; then they are in it, not yet on disk.
bool extend(fs::File& file, const std::vector<ReferenceEntry>& entries) {
  const Lines last = read_last(file);
  std::optional<Digest> now;
  if (!last.entries.empty()) now = last.entries.back().digest;
  const std::int64_t seq = last.entries.empty() ? 0 : last.entries.back().seq;
  if (entries.front().previous != now || entries.front().seq != seq + 1) return false;
  if (last.torn > 0) file.truncate(last.end);
  std::string text;
  for (const ReferenceEntry& entry : entries) text += line_of(entry);
  try {
    file.write(text);
  } catch (...) {
    file.truncate(last.end);
    throw;
  }
  return true;
}

/// The line is in the file and on disk, or the file ends where it did.
void append(fs::File& file, const Lines& last, const std::string& line) {
  if (last.torn > 0) file.truncate(last.end);
  try {
    file.write(line);
    file.sync_data();
    sync_folders_of(file.path());  // Always: who made the file, or the folder, may have been killed before.
  } catch (...) {
    try {
      file.truncate(last.end);
    } catch (const Error&) {
      // The first fault is the one to tell. Half a line is no value, and the next writer cuts it.
    }
    throw;
  }
}

}  // namespace

References::References(std::filesystem::path root) : root_(std::move(root)) {}

std::optional<ReferenceEntry> References::find(const ReferenceName& name) const {
  const auto file = find_open(reference_path(root_, name));
  if (!file) return std::nullopt;
  Lines last = read_last(*file);
  if (last.entries.empty()) return std::nullopt;
  return std::move(last.entries.back());
}

std::vector<ReferenceEntry> References::history(const ReferenceName& name) const {
  const auto file = find_open(reference_path(root_, name));
  return file ? read_lines(*file).entries : std::vector<ReferenceEntry>();
}

std::vector<ReferenceName> References::list() const {
  std::vector<ReferenceName> names;
  for (ReferenceFile& file : reference_files(root_)) {
    if (has_value(reference_path(root_, file.name), file.size)) names.push_back(std::move(file.name));
  }
  return names;
}

ReferenceEntry References::move(const ReferenceName& name, const Digest& digest,
                                std::optional<Digest> expected, Time time, std::string_view who,
                                std::string_view why, std::string_view summary) {
  const Path path = reference_path(root_, name);
  if (expected && !fs::find_stamp(path)) moved(name, std::nullopt, expected);
  if (!fs::find_stamp(path.parent_path())) fs::make_folders(path.parent_path());
  fs::File file = locked(path);
  const Lines last = read_last(file);
  std::optional<Digest> now;
  if (!last.entries.empty()) now = last.entries.back().digest;
  if (now != expected) moved(name, now, expected);
  ReferenceEntry entry = {.seq = last.entries.empty() ? 1 : last.entries.back().seq + 1,
                          .digest = digest,
                          .previous = now,
                          .time = time,
                          .who = std::string(who),
                          .why = std::string(why),
                          .summary = std::string(summary)};
  append(file, last, line_of(entry));
  return entry;
}

std::vector<ReferenceName> References::extend(const std::vector<Extension>& extensions) {
  constexpr std::size_t many = 16;
  std::vector<ReferenceName> left_out;
  for (const Extension& extension : extensions) {
    const Path path = reference_path(root_, extension.name);
    if (!fs::find_stamp(path.parent_path())) fs::make_folders(path.parent_path());
    fs::File file = locked(path);
    if (!store::extend(file, extension.entries)) {
      left_out.push_back(extension.name);
    } else if (extensions.size() < many) {
      file.sync_data();
      sync_folders_of(path);
    }
  }
  if (extensions.size() >= many) fs::sync_volume(root_);
  return left_out;
}

void References::rewrite(const ReferenceName& name, const std::vector<ReferenceEntry>& before,
                         const std::vector<ReferenceEntry>& entries) {
  const Path path = reference_path(root_, name);
  const fs::File file = locked(path);
  const Lines now = read_lines(file);
  if (now.entries != before) {
    moved(name, now.entries.empty() ? std::nullopt : std::optional(now.entries.back().digest),
          before.empty() ? std::nullopt : std::optional(before.back().digest));
  }
  std::string text;
  for (const ReferenceEntry& entry : entries) text += line_of(entry);
  fs::write_atomic(path, text);
}

}  // namespace mlops::store
