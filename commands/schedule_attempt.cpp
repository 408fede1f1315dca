#include "schedule_attempt.hpp"

#include "cli/invocation.hpp"
#include "cli/signals.hpp"

#include <mlops/base/signals_blocked.hpp>
#include <mlops/base/text.hpp>
#include <mlops/feature/definition.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>

namespace mlops::commands {
namespace {

using Steady = std::chrono::steady_clock;
using pipeline::Outcome;

constexpr auto look_around = std::chrono::milliseconds(100);
constexpr auto patience = std::chrono::seconds(30);

int exit_code_of(Watchdog::Cause cause) {
  return cause == Watchdog::Cause::deadline ? static_cast<int>(Code::busy) : cli::signal_status();
}

Error too_late(const manifest::ScheduleSpec& spec) {
  const std::string allowed = spec.deadline_us ? " of " + feature::duration_text(*spec.deadline_us) : "";
  return error(Code::busy, "'{}' was not done within its deadline{}", spec.name, allowed)
      .with_id("schedule.late");
}

Attempted late(const manifest::ScheduleSpec& spec) {
  Error fault = too_late(spec);
  std::string why = fault.message();
  return {.outcome = Outcome::late, .why = std::move(why), .fault = std::move(fault)};
}

Attempted stopped() {
  return {.outcome = Outcome::lost,
          .why = "it was told to stop",
          .fault = Error(Code::interrupted, "interrupted")};
}

const json::Value& cell_of(const ui::Row& row, std::string_view key) {
  static const json::Value none;
  for (const ui::Cell& cell : row) {
    if (cell.key == key) return cell.value;
  }
  return none;
}

json::Object step_of(const ui::Row& row) {
  json::Object out;
  for (const std::string_view key : {"address", "action", "version", "why"})
    out.append(std::string(key), cell_of(row, key));
  return out;
}

/// "departures made, release/delay accepted: ..."
std::string told(const std::vector<ui::Row>& rows) {
  std::vector<std::string> parts;
  for (const ui::Row& row : rows) {
    const std::string address = cell_of(row, "address").text_or("");
    const std::string action = cell_of(row, "action").text_or("");
    const bool table = address.starts_with("data/") || address.starts_with("sources/");
    std::string why = cell_of(row, "why").text_or("");
    if (table && action == "fresh" && why.empty()) continue;
    if (table && action != "fresh") why.clear();
    parts.push_back(fmt::format("{} {}{}{}", address, action, why.empty() ? "" : ": ", why));
  }
  return parts.empty() ? "everything is up to date" : fmt::format("{}", fmt::join(parts, ", "));
}

Attempted attempted(TargetsReport report) {
  Attempted out{.outcome = report.worked ? Outcome::done : Outcome::fresh, .why = told(report.rows)};
  for (const ui::Row& row : report.rows) out.steps.push_back(step_of(row));
  out.fault = std::move(report.fault);
  if (!out.fault) return out;
  out.outcome = out.fault->code() == Code::negative ? Outcome::rejected : Outcome::failed;
  out.why = out.fault->message();
  return out;
}

Attempted attempted(const Error& fault) {
  return {.outcome = fault.code() == Code::negative ? Outcome::rejected : Outcome::failed,
          .why = fault.message(),
          .fault = fault};
}

TargetArgs targets_of(const manifest::ScheduleSpec& spec) {
  TargetArgs out{.targets = spec.run};
  if (!spec.then.empty() && spec.then != "nothing") out.then = spec.then;
  return out;
}

}  // namespace

Watchdog::Watchdog(Cancel& cancel, std::optional<std::int64_t> deadline_us,
                   std::function<void(Cause cause)> last_words)
    : cancel_(cancel), deadline_us_(deadline_us), last_words_(std::move(last_words)) {
  const SignalsBlocked blocked;
  thread_ = std::thread([this] { watch(); });
}

Watchdog::~Watchdog() { end(); }

bool Watchdog::end() {
  {
    const std::lock_guard held(mutex_);
    over_ = true;
  }
  over_changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  return late_;
}

bool Watchdog::wait_until(std::unique_lock<std::mutex>& held, Steady::time_point end) {
  return over_changed_.wait_until(held, end, [this] { return over_; });
}

void Watchdog::watch() {
  const auto start = Steady::now();
  std::unique_lock held(mutex_);
  while (!cancel_.is_set()) {
    if (wait_until(held, Steady::now() + look_around)) return;
    if (deadline_us_ && Steady::now() - start >= std::chrono::microseconds(*deadline_us_)) {
      late_ = true;
      cancel_.set();
    }
  }
  if (wait_until(held, Steady::now() + patience)) return;
  const Cause cause = late_ ? Cause::deadline : Cause::signal;
  try {
    last_words_(cause);
  } catch (const std::exception&) {  // the journal then has no end, which means the same
  }
  _exit(exit_code_of(cause));
}

Attempted attempt_targets(const manifest::ScheduleSpec& spec, cli::Invocation& invocation,
                          const std::function<void(const Attempted& attempted)>& last_words) {
  Watchdog watchdog(invocation.limit(), spec.deadline_us, [&](Watchdog::Cause cause) {
    last_words(cause == Watchdog::Cause::deadline ? late(spec) : stopped());
  });
  try {
    TargetsReport report = bring_targets(targets_of(spec), Change::make, invocation);
    watchdog.end();
    return attempted(std::move(report));
  } catch (const Error& fault) {
    const bool was_late = watchdog.end();
    if (fault.code() != Code::interrupted) return attempted(fault);
    return was_late ? late(spec) : stopped();
  }
}

}  // namespace mlops::commands
