/// `mlops features serve`: features over HTTP, without a model.
#include "cli/invocation.hpp"
#include "feature_server.hpp"
#include "features.hpp"
#include "online_views.hpp"
#include "serving.hpp"

#include <mlops/project/project.hpp>

namespace mlops::commands {
namespace {

constexpr std::uint16_t usual_port = 6566;  ///< Feast's, so that its clients find us.

struct FeaturesServeArgs {
  std::vector<std::string> views;
  ListenArgs listen;
};

void serve_features(const FeaturesServeArgs& args, cli::Invocation& invocation) {
  check(args.listen);
  for (const std::string& view : args.views) (void)online_views_of(view_name(view), invocation);
  const auto features = feature_server(invocation, args.views);
  const SystemClock clock;
  serve::Service service(invocation.engines(), invocation.project().store(), clock, {},
                         {.now = &invocation.clock(), .features = features.get()});
  answer_until_told(invocation, args.listen, {.port = usual_port}, service, nullptr);
}

}  // namespace

cli::Command features_serve() {
  const auto args = std::make_shared<FeaturesServeArgs>();
  return {.name = "serve",
          .summary = "answer for features over HTTP, as Feast's feature server does, and take rows",
          .options = {{"view", "VIEW", "a view that is online; default: all that are", &args->views,
                       cli::Offer::view},
                      host_option(args->listen),
                      port_option(args->listen, usual_port),
                      threads_option(args->listen),
                      body_option(args->listen),
                      drain_option(args->listen)},
          .examples = {{"mlops features serve", "Answer for every view that is online"},
                       {"mlops features serve airport --port 0 --json",
                        "Answer for one view, and let a program read where"}},
          .exits = {{Code::failed, "requests were cut off at the end"},
                    {Code::not_found, "nothing is online, or no such view"},
                    {Code::busy, "the port is taken"}},
          .see_also = {"mlops-features-materialize(1)", "mlops-features-push(1)", "mlops-serve(1)",
                       "mlops-output(5)"},
          .patient = true,
          .run = [args](cli::Invocation& invocation) { serve_features(*args, invocation); }};
}

}  // namespace mlops::commands
