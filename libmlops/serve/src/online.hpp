#pragma once
/// Where the features of models are looked up: the image of the online store, opened when a model first
/// needs it.

#include <mlops/base/clock.hpp>
#include <mlops/feature/online.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/score/features.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace mlops::serve {

class Online {
 public:
  /// No file: nothing is looked up. `image` is of that file, where somebody has it already.
  explicit Online(std::optional<std::filesystem::path> file,
                  std::shared_ptr<feature::OnlineImage> image = nullptr)
      : file_(std::move(file)), image_(std::move(image)), opened_(stamp()) {}

  bool looks_up() const { return file_.has_value(); }

  /// The views of a model, loaded. Throws Error, naming model and view: not_found ("features.not_online"),
  /// conflict ("features.changed"), usage ("features.forgotten": `now` is before what the store has).
  std::vector<std::shared_ptr<const feature::LiveView>> views(const model::Version& version,
                                                              const score::ModelFeatures& features, Time now);

  /// Takes over what was written into the store. Throws as OnlineImage::refresh(), and Error(conflict) while
  /// another file stands in the place of the one that is read, or none.
  void refresh();

 private:
  std::optional<fs::Stamp> stamp() const { return file_ ? fs::find_stamp(*file_) : std::nullopt; }
  std::shared_ptr<const feature::LiveView> view(const score::ModelView& wanted);

  std::optional<std::filesystem::path> file_;
  std::shared_ptr<feature::OnlineImage> image_;
  std::optional<fs::Stamp> opened_;
};

}  // namespace mlops::serve
