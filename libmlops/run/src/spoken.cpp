#include "spoken.hpp"

#include <mlops/base/error.hpp>
#include <mlops/run/report.hpp>

#include <algorithm>
#include <vector>

#include "journal.hpp"

namespace mlops::run {
namespace {

constexpr std::size_t longest_spoken = 64 << 10;
constexpr std::size_t longest_plain_name = 64;
constexpr std::size_t most_plain_names = 100;
constexpr std::uint64_t most_plain_lines = 100'000;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_letter(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') ||
         std::string_view("./@%-").find(c) != std::string_view::npos;
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; (at = text.find_first_not_of(" \t", at)) != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(" \t", at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end;
  }
  return out;
}

/// "a=1", "b=2", "step=3". Without a step that is one there is no telling where the points belong.
Directive metric_lines(const std::vector<std::string_view>& list, Time time) {
  Directive out;
  std::optional<std::int64_t> step;
  std::vector<std::pair<std::string_view, double>> found;
  for (const std::string_view word : list) {
    const std::size_t equals = std::min(word.find('='), word.size());
    const auto name = word.substr(0, equals);
    const auto text = word.substr(std::min(equals + 1, word.size()));
    const auto number = number_in(text);
    if (name == "step") {
      step = step_of(value_of(text));
      if (!step) return {};
    } else if (number && is_name(name)) {
      found.emplace_back(name, *number);
    } else {
      out.whole = false;
    }
  }
  for (const auto& [name, value] : found) out.lines += metric_line(name, value, step, time);
  return out;
}

Directive other_lines(std::string_view kind, const std::vector<std::string_view>& list, Time time) {
  Directive out;
  for (const std::string_view word : list) {
    const std::size_t equals = word.find('=');
    const auto name = word.substr(0, equals);
    if (equals == std::string_view::npos || !is_name(name)) {
      out.whole = false;
      continue;
    }
    const auto value = word.substr(equals + 1);
    out.lines += kind == "::param" ? param_line(name, value_of(value), time) : tag_line(name, value, time);
  }
  return out;
}

}  // namespace

std::optional<Directive> directive(std::string_view line, Time time) {
  if (!line.starts_with("::")) return std::nullopt;
  std::vector<std::string_view> list = words(line);
  const std::string_view kind = list.front();
  list.erase(list.begin());
  if (kind != "::metric" && kind != "::param" && kind != "::tag") return std::nullopt;
  Directive out = kind == "::metric" ? metric_lines(list, time) : other_lines(kind, list, time);
  out.whole = out.whole && !out.lines.empty();
  return out;
}

std::optional<PlainMetric> plain_metric(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > longest_plain_name) return std::nullopt;
  const std::string_view name = line.substr(0, colon);
  if (!is_letter(name[0]) || !std::all_of(name.begin(), name.end(), is_name_letter)) return std::nullopt;
  const std::string_view rest = line.substr(colon + 1);
  const auto list = words(rest);
  if (list.size() != 1 || rest.front() == list.front().front()) return std::nullopt;
  const auto number = number_in(list.front());
  return number ? std::optional(PlainMetric{std::string(name), *number}) : std::nullopt;
}

std::string journal_lines_of(std::string_view line, Time time) {
  if (const auto told = directive(line, time)) return told->whole ? told->lines : "";
  if (const auto metric = plain_metric(line)) return metric_line(metric->name, metric->value, {}, time);
  if (const Directive told = metric_lines(words(line), time); told.whole && !told.lines.empty())
    return told.lines;
  Facts facts;
  facts.last = time;
  read_line(facts, line);
  if (facts.bad_lines > 0) return "";
  json::Value value = parse_lenient(line);
  json::Object* object = value.as_object();
  if (object->find("time") == nullptr) object->append("time", time.text());
  return json::dump(value) + "\n";
}

void Listener::hear(std::string_view bytes, Time time) {
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = bytes.find('\n', begin);
    const std::string_view part = bytes.substr(begin, std::min(end, bytes.size()) - begin);
    too_long_ = too_long_ || waiting_.size() + part.size() > longest_spoken;
    if (too_long_) waiting_.clear();
    else waiting_ += part;
    if (end == std::string_view::npos) break;
    if (!too_long_) line(waiting_, time);
    waiting_.clear();
    too_long_ = false;
    begin = end + 1;
  }
  if (!lines_.empty()) take_(lines_);
  lines_.clear();
}

void Listener::finish(Time time) {
  if (!waiting_.empty()) hear("\n", time);
}

bool Listener::counts(const std::string& name) {
  const bool known = names_.contains(name);
  if (heard_ >= most_plain_lines || (!known && names_.size() >= most_plain_names)) {
    ++ignored_;
    return false;
  }
  ++heard_;
  if (!known) names_.insert(name);
  return true;
}

void Listener::line(std::string_view text, Time time) {
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (const auto told = directive(text, time)) {
    lines_ += told->lines;
    if (!told->whole)
      lines_.append(text).append("\n");  // As it is: read back, it is a bad line of the journal.
  } else if (const auto metric = plain_metric(text); metric && counts(metric->name)) {
    lines_ += metric_line(metric->name, metric->value, {}, time);
  }
}

}  // namespace mlops::run
