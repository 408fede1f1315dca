#include "gate_rows.hpp"

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <cmath>

#include "row_values.hpp"

namespace mlops::commands {
namespace {

std::string_view verdict_of(const release::Gate& gate) {
  const bool warns = gate.warn && gate.verdict.outcome == expect::Outcome::fail;
  return warns ? "warn" : expect::name_of(gate.verdict.outcome);
}

}  // namespace

std::string figure_text(double value) {
  if (!std::isfinite(value)) return "-";
  const double size = std::abs(value);
  return size != 0 && (size >= 1e6 || size < 1e-3) ? fmt::format("{:.3g}", value)
         : size >= 100                             ? fmt::format("{:.1f}", value)
                                                   : fmt::format("{:.4f}", value);
}

std::string bound_text(double value) {
  const double size = std::abs(value);
  return size >= 1e-3 && size < 10 ? fmt::format("{:.3f}", value) : fmt::format("{:.4g}", value);
}

json::Value judgement_word(const release::Judgement* judgement) {
  if (judgement == nullptr) return nullptr;
  return judgement->rejects() ? "rejected" : "accepted";
}

ui::Cell judgement_cell(store::Store& store, const model::Version& version) {
  try {
    const auto found = release::find_judgement(store, version.name, version.number);
    return {"judgement", judgement_word(found ? &*found : nullptr)};
  } catch (const Error& e) {
    // One damaged record does not hide the other versions.
    if (e.code() != Code::corrupt && e.code() != Code::not_found) throw;
    return {"judgement", "unreadable"};
  }
}

json::Array gate_list(const std::vector<release::Gate>& gates) {
  json::Array out;
  for (const release::Gate& gate : gates)
    out.push_back(json::Object{
        {"assertion", gate.assertion}, {"verdict", verdict_of(gate)}, {"seen", gate.verdict.seen}});
  return out;
}

namespace {

template <typename Gate>
json::Array without_verdicts(const std::vector<Gate>& gates) {
  json::Array out;
  for (const Gate& gate : gates)
    out.push_back(json::Object{{"assertion", gate.text}, {"verdict", nullptr}, {"seen", nullptr}});
  return out;
}

}  // namespace

json::Array planned_gates(const std::vector<release::GateSpec>& gates) { return without_verdicts(gates); }

json::Array planned_gates(const std::vector<manifest::ExpectSpec>& gates) { return without_verdicts(gates); }

json::Object judgee_object(const release::Judgee& judgee) {
  return {{"name", judgee.name},
          {"address", or_null(judgee.address)},
          {"run", or_null(judgee.run)},
          {"metrics", judgee.metrics},
          {"predict_us_per_row", judgee.predict_us > 0 ? json::Value(judgee.predict_us) : json::Value()},
          {"bytes", judgee.bytes},
          {"fault", or_null(judgee.fault)}};
}

std::string metric_text(const json::Value& metric) { return figure_text(metric["value"].number_or(NAN)); }

std::string interval_text(const json::Value& metric) {
  const double low = metric["low"].number_or(NAN);
  if (!std::isfinite(low)) return "-";
  return fmt::format("{}..{}", bound_text(low), bound_text(metric["high"].number_or(NAN)));
}

json::Object judgee_line(const release::Judgee& judgee, const std::string& metric, bool picked) {
  const json::Value metrics(judgee.metrics);
  const std::string name =
      judgee.address.empty() ? judgee.name : fmt::format("{} ({})", judgee.name, judgee.address);
  return {{"judged", (picked ? "* " : "  ") + name},
          {metric, judgee.fault.empty() ? metric_text(metrics[metric]) : judgee.fault},
          {"95 %", interval_text(metrics[metric])},
          {"size", judgee.fault.empty() ? size_text(judgee.bytes) : "-"},
          {"run", judgee.run}};
}

}  // namespace mlops::commands
