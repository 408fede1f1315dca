/// `mlops features get`: what the online store answers for one key at a moment.
#include "cli/invocation.hpp"
#include "features.hpp"
#include "online_views.hpp"

#include <fmt/core.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/score/look_up.hpp>

#include <algorithm>
#include <map>

namespace mlops::commands {
namespace {

struct GetArgs {
  std::string name;
  std::vector<std::string> keys;
  std::vector<std::string> columns;
  std::optional<std::string> at;
};

/// A view of which something is asked, and what its keys are called by who asks.
struct Question {
  feature::OnlineView view;
  std::vector<std::string> key_names;
  std::vector<std::string> columns = {};  ///< Of the view; empty: all.
  std::string prefix = {};                ///< Of the answers: "dest__"; of a model.
};

std::map<std::string, std::string> given_keys(const GetArgs& args) {
  std::map<std::string, std::string> out;
  for (const std::string& word : args.keys) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0)
      throw error(Code::usage, "'{}' is not NAME=VALUE, which '--key' wants", word)
          .with_hint("`--key airport=ORD` asks for the airport ORD");
    if (!out.emplace(word.substr(0, equals), word.substr(equals + 1)).second)
      throw error(Code::usage, "'{}' is given twice by '--key'", word.substr(0, equals));
  }
  return out;
}

Time asked_time(const GetArgs& args, cli::Invocation& invocation) {
  if (!args.at) return invocation.clock().now();
  if (const auto time = Time::parse(*args.at)) return *time;
  throw error(Code::usage, "'{}' is no time, which '--at' wants", *args.at)
      .with_hint("write it as 2026-11-01 or 2026-11-01T09:30:00Z; without an offset it is UTC");
}

Question question_of_view(const std::string& name, const GetArgs& args, cli::Invocation& invocation) {
  Question out{.view = online_views_of(name, invocation).front(), .key_names = {}, .columns = args.columns};
  for (const feature::Key& key : out.view.view.key) out.key_names.push_back(key.entity);
  return out;
}

/// Online in the definition that the model has; that of mlops.yaml may be another.
feature::OnlineView online_view_of(const model::Version& version, const score::ModelView& view,
                                   const feature::OnlineStore& store) {
  try {
    return store.find(view.view, view.columns);
  } catch (const Error& fault) {
    if (fault.id() != "features.not_online" && fault.id() != "features.changed") throw;
    throw Error(fault)
        .with_message("{} looks up features of '{}': {}", version.address(), view.view.name, fault.message())
        .with_hint("`mlops features materialize {}` brings them online", version.address());
  }
}

std::vector<Question> questions_of_model(const GetArgs& args, cli::Invocation& invocation) {
  if (!args.columns.empty())
    throw error(Code::usage, "'--column' is of a view, and '{}' is a model", args.name);
  const auto model = model_with_views(args.name, invocation);
  const feature::OnlineStore store = online_store(invocation);
  std::vector<Question> out;
  for (const score::ModelView& view : model.features.views) {
    Question one{
        .view = online_view_of(model.version, view, store), .key_names = {}, .columns = view.columns};
    for (const score::LookupColumn& column : view.key) one.key_names.push_back(column.name);
    one.prefix = view.as + "__";
    out.push_back(std::move(one));
  }
  return out;
}

/// Every key that is asked for is given, and no other.
void require_keys(const GetArgs& args, const std::vector<Question>& questions,
                  const std::map<std::string, std::string>& given) {
  std::vector<std::string> wanted;
  for (const Question& one : questions) {
    for (const std::string& name : one.key_names) {
      if (std::find(wanted.begin(), wanted.end(), name) == wanted.end()) wanted.push_back(name);
    }
  }
  std::string flags;
  for (const std::string& name : wanted) flags += fmt::format(" --key {}=VALUE", name);
  for (const std::string& name : wanted) {
    if (!given.contains(name))
      throw error(Code::usage, "'{}' is asked for a key, and '--key' gives no '{}'", args.name, name)
          .with_hint("`mlops features get {}{}`", args.name, flags);
  }
  for (const auto& [name, value] : given) {
    if (std::find(wanted.begin(), wanted.end(), name) != wanted.end()) continue;
    throw error(Code::usage, "'{}' has no key '{}'", args.name, name)
        .with_hint("{}", wanted.empty() ? "it has one value for all" : "it has " + one_of(wanted));
  }
}

