#include "release_state.hpp"

#include "cli/invocation.hpp"
#include "remembered_steps.hpp"
#include "target_names.hpp"

#include <mlops/memo/memo.hpp>
#include <mlops/project/project.hpp>
#include <mlops/release/key.hpp>

namespace mlops::commands {
namespace {

json::Object question_about(std::string_view engine, const json::Array& files) {
  return {{"asked", "engine"}, {"engine", std::string(engine)}, {"files", files}};
}

/// As the engines said once, these very files.
release::EngineVersion remembered_versions(memo::Memo& memo, cli::Invocation& invocation) {
  return [&memo, files = engine_stamps(invocation),
          ask = release::versions_of(invocation.engines())](std::string_view engine) {
    const auto known = memo.find(question_about(engine, files));
    return known ? known->text_or("") : ask(engine);
  };
}

/// As they say now, for the next time unless nothing is to be written.
release::EngineVersion asked_versions(memo::Memo& memo, cli::Invocation& invocation, bool plan) {
  return [&memo, files = engine_stamps(invocation), ask = release::versions_of(invocation.engines()),
          plan](std::string_view engine) {
    std::string version = ask(engine);
    const json::Object question = question_about(engine, files);
    const auto known = memo.find(question);
    if (!plan && !version.empty() && (!known || known->text_or("") != version)) memo.keep(question, version);
    return version;
  };
}

void compare(const release::EngineVersion& versions, store::Store& store, ReleaseState& out) {
  out.key = release::key_of(out.request, versions);
  out.known.reset();
  out.why.clear();
  if (!out.before) {
    out.why = "it was never trained";
    return;
  }
  out.why = release::difference(out.before->key, out.key);
  if (!out.why.empty()) return;
  out.known = release::still_true(store, *out.before);
  if (!out.known) out.why = "the newest version of the model is another, or was judged anew";
}

}  // namespace

ReleaseState release_state(const manifest::ReleaseSpec& release, const std::vector<std::string>& params,
                           bool plan, cli::Invocation& invocation) {
  ReleaseState out;
  out.words.data = data_of(release, invocation.project().manifest());
  out.words.name = release.name;
  out.words.parameters = params;
  out.words.plan = plan;
  out.request = train_request(out.words, invocation);
  store::Store& store = invocation.project().store();
  out.before = release::find_conclusion(store, release.name);
  memo::Memo memo(store.root());
  compare(remembered_versions(memo, invocation), store, out);
  if (!out.known) compare(asked_versions(memo, invocation, plan), store, out);
  return out;
}

}  // namespace mlops::commands
