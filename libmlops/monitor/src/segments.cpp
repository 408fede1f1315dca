#include <mlops/monitor/segments.hpp>

#include <mlops/base/error.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/file.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace mlops::monitor {
namespace {

constexpr std::int64_t hour_us = 3'600'000'000;

/// "20261121T111810Z-...": when it was begun; nothing for a file of another name.
std::optional<Time> begun_of(const std::string& name) {
  constexpr std::size_t stamp = 16;
  if (name.size() <= stamp || name[stamp] != '-' || !name.ends_with(".jsonl")) return std::nullopt;
  const auto part = [&](std::size_t at, std::size_t size) { return name.substr(at, size); };
  if (name[8] != 'T' || name[stamp - 1] != 'Z') return std::nullopt;
  return Time::parse(part(0, 4) + "-" + part(4, 2) + "-" + part(6, 2) + "T" + part(9, 2) + ":" + part(11, 2) +
                     ":" + part(13, 3));
}

/// A file that goes while it is looked at is none, nor is what is no file: opening a pipe would wait for
/// ever.
std::optional<Segment> segment_at(const std::filesystem::path& path) {
  const auto begun = begun_of(path.filename().string());
  std::error_code gone;
  if (!begun || !std::filesystem::is_regular_file(path, gone)) return std::nullopt;
  const auto stamp = fs::find_stamp(path);
  if (!stamp) return std::nullopt;
  return Segment{path, *begun, stamp->size};
}

}  // namespace

std::vector<Segment> segments(const std::filesystem::path& folder, const std::string& model) {
  std::vector<Segment> out;
  std::error_code fault;
  for (std::filesystem::directory_iterator at(folder / model, fault), end; !fault && at != end;
       at.increment(fault)) {
    if (auto segment = segment_at(at->path())) out.push_back(*std::move(segment));
  }
  if (fault && fault != std::errc::no_such_file_or_directory)
    throw error(Code::failed, "cannot read '{}': {}", (folder / model).string(), fault.message());
  std::sort(out.begin(), out.end(),
            [](const Segment& a, const Segment& b) { return a.path.filename() < b.path.filename(); });
  return out;
}

std::size_t forget(const std::filesystem::path& folder, const std::string& model, const Keep& keep, Time now,
                   std::uint64_t room) {
  const std::vector<Segment> all = segments(folder, model);
  std::uint64_t bytes = room;
  for (const Segment& one : all) bytes += one.bytes;
  std::size_t gone = 0;
  for (const Segment& one : all) {
    const bool old = one.begun.us + hour_us < now.us - keep.us;
    if (!old && bytes <= keep.bytes) continue;
    fs::remove_file(one.path);
    bytes -= one.bytes;
    ++gone;
  }
  return gone;
}

Lines read(const Segment& segment, const std::function<void(std::string_view line)>& line) {
  constexpr std::size_t portion = 1'000'000;
  fs::File file(segment.path);
  std::string text;
  Lines lines;
  for (std::size_t kept = 0;;) {
    text.resize(kept + portion);
    const std::size_t got = file.read(text.data() + kept, portion);
    text.resize(kept + got);
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
      line(std::string_view(text).substr(begin, end - begin));
      ++lines.whole;
    }
    text.erase(0, begin);
    kept = text.size();
    if (got == 0) break;
  }
  lines.torn = text.empty() ? 0 : 1;
  return lines;
}

}  // namespace mlops::monitor
