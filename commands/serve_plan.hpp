#pragma once
/// What `serve:` of mlops.yaml says to `mlops serve`, where its flags do not.

#include <mlops/manifest/serving.hpp>
#include <mlops/monitor/prediction_log.hpp>
#include <mlops/serve/service.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::project {
class Project;
}

namespace mlops::commands {

class ServePlan {
 public:
  /// Reads the file.
  explicit ServePlan(const project::Project& project);

  /// The model to serve when none is named: that of the only entry.
  std::optional<std::string> only() const;
  /// Where the first model that is served listens, and with how many threads.
  manifest::ServeSpec listening(const std::vector<serve::Serving>& models) const;
  /// Which models are logged. `flag` is that of --log: for all of them.
  monitor::LogOptions logging(const std::vector<serve::Serving>& models, std::optional<double> flag) const;

 private:
  const manifest::ServeSpec* find(std::string_view name) const;

  std::filesystem::path folder_;
  std::vector<manifest::ServeSpec> entries_;
};

}  // namespace mlops::commands
