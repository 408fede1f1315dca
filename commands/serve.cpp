/// `mlops serve`: models that answer over HTTP, until told to end.
#include "accepted.hpp"
#include "cli/invocation.hpp"
#include "commands.hpp"
#include "feature_server.hpp"
#include "serve_plan.hpp"
#include "serving.hpp"
#include "which_model.hpp"

#include <mlops/base/clock.hpp>
#include <mlops/base/error.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/project/project.hpp>

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>
#include <vector>

namespace mlops::commands {
namespace {

constexpr std::uint16_t usual_port = 8080;

struct ServeArgs {
  std::vector<std::string> models;
  ListenArgs listen;
  bool no_lookup = false;
  std::optional<std::string> log;
};

std::vector<std::string> addresses_of(const ServeArgs& args, cli::Invocation& invocation,
                                      const ServePlan& plan, const store::References& references) {
  if (!args.models.empty()) return args.models;
  if (const auto only = plan.only()) return {*only};
  return {which_model(invocation, references, "served", ", or several: `mlops serve")};
}

/// Whoever looks after the machine knows what is kept of the questions.
void tell_logged(cli::Invocation& invocation, const monitor::LogOptions& logging) {
  for (const auto& [model, policy] : logging.models) {
    invocation.note(fmt::format("{}: {:g}% of the requests are logged in {}", model, policy.share * 100,
                                invocation.project().relative(logging.folder / model)));
  }
}

/// Answers go on without a log, which nobody would notice for weeks.
void warn_of_unwritable(cli::Invocation& invocation, const monitor::LogOptions& logging) {
  for (const auto& [model, policy] : logging.models) {
    const std::filesystem::path folder = logging.folder / model;
    // The log makes its folders when it has something to say.
    std::filesystem::path there = folder;
    std::error_code fault;
    while (!std::filesystem::exists(there, fault) && there.has_parent_path()) there = there.parent_path();
    fault.clear();
    if (!std::filesystem::is_directory(there)) fault = std::make_error_code(std::errc::not_a_directory);
    else if (::access(there.c_str(), W_OK | X_OK) != 0) fault.assign(errno, std::generic_category());
    if (fault)
      invocation.warning(fmt::format("{}: nothing is logged: '{}' cannot be written: {}", model,
                                     invocation.project().relative(folder), fault.message()));
  }
}

void run(const ServeArgs& args, cli::Invocation& invocation) {
  check(args.listen);
  const auto share = args.log ? std::optional(manifest::log_share(*args.log, "--log")) : std::nullopt;
  store::Store& store = invocation.project().store();
  const ServePlan plan(invocation.project());
  const SystemClock machine;  // what waits goes on when --as-of stops "now"
  const auto features = feature_server_if_online(invocation);
  serve::ServiceOptions lookups{.now = &invocation.clock(), .features = features.get()};
  lookups.admit = [&invocation](const std::string& address, const model::Version& version) {
    require_answering(invocation, address, version);
  };
  if (!args.no_lookup) lookups.online = invocation.project().online_file();
  std::optional<monitor::PredictionLog> predictions;
  serve::Service service(invocation.engines(), store, machine,
                         addresses_of(args, invocation, plan, store.references()), lookups);
  const auto said = plan.listening(service.serving());
  monitor::LogOptions logging = plan.logging(service.serving(), share);
  tell_logged(invocation, logging);
  warn_of_unwritable(invocation, logging);
  if (!logging.models.empty())
    service.log_to(predictions.emplace(std::move(logging), invocation.clock(), machine));
  answer_until_told(invocation, args.listen,
                    {.host = said.host, .port = said.port.value_or(usual_port), .threads = said.threads},
                    service, predictions ? &*predictions : nullptr);
}

}  // namespace

cli::Command serve() {
  const auto args = std::make_shared<ServeArgs>();
  return {
      .name = "serve",
      .summary = "answer questions to models over HTTP",
      .options =
          {{"model", "MODEL", "a model, or a version of it such as churn@v2; default: the only one",
            &args->models, cli::Offer::model},
           host_option(args->listen),
           port_option(args->listen, usual_port),
           threads_option(args->listen),
           {"--log", "SHARE",
            "the share of the requests that goes into the prediction log: 100%, 10%, off; default: what "
            "`serve:` "
            "says, else off",
            &args->log},
           body_option(args->listen),
           {"--no-lookup", "", "look no features up: requests bring all that a model takes",
            &args->no_lookup},
           drain_option(args->listen)},
      .examples = {{"mlops serve churn", "Answer for the champion of churn, whichever that is at the time"},
                   {"mlops serve churn churn@challenger --port 9000", "Let two versions answer"},
                   {"mlops serve churn --log 100%", "Keep what was answered, and to what"},
                   {"mlops serve churn@v1 --port 0 --json", "Let a program read where it listens"}},
      .exits = {{Code::failed, "requests were cut off at the end, or the model is only kept"},
                {Code::negative, "a model has no champion, and its newest version was not accepted"},
                {Code::not_found, "there is no such model, or features that it takes are not online"},
                {Code::conflict, "the online store has another definition of features than the model"},
                {Code::corrupt, "the model is damaged"},
                {Code::busy, "the port is taken"}},
      .see_also = {"mlops-predict(1)", "mlops-features-materialize(1)", "mlops-features-serve(1)",
                   "mlops-model-promote(1)", "mlops-predictions(5)", "mlops-output(5)"},
      .patient = true,
      .run = [args](cli::Invocation& invocation) { run(*args, invocation); }};
}

}  // namespace mlops::commands
