#include "remembered_steps.hpp"

#include <mlops/base/error.hpp>
#include <mlops/dataset/sense.hpp>
#include <mlops/project/project.hpp>

#include <algorithm>

namespace mlops::commands {
namespace {

store::ReferenceName reference_of(const std::string& address) {
  const std::size_t slash = address.find('/');
  return {address.substr(0, slash), address.substr(slash + 1)};
}

json::Array words_of(const std::vector<std::string>& words) { return {words.begin(), words.end()}; }

/// Of standard input nobody can say that it has changed.
bool is_piped(const manifest::SourceSpec& source) { return source.from.front() == "-"; }

std::optional<std::string> token_now(const manifest::SourceSpec& source, project::Project& project) {
  try {
    return dataset::token_of(source, project.root(), SystemClock().now());
  } catch (const Error&) {
    return std::nullopt;  // Whoever brings it up to date says what is wrong.
  }
}

}  // namespace

RememberedSteps::RememberedSteps(project::Project& project, const json::Object& params,
                                 const std::vector<std::string>& targets)
    : project_(project), params_(params), targets_(targets) {
  if (project.has_store()) memo_.emplace(project.store().root());
}

std::optional<json::Object> RememberedSteps::declared() const {
  json::Object sql;
  for (const manifest::DataSpec& one : project_.manifest().data) {
    if (one.sql_file.empty()) continue;
    const auto digest = memo::digest_of(project_.root() / one.sql_file);
    if (!digest) return std::nullopt;
    sql.set(one.sql_file, digest->hex());
  }
  return json::Object{{"asked", "order"},
                      {"targets", words_of(targets_)},
                      {"params", params_},
                      {"mlops.yaml", project_.manifest_text()},
                      {"sql", std::move(sql)}};
}

std::optional<json::Object> RememberedSteps::question(const std::vector<std::string>& addresses) const {
  auto out = declared();
  if (!out) return std::nullopt;
  json::Object state;
  for (const std::string& address : addresses) {
    const auto newest = project_.store().references().find(reference_of(address));
    if (!newest) return std::nullopt;
    std::string token = "-";
    const manifest::SourceSpec* source = project_.manifest().find_source(reference_of(address).name);
    if (address.starts_with("sources/") && source != nullptr && !is_piped(*source)) {
      const auto now = token_now(*source, project_);
      if (!now) return std::nullopt;
      token = *now;
    }
    state.set(address, json::Array{newest->digest.hex(), token});
  }
  out->set("asked", "fresh");
  out->set("state", std::move(state));
  out->set("mlops.lock", project_.lock().text());
  return out;
}

std::optional<Step> RememberedSteps::step(const std::string& address, const json::Value& kept) const {
  const auto record = Digest::parse(kept["record"].text_or(""));
  if (!record) return std::nullopt;
  try {
    return Step{
        .address = address,
        .fresh = true,
        .version = dataset::from_record(project_.store().record(*record), *record, kept["number"].int_or(0))};
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::optional<std::vector<Step>> RememberedSteps::find() {
  if (!memo_) return std::nullopt;
  const auto what = declared();
  const auto order = what ? memo_->find(*what) : std::nullopt;
  const json::Array* listed = order ? order->as_array() : nullptr;
  if (listed == nullptr) return std::nullopt;
  std::vector<std::string> addresses;
  for (const json::Value& one : *listed) addresses.push_back(one.text_or(""));
  const auto asked = question(addresses);
  const auto known = asked ? memo_->find(*asked) : std::nullopt;
  if (!known) return std::nullopt;
  std::vector<Step> out;
  for (const std::string& address : addresses) {
    auto one = step(address, (*known)[address]);
    if (!one) return std::nullopt;
    out.push_back(*std::move(one));
  }
  return out;
}

/// Whether what was found is what the question will ask about: nobody made or read another version meanwhile.
bool RememberedSteps::is_lasting(const Step& step) const {
  if (!step.version) return false;
  const auto newest = project_.store().references().find(reference_of(step.address));
  const bool is_newest = newest && newest->digest == step.version->record;
  if (step.address.starts_with("data/")) return is_newest;
  const manifest::SourceSpec& source = *project_.manifest().find_source(step.version->name);
  if (is_piped(source)) return is_newest;
  const auto token = token_now(source, project_);
  return token && dataset::has_token(project_.store(), *step.version, *token);
}

void RememberedSteps::keep(const std::vector<Step>& steps) {
  if (!memo_ || !std::all_of(steps.begin(), steps.end(), [&](const Step& one) { return is_lasting(one); }))
    return;
  std::vector<std::string> addresses;
  json::Object versions;
  for (const Step& one : steps) {
    addresses.push_back(one.address);
    versions.set(one.address,
                 json::Object{{"record", one.version->record.text()}, {"number", one.version->number}});
  }
  const auto what = declared();
  const auto asked = question(addresses);
  if (!what || !asked) return;
  memo_->keep(*what, words_of(addresses));
  memo_->keep(*asked, std::move(versions));
}

}  // namespace mlops::commands
