#include "serving.hpp"

#include "cli/invocation.hpp"
#include "serve_mail.hpp"
#include "ui/sink.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/config/machine.hpp>
#include <mlops/serve/listener.hpp>

#include <fmt/core.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <thread>
#include <utility>
#include <vector>

namespace mlops::commands {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds glance{100};  ///< Between two looks at whether to end.
constexpr int glances_per_refresh = 2;
constexpr std::uint64_t least_body = 1'000'000;
constexpr const char* default_body = "64MB";

std::int64_t within(std::string_view flag, std::int64_t value, std::int64_t least, std::int64_t most) {
  if (value >= least && value <= most) return value;
  throw error(Code::usage, "'{}' wants {} to {}, not {}", flag, least, most, value);
}

serve::ListenOptions options_of(const ListenArgs& args, const ListenWhere& said,
                                cli::Invocation& invocation) {
  serve::ListenOptions options;
  if (!said.host.empty()) options.host = said.host;
  if (args.host) options.host = *args.host;
  options.port = args.port ? static_cast<std::uint16_t>(*args.port) : said.port;
  options.threads = args.threads ? static_cast<unsigned>(*args.threads)
                                 : said.threads.value_or(config::usable_threads(invocation.settings()));
  const auto body = size_from(args.max_body.value_or(default_body));
  if (!body) throw error(Code::usage, "'--max-body' wants a size such as 64MB, not '{}'", *args.max_body);
  // Requests at once get the memory that this process may use; one alone is never larger unless that was
  // asked for.
  const std::uint64_t memory = config::usable_memory(invocation.settings());
  options.buffered_bytes = std::max(memory / serve::memory_factor, least_body);
  options.body_bytes = args.max_body ? *body : std::min(*body, options.buffered_bytes);
  return options;
}

bool is_loopback(std::string_view host) {
  return host.starts_with("127.") || host == "localhost" || host == "::1" || host == "[::1]";
}

json::Array model_rows(const serve::Service& service, bool for_people) {
  json::Array rows;
  for (const serve::Serving& one : service.serving()) {
    json::Object row{{"address", one.address}};
    if (!for_people) row.append("name", one.version.name);
    row.append("version", one.version.number);
    row.append("algorithm", one.version.algorithm);
    row.append("task", one.version.task);
    row.append("follows", one.follows.empty() ? json::Value() : json::Value(one.follows));
    if (!for_people) row.append("digest", one.version.record.text());
    rows.push_back(std::move(row));
  }
  return rows;
}

/// Scripts wait for this before they ask: it is on its way when this returns.
void announce(cli::Invocation& invocation, const std::string& host, const serve::Service& service,
              const serve::Listener& listener) {
  const std::string example = service.example();
  const std::string curl = example.empty() ? fmt::format("curl -s {}/features", listener.url())
                                           : serve::curl_line(listener.url(), example);
  const bool people = invocation.format() == ui::Format::human;
  const auto detail = people ? ui::Show::hidden : ui::Show::plain;
  invocation.record("mlops.serving/1", {{"url", listener.url()},
                                        {"host", host, detail},
                                        {"port", static_cast<std::int64_t>(listener.port()), detail},
                                        {"pid", static_cast<std::int64_t>(::getpid()), detail},
                                        {"models", model_rows(service, people)},
                                        {"curl", curl, detail}});
  if (people) invocation.output().text(fmt::format("\n{}\n", curl));
  invocation.output().finish();
}

/// A log that nobody reads must hold nothing up, least of all the end: what it does not take is dropped and
/// counted.
class Talk {
 public:
  explicit Talk(cli::Invocation& invocation) : invocation_(invocation) {}

  void note(std::string_view text) {
    if (takes()) invocation_.note(text);
  }
  void warning(std::string_view text) {
    if (takes()) invocation_.warning(text);
  }
  void requests(const std::vector<std::string>& lines) {
    constexpr std::size_t portion = 4096;
    std::string text;
    for (const std::string& line : lines) {
      if (text.size() + line.size() >= portion) say(text);
      text += line + "\n";
    }
    say(text);
  }

 private:
  bool takes() {
    if (!ui::error_takes()) {
      ++dropped_;
      return false;
    }
    if (const std::size_t dropped = std::exchange(dropped_, 0); dropped > 0)
      invocation_.warning(
          fmt::format("{} of this log were dropped: nobody read it", count_of(dropped, "part")));
    return true;
  }
  void say(std::string& text) {
    if (!text.empty() && takes()) invocation_.output().error_text(text);
    text.clear();
  }

