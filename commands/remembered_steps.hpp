#pragma once
/// Tables that were found to be up to date, and nothing that this depends on has changed since: known without
/// an engine, in milliseconds.

#include "up_to_date.hpp"

#include <mlops/memo/memo.hpp>

#include <optional>
#include <string>
#include <vector>

namespace mlops::project {
class Project;
}

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

/// Of the files of engines and what they bring with them: other engines may answer otherwise. None is opened.
json::Array engine_stamps(const cli::Invocation& invocation);

class RememberedSteps {
 public:
  /// `targets` are addresses, `engines` as engine_stamps() has them. The project must outlive it.
  RememberedSteps(project::Project& project, const json::Object& params,
                  const std::vector<std::string>& targets, json::Array engines);

  /// All of them with everything they are made from, each fresh; nothing: that has to be found out.
  std::optional<std::vector<Step>> find();
  /// They were brought up to date since find(); not kept where the next one could not tell that they still
  /// are.
  void keep(const std::vector<Step>& steps);

 private:
  /// What decides which tables there are and how they are made; nothing: a file of SQL cannot be read.
  std::optional<json::Object> declared() const;
  /// What decides whether these are fresh; nothing: that is not known without reading them.
  std::optional<json::Object> state_of(const std::vector<std::string>& addresses) const;
  json::Object question(json::Object state) const;
  std::optional<Step> step(const std::string& address, const json::Value& kept) const;
  bool is_lasting(const Step& step, const json::Value& state) const;

  project::Project& project_;
  json::Object params_;
  std::vector<std::string> targets_;
  json::Array engines_;
  std::optional<memo::Memo> memo_ = {};
  std::optional<json::Object> declared_ = {};  ///< When find() began.
};

}  // namespace mlops::commands
