/// `mlops schedule tick`: start, decide, work, exit.
#include "cli/invocation.hpp"
#include "schedule.hpp"
#include "schedule_work.hpp"

#include <mlops/base/error.hpp>
#include <mlops/project/project.hpp>

#include <fmt/core.h>

namespace mlops::commands {
namespace {

struct TickArgs {
  std::vector<std::string> names;
};

/// What a tick ends with: what broke before what was answered with no.
class Verdict {
 public:
  explicit Verdict(cli::Invocation& invocation) : invocation_(invocation) {}

  void add(const std::string& schedule, Error fault) {
    if (fault.code() != Code::interrupted) fault.add_context(fmt::format("while '{}' was due", schedule));
    const bool graver = !fault_ || (fault_->code() == Code::negative && fault.code() != Code::negative) ||
                        fault.code() == Code::interrupted;
    if (graver && fault_) tell(*fault_);
    if (graver) fault_ = std::move(fault);
    else tell(fault);
  }

  void end() const {
    if (fault_) throw Error(*fault_);
  }

 private:
  void tell(const Error& fault) {
    std::string text = fault.message();
    for (const std::string& line : fault.context()) text += ", " + line;
    invocation_.warning(text);
  }

  cli::Invocation& invocation_;
  std::optional<Error> fault_ = {};
};

void tick_one(const manifest::ScheduleSpec& spec, cli::Invocation& invocation, std::vector<ui::Row>& rows,
              Verdict& verdict) {
  try {
    see_to(scheduled(spec, invocation), invocation, [&](const Ticked& ticked) {
      rows.push_back(tick_row(spec.name, ticked.ended));
      if (ticked.fault) verdict.add(spec.name, *ticked.fault);
    });
  } catch (const Error& fault) {
    if (fault.code() == Code::internal) throw;
    verdict.add(spec.name, fault);
  }
}

void tick(const TickArgs& args, cli::Invocation& invocation) {
  std::vector<ui::Row> rows;
  Verdict verdict(invocation);
  // copies: whoever trains has mlops.yaml read anew
  std::vector<manifest::ScheduleSpec> specs;
  for (const manifest::ScheduleSpec* spec : schedules_named(project_to_schedule(invocation), args.names))
    specs.push_back(*spec);
  for (const manifest::ScheduleSpec& spec : specs) {
    // after a deadline or a signal the others are for the next tick
    if (!invocation.cancel().is_set()) tick_one(spec, invocation, rows, verdict);
  }
  if (!rows.empty() || invocation.format() != ui::Format::human) invocation.rows("mlops.tick/1", rows);
  verdict.end();
}

}  // namespace

cli::Command schedule_tick() {
  const auto args = std::make_shared<TickArgs>();
  return {.name = "tick",
          .summary = "do what is due now, once; cron asks each minute",
          .options = {{"schedule", "SCHEDULE", "its name in mlops.yaml; all of them, if none is given",
                       &args->names, cli::Offer::schedule}},
          .examples = {{"mlops schedule tick", "Do what is due, if anything is"}},
          .exits = {{Code::negative, "something that was due was answered with no: a gate, an assertion"},
                    {Code::not_found, "mlops.yaml has no such schedule"}},
          .see_also = {"mlops-schedule-install(1)", "mlops-schedule-list(1)", "mlops.yaml(5)"},
          .patient = true,
          .run = [args](cli::Invocation& invocation) { tick(*args, invocation); }};
}

}  // namespace mlops::commands