  cli::Invocation& invocation_;
  std::size_t dropped_ = 0;
};

void tell(Talk& talk, const serve::Change& change) {
  if (change.address.empty())
    return talk.warning(
        fmt::format("the online store cannot be followed, features are looked up in what was read of it: {}",
                    change.fault));
  const std::string was = change.from == 0 ? "nothing" : fmt::format("v{}", change.from);
  if (change.fault.empty())
    return talk.note(fmt::format("{}: v{} answers now, was {}", change.address, change.to, was));
  const std::string what = change.to == 0 ? "what it means now" : fmt::format("v{}", change.to);
  talk.warning(fmt::format("{}: {} cannot be loaded, {} goes on answering: {}", change.address, what, was,
                           change.fault));
}

void tell(Talk& talk, Mail& mail) {
  for (const std::string& fault : mail.faults.take()) talk.warning(fault);
  talk.requests(mail.requests.take());
}

void tell(Talk& talk, monitor::PredictionLog* log) {
  if (const auto news = log == nullptr ? std::nullopt : log->news()) talk.warning(*news);
}

/// What was answered is in the log, or people are told that it is not.
void end(monitor::PredictionLog* log, Talk& talk) {
  constexpr seconds patience{5};
  if (log == nullptr) return;
  const bool ended = log->finish(patience);
  const monitor::LogFigures figures = log->figures();
  if (!ended) talk.warning("the prediction log cannot be written: the last rows are lost");
  if (const std::uint64_t dropped = figures.behind + figures.unwritten; dropped > 0)
    talk.warning(fmt::format("{} were answered and not logged", count_of(dropped, "row")));
}

void answer_until_cancelled(const Cancel& cancel, serve::Service& service, monitor::PredictionLog* log,
                            Talk& talk, Mail& mail) {
  for (int glances = 0; !cancel.is_set(); ++glances) {
    if (glances % glances_per_refresh == 0) {
      for (const serve::Change& change : service.refresh()) tell(talk, change);
    }
    tell(talk, mail);
    tell(talk, log);
    std::this_thread::sleep_for(glance);
  }
}

void drain(const ListenArgs& args, const serve::Service& service, serve::Listener& listener, Talk& talk,
           Mail& mail) {
  auto drained = std::async(std::launch::async, [&] { return listener.drain(seconds(args.drain)); });
  while (drained.wait_for(glance) != std::future_status::ready) tell(talk, mail);
  tell(talk, mail);
  const std::string answered = count_of(service.answered(), "request");
  if (drained.get()) return talk.note(fmt::format("drained, {} answered", answered));
  throw error(Code::failed, "{} still open after {} s; {} answered",
              count_of(listener.open_connections(), "connection"), args.drain, answered)
      .with_id("serve.not_drained")
      .with_hint("`--drain SECONDS` waits longer");
}

}  // namespace

cli::Option host_option(ListenArgs& args) {
  return {"--host", "ADDRESS", "where to listen; default: 127.0.0.1, for this machine alone", &args.host};
}

cli::Option port_option(ListenArgs& args, std::uint16_t usual) {
  return {"--port", "NUMBER", fmt::format("where to listen; 0: any that is free; default: {}", usual),
          &args.port};
}

cli::Option threads_option(ListenArgs& args) {
  return {"--threads", "NUMBER", "threads that answer; default: as many as processors", &args.threads};
}

cli::Option body_option(ListenArgs& args) {
  return {"--max-body", "SIZE",
          "the greatest request that is read; default: 64MB, less where memory is short", &args.max_body};
}

cli::Option drain_option(ListenArgs& args) {
  return {"--drain", "SECONDS", "how long to wait for open requests at the end; default: 30", &args.drain};
}

void check(const ListenArgs& args) {
  constexpr std::int64_t most_threads = 1024;
  within("--port", args.port.value_or(0), 0, 65535);
  within("--threads", args.threads.value_or(1), 1, most_threads);
  within("--drain", args.drain, 0, 86'400);
}

void answer_until_told(cli::Invocation& invocation, const ListenArgs& args, const ListenWhere& where,
                       serve::Service& service, monitor::PredictionLog* log) {
  serve::ListenOptions options = options_of(args, where, invocation);
  Mail mail;
  const SystemClock clock;
  if (invocation.verbosity() > 0) {
    service.on_request(
        [&mail, &clock](const auto& seen) { mail.requests.put(request_line(seen, clock.now())); });
  }
  options.on_fault = [&mail](const std::string& text) { mail.faults.put(text); };
  invocation.cancel().check();
  serve::Listener listener(invocation.engines(), service, options);
  if (!is_loopback(options.host))
    invocation.warning(fmt::format("listening on {}: whoever reaches this machine can ask", options.host));
  announce(invocation, options.host, service, listener);
  Talk talk(invocation);
  answer_until_cancelled(invocation.cancel(), service, log, talk, mail);
  drain(args, service, listener, talk, mail);
  end(log, talk);
}

}  // namespace mlops::commands
