#pragma once
/// Answers the requests of one thread.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/feature_answerer.hpp"
#include "src/request_log.hpp"
#include "src/state.hpp"

namespace mlops::serve {

/// What the thread knows of a model.
struct Mine {
  const Served* served = nullptr;
  VersionShard* counts = nullptr;
  const monitor::Stream* log = nullptr;  ///< Null: its answers are not logged.
};

/// A request is not answered but refused; the body is made of it in one place.
struct Refusal {
  int status;
  std::string text;
};

class Answerer {
 public:
  Answerer(Engines& engines, State& state);
  void operator()(const http::Request& request, http::Response& response);

 private:
  void give_back();
  void renew();
  void adopt(const std::vector<Served>& models);
  void answer(const Target& target, const http::Request& request, http::Response& response);
  void about_features(const Target& target, const http::Request& request, http::Response& response);
  void look_up(const Target& target, const http::Request& request, http::Response& response);
  void predict(const Target& target, const http::Request& request, http::Response& response);
  Time now_of(const Loaded& loaded) const;
  void invoke(const Mine& mine, const http::Request& request, http::Response& response);
  void infer(const Mine& mine, const http::Request& request, http::Response& response);
  void count_rows(const Mine& mine);
  void log(const Mine& mine, const http::Request& request, http::Response& response);
  void count(const Target& target, const http::Request& request, int status,
             std::chrono::steady_clock::time_point start);
  /// Throws Refusal when nothing of that name and version is served.
  const Mine& find(const Target& target) const;
  std::string addresses() const;
  /// All that are served of that name; none when the target names one.
  std::vector<std::int64_t> versions_of(const Target& target) const;
  std::string names_json() const;
  std::string index(const http::Request& request) const;

  Engines& engines_;
  State& state_;
  Shard* shard_ = nullptr;
  std::uint64_t generation_ = 0;
  std::shared_ptr<const std::vector<Served>> models_ = {};
  std::vector<Mine> mine_ = {};
  Reader reader_;
  std::optional<FeatureAnswerer> features_ = {};
  score::Answered answers_ = {};
  Inference inference_ = {};
  std::size_t rows_ = 0;
  RequestLog log_;
};

}  // namespace mlops::serve
