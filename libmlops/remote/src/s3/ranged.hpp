#pragma once
/// A range of an item, read in as many answers as it takes: each goes on behind what came before, and is of
/// the same state of the item.

#include <functional>
#include <string>
#include <string_view>

#include "src/s3/service.hpp"

namespace mlops::remote::s3 {

class Ranged {
 public:
  /// `key` is whole; all must outlive it.
  Ranged(Service& service, const std::string& key, std::uint64_t offset, std::uint64_t size,
         const std::function<void(std::string_view bytes)>& take)
      : service_(service), key_(key), at_(offset), left_(size), take_(take) {}

  /// Throws Error: not_found, corrupt (it ends before), conflict (it was replaced meanwhile).
  void run();

 private:
  void begin(const http::Answer& head);
  void add(std::string_view bytes);
  std::string field() const;
  [[noreturn]] void end_too_early() const;

  Service& service_;
  const std::string& key_;
  std::uint64_t at_;
  std::uint64_t left_;
  const std::function<void(std::string_view bytes)>& take_;
  std::uint64_t passed_over_ = 0;  // of an answer that begins before what was asked for
  std::string etag_;
};

}  // namespace mlops::remote::s3
