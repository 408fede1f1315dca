#include "remembered_steps.hpp"

#include "cli/invocation.hpp"

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

/// Of what a step calls fresh: of the table, and of what it came from.
std::string stamp_of(const store::Objects& objects, const dataset::Version& version) {
  std::string out = objects.stamp(version.data).value_or("");
  if (version.raw_kept) out += objects.stamp(version.raw).value_or("");
  return out;
}

}  // namespace

json::Array engine_stamps(const cli::Invocation& invocation) {
  std::vector<std::filesystem::path> folders = invocation.application().engine_folders;
  for (const std::filesystem::path& folder : invocation.application().engine_folders)
    folders.push_back(folder.parent_path() / "libs");
  return memo::stamps_of(folders);
}

RememberedSteps::RememberedSteps(project::Project& project, const json::Object& params,
                                 const std::vector<std::string>& targets, json::Array engines)
    : project_(project), params_(params), targets_(targets), engines_(std::move(engines)) {
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
  return json::Object{{"asked", "order"},      {"targets", words_of(targets_)},
                      {"params", params_},     {"mlops.yaml", project_.manifest_text()},
                      {"sql", std::move(sql)}, {"engines", engines_}};
}

std::optional<json::Object> RememberedSteps::state_of(const std::vector<std::string>& addresses) const {
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
    state.set(address, json::Object{{"newest", newest->digest.hex()}, {"token", token}});
  }
  return state;
}

json::Object RememberedSteps::question(json::Object state) const {
  json::Object out = *declared_;
  out.set("asked", "fresh");
  out.set("state", std::move(state));
  out.set("mlops.lock", project_.lock().text());
  return out;
}

std::optional<Step> RememberedSteps::step(const std::string& address, const json::Value& kept) const {
  const auto record = Digest::parse(kept["record"].text_or(""));
  if (!record) return std::nullopt;
  try {
    Step out{.address = address, .fresh = true};
    store::Store& store = project_.store();
    store::ReferenceEntry entry;
    entry.seq = kept["number"].int_or(0);
    entry.digest = *record;
    out.version = dataset::load(store, reference_of(address), entry);
    if (stamp_of(store.objects(), *out.version) != kept["stamp"].text_or("")) return std::nullopt;
    return out;
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::optional<std::vector<Step>> RememberedSteps::find() {
  if (!memo_) return std::nullopt;
  declared_ = declared();
  const auto order = declared_ ? memo_->find(*declared_) : std::nullopt;
  const json::Array* listed = order ? order->as_array() : nullptr;
  if (listed == nullptr) return std::nullopt;
  std::vector<std::string> addresses;
  for (const json::Value& one : *listed) addresses.push_back(one.text_or(""));
  auto state = state_of(addresses);
  const auto known = state ? memo_->find(question(*std::move(state))) : std::nullopt;
  if (!known) return std::nullopt;
  std::vector<Step> out;
  for (const std::string& address : addresses) {
    auto one = step(address, (*known)[address]);
    if (!one) return std::nullopt;
    out.push_back(*std::move(one));
  }
  return out;
}

/// Whether what was found is what the question asks about: nobody made or read another version meanwhile.
bool RememberedSteps::is_lasting(const Step& step, const json::Value& state) const {
  const bool is_newest = state["newest"].text_or("") == step.version->record.hex();
  if (step.address.starts_with("data/")) return is_newest;
  const manifest::SourceSpec& source = *project_.manifest().find_source(step.version->name);
  if (is_piped(source)) return is_newest;
  return dataset::has_token(project_.store(), *step.version, state["token"].text_or(""));
}

void RememberedSteps::keep(const std::vector<Step>& steps) {
  if (!memo_ || !declared_) return;
  std::vector<std::string> addresses;
  json::Object versions;
  for (const Step& one : steps) {
    addresses.push_back(one.address);
    if (!one.version) return;
    versions.set(one.address, json::Object{{"record", one.version->record.text()},
                                           {"number", one.version->number},
                                           {"stamp", stamp_of(project_.store().objects(), *one.version)}});
  }
  auto state = state_of(addresses);
  const json::Value known = state ? json::Value(*state) : json::Value();
  const auto lasts = [&](const Step& one) { return is_lasting(one, known[one.address]); };
  if (!state || !std::all_of(steps.begin(), steps.end(), lasts)) return;
  // Files of SQL that were edited while the tables were made: nobody knows what was read.
  if (declared() != declared_) return;
  memo_->keep(*declared_, words_of(addresses));
  memo_->keep(question(*std::move(state)), std::move(versions));
}

}  // namespace mlops::commands
