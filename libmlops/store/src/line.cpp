#include "src/line.hpp"

#include <mlops/base/crc.hpp>
#include <mlops/base/error.hpp>
#include <mlops/json/value.hpp>
#include <mlops/store/exchange.hpp>

namespace mlops::store {
namespace {

constexpr std::size_t first_window = 4096;

/// `,"crc":"1a2b3c4d"}`: the end of every line.
std::string closing(std::string_view body) { return fmt::format(",\"crc\":\"{:08x}\"}}", crc32c(body)); }

std::optional<Digest> digest_in(const json::Value& value) {
  const std::string* text = value.as_string();
  return text == nullptr ? std::nullopt : Digest::parse(*text);
}

std::string bytes_of(const fs::File& file, std::uint64_t from, std::uint64_t to) {
  std::string bytes(to - from, '\0');
  bytes.resize(file.read_at(bytes.data(), bytes.size(), from));
  return bytes;
}

}  // namespace

json::Object object_of(const ReferenceEntry& entry) {
  return {{"digest", entry.digest.text()},
          {"previous", entry.previous ? json::Value(entry.previous->text()) : json::Value()},
          {"seq", entry.seq},
          {"summary", entry.summary},
          {"time", entry.time.text()},
          {"who", entry.who},
          {"why", entry.why}};
}

std::optional<ReferenceEntry> entry_from(const json::Value& value) {
  const auto digest = digest_in(value["digest"]);
  const auto time = Time::parse(value["time"].text_or(""));
  const std::int64_t seq = value["seq"].int_or(0);
  if (!digest || !time || seq < 1) return std::nullopt;
  return ReferenceEntry{.seq = seq,
                        .digest = *digest,
                        .previous = digest_in(value["previous"]),
                        .time = *time,
                        .who = value["who"].text_or(""),
                        .why = value["why"].text_or(""),
                        .summary = value["summary"].text_or("")};
}

std::string line_of(const ReferenceEntry& entry) {
  std::string line = json::canonical(object_of(entry));
  line.pop_back();
  return line + closing(line) + "\n";
}

std::optional<ReferenceEntry> entry_of(std::string_view line) {
  const std::size_t size = closing("").size();
  if (line.size() <= size) return std::nullopt;
  const std::string_view body = line.substr(0, line.size() - size);
  if (line.substr(body.size()) != closing(body)) return std::nullopt;
  try {
    return entry_from(json::parse(line));
  } catch (const Error&) {
    return std::nullopt;
  }
}

Lines read_lines(const fs::File& file, std::uint64_t offset) {
  const std::string bytes = bytes_of(file, offset, std::max(offset, file.stamp().size));
  Lines lines = {.entries = {}, .end = offset, .torn = 0};
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::size_t newline = bytes.find('\n', at);
    if (newline == std::string::npos) break;
    auto entry = entry_of(std::string_view(bytes).substr(at, newline - at));
    // What a power cut leaves of an append that nobody was told of is a last line without its end, or with
    // zeros for the pages that did not make it. Any other line that is wrong was damaged later.
    const std::string_view text = std::string_view(bytes).substr(at, newline - at);
    const bool cut_off = newline + 1 == bytes.size() && text.find('\0') != std::string_view::npos;
    if (!entry && cut_off) break;
    if (!entry) {
      throw error(Code::corrupt,
                  "the reference file '{}' is damaged: the line at byte {} is not what was written",
                  file.path().native(), offset + at)
          .with_id("reference.corrupt")
          .with_hint("bring the file back from a copy of the store; `mlops store fsck` tells of all damage");
    }
    lines.entries.push_back(std::move(*entry));
    at = newline + 1;
  }
  lines.end = offset + at;
  lines.torn = bytes.size() - at;
  return lines;
}

Lines read_last(const fs::File& file) {
  const std::uint64_t size = file.stamp().size;
  for (std::uint64_t window = first_window;; window *= 4) {
    const std::uint64_t from = size > window ? size - window : 0;
    const std::string bytes = bytes_of(file, from, size);
    // The window begins inside a line; of the whole lines in it the last two are enough.
    std::size_t start = bytes.size();
    for (int lines = 0; lines < 3 && start != std::string::npos; ++lines) {
      start = start == 0 ? std::string::npos : bytes.rfind('\n', start - 1);
    }
    if (start == std::string::npos && from > 0) continue;
    Lines lines = read_lines(file, start == std::string::npos ? 0 : from + start + 1);
    if (lines.entries.size() > 1) lines.entries.erase(lines.entries.begin(), lines.entries.end() - 1);
    return lines;
  }
}

}  // namespace mlops::store
