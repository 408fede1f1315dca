#include <mlops/serve/features.hpp>

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/fs/file.hpp>

#include <algorithm>

#include "src/feature_fault.hpp"
#include "src/feature_rows.hpp"
#include "src/feature_state.hpp"

namespace mlops::serve {
namespace {

using Mode = feature::OnlineStore::Mode;

constexpr std::chrono::seconds views_time{1};  ///< Between two looks at what views there are.
constexpr std::chrono::seconds models_time{5};

/// True when so much has passed, or it is the first time.
bool is_due(std::optional<std::chrono::steady_clock::time_point>& last, std::chrono::seconds time) {
  const auto now = std::chrono::steady_clock::now();
  if (last && now - *last < time) return false;
  last = now;
  return true;
}

std::vector<std::string> names_of(const std::vector<feature::OnlineView>& views) {
  std::vector<std::string> names;
  for (const feature::OnlineView& one : views) {
    if (names.empty() || names.back() != one.view.name) names.push_back(one.view.name);
  }
  return names;
}

std::unordered_map<std::string_view, std::size_t> positions(const feature::View& view) {
  std::unordered_map<std::string_view, std::size_t> out;
  for (std::size_t i = 0; i < view.columns.size(); ++i) out.emplace(view.columns[i].name, i);
  return out;
}

std::string time_in(const std::map<std::string, std::string>& times, const std::string& table) {
  const auto found = times.find(table);
  return found == times.end() ? "" : found->second;
}

}  // namespace

// ---- the catalogue
// ----------------------------------------------------------------------------------------------------

std::span<const Answering> Catalogue::of(std::string_view name) const {
  const auto is_it = [&](const Answering& one) { return one.online.view.name == name; };
  const auto begin = std::find_if(views.begin(), views.end(), is_it);
  return {begin, std::find_if_not(begin, views.end(), is_it)};
}

std::vector<std::string> Catalogue::names() const {
  std::vector<std::string> out;
  for (const Answering& one : views) {
    if (out.empty() || out.back() != one.online.view.name) out.push_back(one.online.view.name);
  }
  return out;
}

FeatureServer::Impl::Impl(const Clock& clock, FeatureOptions options)
    : clock_(clock),
      options_(std::move(options)),
      opened_(file_now()),
      store_(std::in_place, options_.file, Mode::read),
      image_(std::make_shared<feature::OnlineImage>(options_.file)) {
  require_views(store_->views());
  refresh();
}

void FeatureServer::Impl::require_views(const std::vector<feature::OnlineView>& there) const {
  const std::vector<std::string> known = names_of(there);
  for (const std::string& name : options_.views) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    Error fault = error(Code::not_found, "the view '{}' is not online", name).with_id("features.not_online");
    const auto near = near_misses(name, known);
    if (!near.empty()) throw std::move(fault).with_hint("a similar view is: {}", one_of(near));
    throw std::move(fault).with_hint("`mlops features materialize {}` takes it over", name);
  }
}

bool FeatureServer::Impl::is_answered(const feature::OnlineView& view) const {
  const auto& chosen = options_.views;
  return chosen.empty() || std::find(chosen.begin(), chosen.end(), view.view.name) != chosen.end();
}

std::vector<feature::OnlineView> FeatureServer::Impl::stored() const {
  const std::lock_guard lock(store_mutex_);
  std::vector<feature::OnlineView> views = store_->views();
  std::erase_if(views, [&](const feature::OnlineView& one) { return !is_answered(one); });
  return views;
}

std::shared_ptr<const Catalogue> FeatureServer::Impl::catalogue() const {
  const std::lock_guard lock(mutex_);
  return catalogue_;
}

std::optional<FileId> FeatureServer::Impl::file_now() const {
  const auto stamp = fs::find_stamp(options_.file);
  return stamp ? std::optional(FileId(stamp->device, stamp->inode)) : std::nullopt;
}

void FeatureServer::Impl::require_same_file(const Catalogue& catalogue) const {
  const auto now = file_now();
  if (now && now == catalogue.file) return;
  throw error(Code::busy, "the online store '{}' {}; nothing was pushed", options_.file.filename().native(),
              now ? "was replaced and is being read" : "is gone");
}

bool FeatureServer::Impl::reopen_another() {
  const auto now = file_now();
  if (!now || now == opened_) return false;
  feature::OnlineStore fresh(options_.file, Mode::read);
  const std::lock_guard lock(store_mutex_);
  store_.emplace(std::move(fresh));
  opened_ = now;
  return true;
}

void FeatureServer::Impl::refresh() {
  bool changed = image_->refresh();
  const std::lock_guard lock(following_);
  changed = reopen_another() || changed;
  const bool others = follow_models();
  if (is_due(looked_at_views_, views_time) || changed || others) follow(changed || others);
}

