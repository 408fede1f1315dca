#include "journal.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/json/number.hpp>

#include <cmath>

namespace mlops::run {
namespace {

/// Seven million points: more would cost memory that a machine may not have when the run ends.
constexpr std::uint64_t most_journal = 512 << 20;
constexpr std::size_t longest_line = 16 << 20;

std::string line_of(json::Object object, Time time) {
  object.append("time", time.text());
  return json::dump(std::move(object)) + "\n";
}

json::Object data_object(const DataReference& data) {
  return {{"role", data.role}, {"address", data.address}, {"digest", data.digest}};
}

bool is_word(std::string_view text, std::size_t at, std::string_view word) {
  return text.substr(at, word.size()) == word;
}

/// With quotes around what JSON has no word for, outside of texts.
std::string quoted(std::string_view text) {
  std::string out;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (inside && text[i] == '\\' && i + 1 < text.size()) {
      out += text.substr(i++, 2);
      continue;
    }
    if (text[i] == '"') inside = !inside;
    std::string_view word;
    for (const std::string_view one : {"NaN", "-Infinity", "Infinity"}) {
      if (!inside && word.empty() && is_word(text, i, one)) word = one;
    }
    if (word.empty()) {
      out += text[i];
    } else {
      out.append("\"").append(word).append("\"");
      i += word.size() - 1;
    }
  }
  return out;
}

std::string text_of(const json::Value& value) {
  const std::string* text = value.as_string();
  return text != nullptr ? *text : json::dump(value);
}

DataReference data_of(const json::Value& value) {
  return {value["role"].text_or(""), value["address"].text_or(""), value["digest"].text_or("")};
}

bool read_artifact(Facts& facts, const json::Value& line) {
  const std::string path = line["artifact"].text_or("");
  const auto digest = Digest::parse(line["digest"].text_or(""));
  if (path.empty() || !digest) return false;
  facts.artifacts[path] = {.path = path,
                           .mode = static_cast<std::uint32_t>(line["mode"].int_or(0644)),
                           .size = static_cast<std::uint64_t>(line["size"].int_or(0)),
                           .digest = *digest};
  return true;
}

bool has_value(const json::Value& line) { return line.as_object()->find("value") != nullptr; }

bool read_fact(Facts& facts, const json::Value& line) {
  const json::Value& value = line["value"];
  const std::string metric = line["metric"].text_or("");
  const std::string param = line["param"].text_or("");
  const std::string tag = line["tag"].text_or("");
  if (is_name(metric)) {
    const auto number = number_of(value);
    if (number) add_point(facts, metric, *number, step_of(line["step"]), facts.last);
    return number.has_value();
  }
  if ((is_name(param) || is_name(tag)) && !has_value(line)) return false;
  if (is_name(param)) facts.params[param] = value;
  else if (is_name(tag) && value.is_null()) facts.tags.erase(tag);
  else if (is_name(tag)) facts.tags[tag] = text_of(value);
  else if (line["input"].as_object() != nullptr) facts.inputs.push_back(data_of(line["input"]));
  else if (line["output"].as_object() != nullptr) facts.outputs.push_back(data_of(line["output"]));
  else return read_artifact(facts, line);
  return true;
}

/// A member that is there, and is not null, has to be what it should be.
bool is_sound(const json::Value& line) {
  const json::Value& step = line["step"];
  const json::Value& time = line["time"];
  return (step.is_null() || step_of(step)) && (time.is_null() || Time::parse(time.text_or("")));
}

void bad_line(Facts& facts, std::string_view line) {
  constexpr std::size_t shown = 100;
  if (facts.bad_lines++ == 0) facts.first_bad = line.substr(0, shown);
}

/// The name of a member of nested objects: "outer.inner".
std::string nested(const std::string& outer, const std::string& inner) {
  return outer.empty() ? inner : outer + "." + inner;
}

}  // namespace

