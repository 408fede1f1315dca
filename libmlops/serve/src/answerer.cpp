/// The way of a request: which model is asked, what it answers, what is counted.
#include "src/answerer.hpp"

#include <mlops/base/error.hpp>

#include <new>
#include <optional>

#include "src/feature_fault.hpp"
#include "src/media_type.hpp"

namespace mlops::serve {
namespace {

using http::Request;
using http::Response;

constexpr std::size_t great_body = 1'000'000;

int status_of(const Error& e) {
  if (e.id() == "request.malformed") return 400;
  if (e.id() == "request.media_type") return 415;
  return 422;
}

/// Message, details, and a hint that is of use far from our command line.
std::string client_text(const Error& e) {
  std::string out = e.message();
  if (!e.detail().empty()) out += "\n" + e.detail();
  while (out.ends_with('\n')) out.pop_back();
  const bool helps = !e.hint().empty() && e.hint().find("`mlops ") == std::string::npos;
  if (helps) out += (e.detail().empty() ? "; " : "\n") + e.hint();
  return out;
}

void refuse(Route route, int status, std::string_view text, Response& response) {
  if (is_feast(route)) return refuse(feature_fault(status, Feast::error, "{}", text), response);
  response.status = status;
  response.content_type = json_type;
  response.body = json::dump(is_mlflow(route) ? json::Object{{"error_code", "BAD_REQUEST"}, {"message", text}}
                                              : json::Object{{"error", text}});
}

/// So that a caller finds its request in its own logs.
void echo_id(const Request& request, Response& response) {
  const std::string_view id = request.header("X-Request-Id");
  if (!id.empty()) response.fields.emplace_back("X-Request-Id", id);
}

/// False, with the answer, where there is nothing to ask.
bool may_ask(const Target& target, const Request& request, Response& response) {
  if (target.route == Route::unknown) {
    const auto text = fmt::format("no '{}' here{}", printable(request.path), similar_paths(request.path));
    refuse(target.route, 404, text, response);
    return false;
  }
  if (allows(target.route, request.method)) return true;
  const std::string_view methods = allowed(target.route);
  response.fields.emplace_back("Allow", methods);
  refuse(target.route, 405,
         fmt::format("{} takes {}, not {}", pattern(target.route), methods, request.method), response);
  return false;
}

/// Whoever asks with curl has a prompt on a line of its own.
void end_line(Response& response) {
  if (response.content_type == json_type && !response.body.ends_with('\n')) response.body += '\n';
}

}  // namespace

std::string printable(std::string_view text) {
  constexpr std::size_t longest = 200;
  std::string out;
  for (const char c : text.substr(0, longest)) {
    if (c > 0x20 && c < 0x7F) out += c;
    else out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return text.size() > longest ? out + "..." : out;
}

Answerer::Answerer(Engines& engines, State& state)
    : engines_(engines), state_(state), reader_(engines), log_(state.log) {
  const std::lock_guard lock(state_.mutex);
  shard_ = state_.shards.emplace_back(std::make_unique<Shard>()).get();
  if (state_.features != nullptr) features_.emplace(engines, state_.features->impl());
}

void Answerer::operator()(const Request& request, Response& response) {
  const auto start = std::chrono::steady_clock::now();
  const Target target = target_of(request.path);
  rows_ = 0;
  try {
    renew();
    echo_id(request, response);
    if (may_ask(target, request, response)) answer(target, request, response);
    end_line(response);
  } catch (...) {
    count(target, request, 500, start);
    throw;
  }
  count(target, request, response.status, start);
  if (request.body.size() > great_body) give_back();
}

/// What a great request took: the next one on this thread may be a day away.
void Answerer::give_back() {
  reader_ = Reader(engines_);
  if (features_) features_.emplace(engines_, state_.features->impl());
  answers_ = {};
  inference_ = {};
}

void Answerer::renew() {
  if (state_.generation.load(std::memory_order_acquire) == generation_) return;
  const std::shared_ptr<const std::vector<Served>> old = std::move(models_);  // let go behind the lock
  const std::lock_guard lock(state_.mutex);
  adopt(*state_.models);
  models_ = state_.models;
  generation_ = state_.generation.load(std::memory_order_relaxed);
}

void Answerer::adopt(const std::vector<Served>& models) {
  mine_.clear();
  for (const Served& one : models) {
    Series& series = state_.series_of(*one.loaded);
    auto& shard = series.shards.try_emplace(shard_, series.inputs.size()).first->second;
    mine_.push_back({&one, &shard, log_.stream(*one.loaded)});
  }
}

void Answerer::answer(const Target& target, const Request& request, Response& response) {
  const bool asks = target.route == Route::invocations || target.route == Route::infer;
  try {
    if (is_feast(target.route)) about_features(target, request, response);
    else if (asks) predict(target, request, response);
    else look_up(target, request, response);
  } catch (const Refusal& refusal) {
    refuse(target.route, refusal.status, refusal.text, response);
  } catch (const std::bad_alloc&) {
    give_back();
    response.body = {};
    refuse(target.route, 503, "there is not enough memory for this request; send fewer rows at a time",
           response);
  }
}

void Answerer::about_features(const Target& target, const Request& request, Response& response) {
  if (!features_)
    throw Refusal{404,
                  "no features are online here: `mlops features materialize` takes views over, before "
                  "`mlops serve` starts"};
  rows_ = (*features_)(target.route, request, response);
}

void Answerer::predict(const Target& target, const Request& request, Response& response) {
  const Mine& mine = find(target);
  if (const auto encoding = request.header("Content-Encoding"); !encoding.empty() && encoding != "identity") {
    response.fields.emplace_back("Accept-Encoding", "identity");
    return refuse(target.route, 415,
                  fmt::format("a body with the Content-Encoding '{}' is not taken; send it as it is",
                              printable(encoding)),
                  response);
  }
  response.fields.emplace_back("mlops-model", mine.served->loaded->address);
  try {
    if (target.route == Route::invocations) invoke(mine, request, response);
    else infer(mine, request, response);
  } catch (const Error& e) {
    if (e.code() != Code::usage) throw;
    if (e.id() == "features.forgotten") (*mine.counts)[VersionShard::forgotten].add(1);
    return refuse(target.route, status_of(e), client_text(e), response);
  }
  count_rows(mine);
  if (mine.log != nullptr) log(mine, request, response);
}

void Answerer::log(const Mine& mine, const Request& request, Response& response) {
  const bool named = target_of(request.path).route == Route::infer && inference_.id_given;
  const auto id = log_.identify(request, named ? inference_.id : std::string_view(), response);
  log_.put(*mine.log, {.request = id,
                       .answered = answers_,
                       .as_of_us = reader_.looked_up().moments,
                       .given = reader_.rows()});
}

/// The clock is only read for who takes the time.
Time Answerer::now_of(const Loaded& loaded) const { return loaded.completer ? state_.now->now() : Time{}; }

void Answerer::invoke(const Mine& mine, const Request& request, Response& response) {
  const Loaded& loaded = *mine.served->loaded;
  reader_.invocations(request.header("Content-Type"), request.body, loaded.asked(now_of(loaded)), answers_);
  loaded.writer.invocations(answers_, response.body);
}

void Answerer::infer(const Mine& mine, const Request& request, Response& response) {
  constexpr std::string_view length_field = "Inference-Header-Content-Length";
  const Loaded& loaded = *mine.served->loaded;
  const std::string_view sent = request.header(length_field);
  const auto json_bytes = sent.empty() ? std::nullopt : std::optional(sent);
  reader_.inference(request.body, json_bytes, loaded.asked(now_of(loaded)), inference_, answers_);
  if (const auto json = loaded.writer.inference(answers_, inference_, response.body)) {
    response.content_type = "application/octet-stream";
    response.fields.emplace_back(length_field, std::to_string(*json));
  }
}

void Answerer::count_rows(const Mine& mine) {
  VersionShard& counts = *mine.counts;
  rows_ = answers_.rows;
  counts[VersionShard::rows].add(answers_.rows);
  if (const Reader::LookedUp& looked_up = reader_.looked_up(); looked_up.answers > 0) {
    counts[VersionShard::lookups].add(looked_up.answers);
    counts[VersionShard::lookup_ns].add(static_cast<std::uint64_t>(looked_up.seconds * 1e9));
  }
  if (answers_.unanswered > 0) counts[VersionShard::unanswered].add(answers_.unanswered);
  const auto add = [&counts](VersionShard::Met which, const std::vector<std::uint64_t>& met) {
    for (std::size_t i = 0; i < met.size(); ++i) {
      if (met[i] > 0) counts.met(which, i).add(met[i]);
    }
  };
  add(VersionShard::nulls, answers_.met.nulls);
  add(VersionShard::unseen, answers_.met.unseen);
  add(VersionShard::out_of_range, answers_.met.out_of_range);
}

void Answerer::count(const Target& target, const Request& request, int status,
                     std::chrono::steady_clock::time_point start) {
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  shard_->routes[static_cast<std::size_t>(target.route)].add(status, took.count());
  if (!state_.seen) return;
  state_.seen({.method = request.method,
               .path = request.path,
               .status = status,
               .seconds = took.count(),
               .rows = rows_});
}

http::Handler make_handler(Engines& engines, State& state) {
  return [answerer = std::make_shared<Answerer>(engines, state)](const Request& request, Response& response) {
    (*answerer)(request, response);
  };
}

}  // namespace mlops::serve
