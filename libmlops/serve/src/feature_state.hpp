#pragma once
/// What stands behind a FeatureServer: the catalogue that handlers answer from, and the one way to write.

#include <mlops/serve/features.hpp>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>

#include "src/feature_catalogue.hpp"
#include "src/feature_request.hpp"

namespace mlops::serve {

class FeatureServer::Impl {
 public:
  Impl(const Clock& clock, FeatureOptions options);

  void refresh();
  /// Adds the rows to every definition of the view, durably, and takes them over. An `id` makes it safe to
  /// send the same push again. Throws FeatureFault; Error(busy) when the store cannot be written now.
  feature::OnlineStore::Pushed push(const PushedRows& rows, std::string_view id);
  /// As they are in the store at this moment; reads a file.
  std::vector<feature::OnlineView> stored() const;

  const std::shared_ptr<feature::OnlineImage>& image() const { return image_; }
  const Clock& clock() const { return clock_; }
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
  std::shared_ptr<const Catalogue> catalogue() const;

 private:
  using Tick = std::chrono::steady_clock::time_point;

  bool is_answered(const feature::OnlineView& view) const;
  void require_views(const std::vector<feature::OnlineView>& there) const;
  std::optional<FileId> file_now() const;
  /// Throws Error(busy) where another file is at the store's place than `catalogue` was made of, or none:
  /// what is written into one that nobody finds any more is lost.
  void require_same_file(const Catalogue& catalogue) const;
  /// Reads another file that has come to the store's place: true then. With `following_` held, as for the
  /// next two.
  bool reopen_another();
  /// True when they are others.
  bool follow_models();
  /// Makes the catalogue anew when the store changed, or `changed` says so.
  void follow(bool changed);
  Answering answering(feature::OnlineView online);
  ModelService service(const score::ModelFeatures& features);
  ServiceView service_view(const score::ModelView& use);
  ViewCounts* counts_of(const std::string& view);
  std::vector<feature::OnlineStore::Push> events_of(const Catalogue& catalogue, const PushedRows& rows);
  Columns events_of(const Answering& view, const NamedLists& rows);

  const Clock& clock_;
  const FeatureOptions options_;
  mutable std::mutex store_mutex_;
  std::optional<FileId> opened_;  ///< What `store_` reads. With `following_` held.
  std::optional<feature::OnlineStore> store_;
  std::optional<feature::OnlineStore> writer_ = {};  ///< From the first push on.
  std::optional<FileId> written_ = {};               ///< What `writer_` writes.
  std::shared_ptr<feature::OnlineImage> image_;

  std::mutex writing_;    ///< Of `writer_`, `written_` and of the engine behind `evaluate`.
  std::mutex following_;  ///< One at a time makes catalogues.
  std::vector<feature::OnlineView> seen_ = {};
  std::map<std::string, score::ModelFeatures> models_ = {};
  std::optional<Tick> looked_at_views_ = {};
  std::optional<Tick> looked_at_models_ = {};
  std::map<std::string, std::unique_ptr<ViewCounts>> counts_ = {};

  mutable std::mutex mutex_;  ///< Of `catalogue_`.
  std::shared_ptr<const Catalogue> catalogue_ = std::make_shared<Catalogue>();
  std::atomic<std::uint64_t> generation_ = 1;
};

}  // namespace mlops::serve
