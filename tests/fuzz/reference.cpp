/// The file of a reference, whole, torn and damaged. After a line without a crc the right one is put, so that
/// what is behind the check is reached as well.
#include "fuzz.hpp"
#include "src/line.hpp"

#include <fmt/format.h>
#include <mlops/base/crc.hpp>

namespace {

using namespace mlops;
using namespace mlops::store;

std::string closed(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    out += line;
    if (line.starts_with('{') && !line.ends_with('}'))
      out += fmt::format(",\"crc\":\"{:08x}\"}}", crc32c(line));
    if (end < text.size()) out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  const std::string text = closed(input.rest());
  const fs::File file(fuzz::scratch_file(text));
  fuzz::taken({Code::corrupt}, [&] {
    const Lines lines = read_lines(file);
    fuzz::require(lines.end + lines.torn == text.size(), "every byte is a line's or torn");
    const Lines last = read_last(file);
    fuzz::require(last.entries.size() == std::min<std::size_t>(lines.entries.size(), 1), "the last is read");
    if (!last.entries.empty()) fuzz::require(last.entries[0] == lines.entries.back(), "and is the last");
    for (const ReferenceEntry& entry : lines.entries) {
      std::string line = line_of(entry);
      line.pop_back();
      fuzz::require(entry_of(line) == entry, "what is written reads back");
    }
  });
  return 0;
}
