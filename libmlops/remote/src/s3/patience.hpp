#pragma once
/// How often something is tried again, and how long after.

#include <mlops/base/cancel.hpp>

#include <chrono>
#include <string>

#include "src/s3/open.hpp"

namespace mlops::remote::s3 {

class Patience {
 public:
  Patience(const Manner& manner, const Cancel* cancel) : manner_(manner), cancel_(cancel) {}

  /// Waits, longer each time, or as Retry-After says; false, at once, when it has been tried enough or the
  /// server wants more than a minute. Throws Error(interrupted).
  bool again(const std::string& retry_after);
  /// The last attempt got on: it counts as the first.
  void renew() { failed_ = 0; }

 private:
  void sleep(std::chrono::milliseconds length) const;

  const Manner& manner_;
  const Cancel* cancel_;
  unsigned failed_ = 0;
};

}  // namespace mlops::remote::s3
