/// `serve:`.
#include "src/internal.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <charconv>

namespace mlops::manifest {
namespace {

constexpr std::uint64_t least_kept = 1'000'000;

ServeSpec read_served(const yaml::Entry& entry, std::vector<yaml::Fault>& faults) {
  ServeSpec serve;
  serve.name = entry.key.text;
  Reader reader(faults);
  if (!is_entry(reader, entry, "serve", "{port: 8080, log: 100%}")) return serve;
  reader.fields(entry.value, serve, serve_keys());
  reader.add(problems(serve), entry.key.at);
  return serve;
}

std::optional<double> parse_log(std::string_view text) {
  if (text == "off") return 0;
  if (!text.ends_with('%')) return std::nullopt;
  const char* const end = text.data() + text.size() - 1;
  double percent = 0;
  const auto [stop, fault] = std::from_chars(text.data(), end, percent, std::chars_format::fixed);
  const bool good = fault == std::errc() && stop == end && percent >= 0 && percent <= 100;
  return good ? std::optional(percent / 100) : std::nullopt;
}

Problem no_log(std::string_view key, std::string_view text) {
  return {key, 0, fmt::format("'{}' is '{}', a share of the requests is wanted", key, text),
          "write `100%`, `10%` or `off`"};
}

/// A size says its unit: `400` may be anything.
std::optional<std::uint64_t> parse_size(std::string_view text) {
  const bool unit = text.ends_with('B') || text.ends_with('b');
  const auto bytes = unit ? size_from(text) : std::nullopt;
  return bytes && *bytes >= least_kept ? bytes : std::nullopt;
}

void read_kept(Reader& reader, const yaml::Node& node, ServeSpec& serve) {
  const auto text = reader.text(node);
  if (!text) return;
  const auto us = parse_duration(*text);
  const auto bytes = parse_size(*text);
  const bool twice = (us && serve.keep_us) || (bytes && serve.keep_bytes);
  if (twice) return reader.fault(node.at, fmt::format("'keep' says twice how {}", us ? "long" : "much"));
  if (us) serve.keep_us = us;
  else if (bytes) serve.keep_bytes = bytes;
  else
    reader.fault(node.at, fmt::format("'keep' is '{}', a time or a size is wanted", *text),
                 "write `30d`, `10GB` or `[30d, 10GB]`; 1MB is the least");
}

}  // namespace

double log_share(const std::string& text, std::string_view key) {
  if (const auto share = parse_log(text)) return *share;
  const Problem problem = no_log(key, text);
  throw error(Code::usage, "{}", problem.message).with_hint("{}", problem.hint);
}

void read_log(Reader& reader, const yaml::Node& node, ServeSpec& serve) {
  const auto text = reader.text(node);
  if (!text) return;
  serve.log = parse_log(*text);
  if (serve.log) return;
  const Problem problem = no_log("log", *text);
  reader.fault(node.at, problem.message, problem.hint);
}

void read_keep(Reader& reader, const yaml::Node& node, ServeSpec& serve) {
  if (node.kind != yaml::Kind::sequence) return read_kept(reader, node, serve);
  for (const yaml::Node& item : node.items) read_kept(reader, item, serve);
}

std::vector<Problem> problems(const ServeSpec& serve) {
  std::vector<Problem> out;
  if (auto problem = problem_of_name(serve.name)) out.push_back(*std::move(problem));
  return out;
}

void read_serve(Reader& reader, const yaml::Node& node, Manifest& manifest, std::vector<yaml::Fault>& out) {
  if (!is_section(reader, node, "name: {port: 8080}")) return;
  for (const yaml::Entry& entry : node.entries) manifest.serve.push_back(read_served(entry, out));
}

}  // namespace mlops::manifest
