#include "target_rows.hpp"

#include <fmt/core.h>

namespace mlops::commands {
namespace {

/// `rejected` is a verdict, on what may be there all the same.
std::string_view action_of(const Error& fault) {
  return fault.code() == Code::negative ? "rejected" : "failed";
}

std::string_view action_of(const Step& step, bool plan) {
  if (step.fault) return action_of(*step.fault);
  if (!step.blocked.empty()) return "blocked";
  if (step.fresh && step.judging.empty()) return "fresh";
  if (step.fresh) return plan ? "would judge" : "judged";
  if (step.address.starts_with("sources/")) return plan ? "would ingest" : "ingested";
  return plan ? "would make" : "made";
}

std::string why_of(const Step& step) {
  if (step.fault) return step.fault->message();
  if (!step.blocked.empty()) return step.blocked;
  if (step.refused) return fmt::format("{}; {}", step.why, step.refused->message());
  if (step.judging.empty()) return step.why;
  return step.why.empty() ? step.judging : fmt::format("{}; {}", step.judging, step.why);
}

}  // namespace

ui::Row step_row(const Step& step, bool plan) {
  const bool known = step.version && (step.fresh || step.fault || !plan);
  const std::string why = why_of(step);
  return {
      {"address", step.address},
      {"action", std::string(action_of(step, plan))},
      {"version", known ? json::Value(step.version->number) : json::Value()},
      {"rows", known ? json::Value(step.version->rows) : json::Value()},
      {"table", known ? json::Value("sha256:" + step.version->table.hex()) : json::Value(), ui::Show::digest},
      {"why", why.empty() ? json::Value() : json::Value(why)},
      {"gates", nullptr, ui::Show::hidden}};
}

ui::Row target_row(const std::string& address, std::string_view action, json::Value version, json::Value rows,
                   json::Value why, json::Array gates) {
  return {{"address", address},
          {"action", std::string(action)},
          {"version", std::move(version)},
          {"rows", std::move(rows)},
          {"table", nullptr, ui::Show::digest},
          {"why", std::move(why)},
          {"gates", gates.empty() ? json::Value() : json::Value(std::move(gates)), ui::Show::hidden}};
}

ui::Row failed_row(const std::string& address, const Error& fault) {
  return target_row(address, action_of(fault), nullptr, nullptr, fault.message(), {});
}

}  // namespace mlops::commands
