#include "src/log_line.hpp"

#include <mlops/base/error.hpp>

#include <array>

namespace mlops::monitor {
namespace {

using CellKind = json::Node::Kind;

constexpr std::string_view line_head = R"({"schema":"mlops.prediction/1","time":")";

const json::Cell nothing = {};

std::string_view text_of(const json::Node& node) {
  return node.is(CellKind::text) ? node.text() : std::string_view();
}

}  // namespace

std::optional<Time> time_of(std::string_view line) {
  if (!line.starts_with(line_head)) return std::nullopt;
  const std::string_view rest = line.substr(line_head.size());
  return Time::parse(rest.substr(0, rest.find('"')));
}

std::optional<LogLine> log_line(json::Document& document, std::string_view text) {
  const json::Node none(&nothing);
  LogLine out = {
      .inputs = none, .features = none, .prediction = none, .probability = none, .probabilities = none};
  const auto time = time_of(text);
  if (!time) return std::nullopt;
  out.time = *time;
  try {
    const json::Node line = document.parse(text);
    for (const json::Entry& member : line.members()) {
      const json::Node& value = member.value;
      if (member.name == "request") out.request = text_of(value);
      else if (member.name == "row") out.row = value.is(CellKind::integer) ? value.integer() : 0;
      else if (member.name == "model") out.model = text_of(value);
      else if (member.name == "digest") out.digest = text_of(value);
      else if (member.name == "inputs") out.inputs = value;
      else if (member.name == "features") out.features = value;
      else if (member.name == "prediction") out.prediction = value;
      else if (member.name == "probability") out.probability = value;
      else if (member.name == "probabilities") out.probabilities = value;
    }
  } catch (const Error& e) {
    if (e.code() != Code::corrupt) throw;
    return std::nullopt;
  }
  if (out.row < 1 || out.model.empty()) return std::nullopt;
  return out;
}

}  // namespace mlops::monitor