bool FeatureServer::Impl::follow_models() {
  if (!options_.services || !is_due(looked_at_models_, models_time)) return false;
  auto models = options_.services();
  const bool others = models != models_;
  models_ = std::move(models);
  return others;
}

/// Counts move with each push, which is no other catalogue; what is asked for by name is.
void FeatureServer::Impl::follow(bool changed) {
  std::vector<feature::OnlineView> views = stored();
  if (!changed && views == seen_ && catalogue()->file == opened_) return;
  auto next = std::make_shared<Catalogue>();
  next->file = opened_;
  for (const feature::OnlineView& one : views) next->views.push_back(answering(one));
  for (const auto& [name, features] : models_) next->services.emplace(name, service(features));
  seen_ = std::move(views);
  const std::lock_guard lock(mutex_);
  catalogue_ = std::move(next);
  generation_.fetch_add(1, std::memory_order_release);
}

ViewCounts* FeatureServer::Impl::counts_of(const std::string& view) {
  auto& counts = counts_[view];
  if (!counts) counts = std::make_unique<ViewCounts>();
  return counts.get();
}

Answering FeatureServer::Impl::answering(feature::OnlineView online) {
  Answering out{.live = image_->view(online.view, {}),
                .time = time_in(options_.times, online.view.from),
                .counts = counts_of(online.view.name)};
  out.columns = positions(out.live->view());
  if (has_plain_types(online)) out.plain = feature::PlainView::of(online.view, online.reads);
  out.online = std::move(online);
  return out;
}

ServiceView FeatureServer::Impl::service_view(const score::ModelView& use) {
  ServiceView out{
      .live = image_->view(use.view, use.columns), .names = use.names(), .counts = counts_of(use.view.name)};
  const auto places = positions(out.live->view());
  for (const std::string& column : use.columns) out.columns.push_back(places.at(column));
  for (const score::LookupColumn& key : use.key) out.key.push_back(key.name);
  return out;
}

/// A model whose view is not online is no fault of this server; who asks for it is told.
ModelService FeatureServer::Impl::service(const score::ModelFeatures& features) {
  ModelService out{.time = features.time.name};
  try {
    for (const score::ModelView& use : features.views) out.views.push_back(service_view(use));
  } catch (const Error& e) {
    if (e.code() != Code::not_found && e.code() != Code::conflict) throw;
    out.fault = e.message();
  }
  return out;
}

// ---- pushes
// -----------------------------------------------------------------------------------------------------------

Columns FeatureServer::Impl::events_of(const Answering& view, const NamedLists& rows) {
  if (view.plain) return view.plain->events(rows_of(view.online, rows));
  if (options_.evaluate) return options_.evaluate(view.online, lines_of(view.online, rows));
  throw feature_fault("the rows of '{}' are read with SQL, which is not at hand here", view.online.view.name);
}

std::vector<feature::OnlineStore::Push> FeatureServer::Impl::events_of(const Catalogue& catalogue,
                                                                       const PushedRows& rows) {
  std::vector<feature::OnlineStore::Push> pushes;
  for (const Answering& view : catalogue.of(rows.view)) {
    pushes.push_back({view.online.id, events_of(view, rows.columns)});
  }
  return pushes;
}

feature::OnlineStore::Pushed FeatureServer::Impl::push(const PushedRows& rows, std::string_view id) {
  const auto known = catalogue();
  const auto views = known->of(rows.view);
  if (views.empty())  // dropped since the handler looked
    throw feature_fault(404, Feast::no_object, "the view '{}' is not online any more", rows.view);
  feature::OnlineStore::Pushed pushed;
  {
    const std::lock_guard lock(writing_);
    const auto pushes = events_of(*known, rows);
    require_same_file(*known);
    if (written_ != known->file) {
      written_.reset();
      writer_.emplace(options_.file, Mode::write);
      written_ = known->file;
    }
    const std::string whole_id = id.empty() ? "" : fmt::format("{}\n{}", rows.view, id);
    pushed = writer_->push(pushes, whole_id, clock_.now());
  }
  try {
    image_->refresh();
  } catch (const Error&) {  // what was pushed is stored all the same; who polls is told
  }
  views.front().counts->pushes.fetch_add(1, std::memory_order_relaxed);
  if (!pushed.again)
    views.front().counts->pushed_rows.fetch_add(rows.columns.rows(), std::memory_order_relaxed);
  return pushed;
}

FeatureServer::FeatureServer(const Clock& clock, FeatureOptions options)
    : impl_(std::make_unique<Impl>(clock, std::move(options))) {}

FeatureServer::~FeatureServer() = default;

void FeatureServer::refresh() { impl_->refresh(); }

std::vector<feature::OnlineView> FeatureServer::views() const { return impl_->stored(); }

}  // namespace mlops::serve
