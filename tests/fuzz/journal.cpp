/// What programs report of a run: what they print, and lines of a journal.
#include "src/journal.hpp"
#include "fuzz.hpp"
#include "src/record.hpp"
#include "src/spoken.hpp"

#include <mlops/run/report.hpp>

namespace {

using namespace mlops;
using namespace mlops::run;

void read(Facts& facts, std::string_view lines) {
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size());
    read_line(facts, lines.substr(at, end - at));
    at = end + 1;
  }
}

std::uint64_t directives_in(std::string_view lines) {
  std::uint64_t count = lines.starts_with("::") ? 1 : 0;
  for (std::size_t at = lines.find("\n::"); at != std::string_view::npos; at = lines.find("\n::", at + 1))
    ++count;
  return count;
}

/// What is heard is a journal that is understood, but for directives that are not: they stand there as they
/// are.
std::string heard(std::string_view bytes, std::size_t piece) {
  std::string journal;
  Listener listener([&](const std::string& lines) { journal += lines; });
  for (std::size_t at = 0; at < bytes.size(); at += piece) listener.hear(bytes.substr(at, piece), {});
  listener.finish({});
  Facts facts;
  read(facts, journal);
  fuzz::require(facts.bad_lines == directives_in(journal), "what is heard is understood");
  return journal;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::size_t piece = 1 + input.byte();
  const std::string_view text = input.rest();
  fuzz::require(heard(text, piece) == heard(text, 65536), "pieces do not matter");
  Facts facts;
  read(facts, text);
  for (const auto& [name, points] : facts.metrics) {
    fuzz::require(is_name(name), "a metric has a name");
    fuzz::require(summary_of(points).count == points.size(), "every point counts");
  }
  const std::string series = series_text(facts);
  Facts again;
  again.metrics = series_from(series);
  fuzz::require(series_text(again) == series, "a series reads back");
  Report report({});
  report.lines(text);
  Facts reported;
  read(reported, report.text());
  fuzz::require(reported.bad_lines == 0, "what is reported is understood");
  return 0;
}