json::Object value_json(const Question& question, const score::LookUp& found, const score::LookedUp& value) {
  return {{"name", question.prefix + value.column},
          {"value", value.value},
          {"type", value.type},
          {"status", std::string(value.status)},
          {"event_time", found.newest_us ? json::Value(Time{*found.newest_us}.text()) : json::Value()}};
}

std::string key_text(const Question& question, const std::map<std::string, std::string>& given) {
  std::string out;
  for (const std::string& name : question.key_names)
    out += fmt::format("{}{}={}", out.empty() ? "" : ", ", name, given.at(name));
  return out;
}

/// A key that is misspelt gets an answer like any other: nulls.
void tell_unseen(cli::Invocation& invocation, const Question& question, const score::LookUp& found,
                 const std::map<std::string, std::string>& given, Time at) {
  if (found.newest_us) return;
  const std::string key = key_text(question, given);
  invocation.note(fmt::format("no event{}{} was known to features/{} at {}", key.empty() ? "" : " of ", key,
                              question.view.view.name, at.text()));
}

std::vector<Question> questions_of(const GetArgs& args, cli::Invocation& invocation) {
  if (names_view(args.name, invocation)) return {question_of_view(view_name(args.name), args, invocation)};
  require_model(args.name, invocation);
  return questions_of_model(args, invocation);
}

json::Array keys_json(const std::map<std::string, std::string>& given) {
  json::Array out;
  for (const auto& [name, value] : given) out.push_back(json::Object{{"name", name}, {"value", value}});
  return out;
}

void get(const GetArgs& args, cli::Invocation& invocation) {
  const auto given = given_keys(args);
  const Time at = asked_time(args, invocation);
  const auto questions = questions_of(args, invocation);
  require_keys(args, questions, given);
  const feature::OnlineStore store = online_store(invocation);
  json::Array values;
  std::int64_t complete_from_us = INT64_MIN;
  for (const Question& question : questions) {
    std::vector<std::string> parts;
    for (const std::string& name : question.key_names) parts.push_back(given.at(name));
    const auto found = score::look_up(store, question.view, score::key_bytes(question.view.view, parts),
                                      at.us, question.columns);
    tell_unseen(invocation, question, found, given, at);
    for (const score::LookedUp& value : found.values) values.push_back(value_json(question, found, value));
    complete_from_us = std::max(complete_from_us, question.view.complete_from_us);
  }
  invocation.record("mlops.feature-values/1", {{"name", args.name},
                                               {"key", keys_json(given)},
                                               {"time", at.text()},
                                               {"complete_from", Time{complete_from_us}.text()},
                                               {"features", std::move(values)}});
}

}  // namespace

cli::Command features_get() {
  const auto args = std::make_shared<GetArgs>();
  return {.name = "get",
          .summary = "ask the online store for the features of a key, at a moment",
          .options = {{"name", "VIEW|MODEL",
                       "a view that is online, or a model, whose features all are looked up as serving does",
                       &args->name, cli::Offer::view_or_model, true},
                      {"-k,--key", "NAME=VALUE",
                       "an entity of the view, or a column of rows by which the model looks up", &args->keys},
                      {"--at", "TIME", "the moment; default: now, or that of --as-of", &args->at},
                      {"-c,--column", "COLUMN", "only these columns of the view", &args->columns}},
          .examples = {{"mlops features get airport --key airport=LIM --at 2026-01-02T20:00:00Z",
                        "What was known of an airport at a moment"},
                       {"mlops features get airport -k airport=LIM --as-of 2026-01-02T20:00:00Z --json",
                        "The same for a program, with the moment as its now"}},
          .exits = {{Code::usage, "a key is missing, or the time is before what the store keeps"},
                    {Code::not_found, "there is no such view or model, or it is not online"},
                    {Code::conflict, "what is online is another definition than the model's"}},
          .see_also = {"mlops-features-join(1)", "mlops-features-materialize(1)", "mlops-output(5)"},
          .run = [args](cli::Invocation& invocation) { get(*args, invocation); }};
}

}  // namespace mlops::commands
