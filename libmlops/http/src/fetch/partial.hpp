#pragma once
/// The part of a body that is on disk, and what a server has to say before more of it is added.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "src/descriptor.hpp"

namespace mlops::http {

class Partial {
 public:
  explicit Partial(const std::filesystem::path& file);

  std::uint64_t bytes() const { return bytes_; }
  /// Length of the whole; 0: unknown.
  std::uint64_t total() const { return total_; }

  /// What may stand behind If-Range (a strong validator); empty: it begins anew.
  const std::string& validator() const { return validator_; }

  /// Empty again; `validator` and `total` are those of the body that follows.
  void restart(std::string validator, std::uint64_t total);
  void append(std::string_view bytes);
  void forget_validator() { validator_.clear(); }

 private:
  const std::filesystem::path& path_;
  Descriptor file_;
  std::uint64_t bytes_ = 0;
  std::uint64_t total_ = 0;
  std::string validator_;
};

}  // namespace mlops::http