std::optional<std::int64_t> step_of(const json::Value& value) {
  if (const std::int64_t* step = value.as_int()) return *step;
  const double* number = value.as_double();
  if (number == nullptr || std::abs(*number) >= 9e15 || *number != std::trunc(*number)) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

std::string metric_line(std::string_view name, double value, std::optional<std::int64_t> step, Time time) {
  json::Object line = {{"metric", name}, {"value", json::number(value)}};
  if (step) line.append("step", *step);
  return line_of(std::move(line), time);
}

std::string param_line(std::string_view name, const json::Value& value, Time time) {
  return line_of({{"param", name}, {"value", value}}, time);
}

std::string tag_line(std::string_view name, std::string_view value, Time time) {
  return line_of({{"tag", name}, {"value", value}}, time);
}

std::string no_tag_line(std::string_view name, Time time) {
  return line_of({{"tag", name}, {"value", nullptr}}, time);
}

std::string data_line(Direction direction, const DataReference& data, Time time) {
  return line_of({{direction == Direction::input ? "input" : "output", data_object(data)}}, time);
}

std::string artifact_line(const store::TreeFile& file, Time time) {
  return line_of({{"artifact", file.path},
                  {"digest", file.digest.text()},
                  {"mode", std::int64_t{file.mode}},
                  {"size", file.size}},
                 time);
}

json::Value parse_lenient(std::string_view text) {
  try {
    return json::parse(text);
  } catch (const Error&) {
    const std::string again = quoted(text);
    if (again == text) throw;
    return json::parse(again);
  }
}

void read_line(Facts& facts, std::string_view line) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
  ++facts.lines;
  try {
    const json::Value value = parse_lenient(line);
    if (!is_sound(value)) return bad_line(facts, line);
    if (const auto time = Time::parse(value["time"].text_or(""))) facts.last = *time;
    if (!read_fact(facts, value)) bad_line(facts, line);
  } catch (const Error&) {
    bad_line(facts, line);
  }
}

void read_journal(Facts& facts, const fs::File& file) {
  constexpr std::size_t block = 1 << 20;
  std::string waiting;
  std::uint64_t offset = 0;
  bool inside_long = false;
  while (offset < most_journal) {
    const std::size_t before = waiting.size();
    waiting.resize(before + block);
    const std::size_t count = file.read_at(waiting.data() + before, block, offset);
    waiting.resize(before + count);
    offset += count;
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = waiting.find('\n', begin)) != std::string::npos; begin = end + 1) {
      if (!inside_long) read_line(facts, std::string_view(waiting).substr(begin, end - begin));
      inside_long = false;
    }
    waiting.erase(0, begin);
    if (count == 0) break;
    if (waiting.size() <= longest_line) continue;
    waiting.clear();
    if (!inside_long) bad_line(facts, "one of more than 16 MiB");
    inside_long = true;
  }
  const std::uint64_t size = file.stamp().size;
  if (size > offset) {
    facts.notes.push_back(fmt::format("the journal has {}: what is behind the first {} is not kept",
                                      size_text(size), size_text(offset)));
  } else if (!inside_long) {
    read_line(facts, waiting);
  }
}

bool read_metrics(Facts& facts, const std::string& prefix, const json::Value& value) {
  if (const json::Object* object = value.as_object()) {
    bool any = false;
    for (const auto& [name, member] : *object) {
      any |= read_metrics(facts, nested(prefix, name), member);
    }
    return any;
  }
  if (const json::Array* list = value.as_array()) {
    bool any = false;
    for (const json::Value& item : *list)
      any |= item.as_array() == nullptr && read_metrics(facts, prefix, item);
    return any;
  }
  const auto number = number_of(value);
  if (!number || !is_name(prefix)) return false;
  add_point(facts, prefix, *number, {}, facts.last);
  return true;
}

void read_params(Facts& facts, const std::string& prefix, const json::Value& value) {
  const json::Object* object = value.as_object();
  if (object == nullptr) {
    if (is_name(prefix)) facts.params[prefix] = value;
    return;
  }
  for (const auto& [name, member] : *object) {
    read_params(facts, nested(prefix, name), member);
  }
}

}  // namespace mlops::run
