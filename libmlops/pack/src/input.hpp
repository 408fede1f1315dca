#pragma once
/// The bytes of a file, a piece at a time.

#include <mlops/base/error.hpp>
#include <mlops/base/handle.hpp>

#include <cstdio>
#include <filesystem>
#include <string_view>
#include <vector>

namespace mlops::pack {

class Input {
 public:
  /// Throws Error: not_found, failed.
  explicit Input(std::filesystem::path file);

  /// What is read and not yet taken; empty at the end of the file only.
  std::string_view peek();
  void take(std::size_t count) { taken_ += count; }

  /// The error for content that is not what it should be.
  Error damaged(std::string_view why) const;
  const std::filesystem::path& file() const { return file_; }

 private:
  std::filesystem::path file_;
  Handle<std::FILE, std::fclose> stream_;
  std::vector<char> buffer_;
  std::size_t taken_ = 0;
  std::size_t filled_ = 0;
};

}  // namespace mlops::pack
