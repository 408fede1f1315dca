#pragma once
/// Answers that cost much to work out and little to ask for again. A question is everything that decides its
/// answer; who asks gathers it and need not say when it changes. What is kept is a cache: losing it, or any
/// part of it, costs time alone, and an answer of another build of this program is none.

#include <mlops/base/digest.hpp>
#include <mlops/json/value.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mlops::memo {

class Memo {
 public:
  /// Kept in `<store>/memo.json`.
  explicit Memo(const std::filesystem::path& store);

  std::optional<json::Value> find(const json::Object& question);

  /// Where it cannot be written it is not kept. Of 200 answers the oldest goes.
  void keep(const json::Object& question, json::Value answer) noexcept;

 private:
  void load();

  std::filesystem::path file_;
  bool loaded_ = false;
  json::Object answers_ = {};  ///< By digest of the question, the oldest first.
};

/// Name, size, inode and time of each file in these folders, sorted; of a folder that is not there none. What
/// an answer depends on and is too long to be read belongs so into its question.
json::Array stamps_of(const std::vector<std::filesystem::path>& folders);

/// Of what is in the file; nothing where there is none.
std::optional<Digest> digest_of(const std::filesystem::path& file);

}  // namespace mlops::memo
