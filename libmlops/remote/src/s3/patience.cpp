#include "src/s3/patience.hpp"

#include <mlops/crypto/random.hpp>

#include <algorithm>
#include <charconv>
#include <thread>

namespace mlops::remote::s3 {
namespace {

using std::chrono::milliseconds;

constexpr unsigned longest_wait_s = 60;

/// Between half of it and all of it, so that many do not come back at once.
milliseconds jittered(milliseconds length) {
  const long share = std::stol(crypto::random_hex(2), nullptr, 16);  // of 65,536
  return length / 2 + milliseconds(length.count() * share / 131'072);
}

}  // namespace

bool Patience::again(const std::string& retry_after) {
  if (++failed_ >= manner_.attempts) return false;
  unsigned asked_s = 0;
  std::from_chars(retry_after.data(), retry_after.data() + retry_after.size(), asked_s);
  if (asked_s > longest_wait_s) return false;
  const milliseconds own = manner_.first_pause * (1 << std::min(failed_ - 1, 16u));
  sleep(asked_s > 0 ? std::chrono::seconds(asked_s) : jittered(std::min(own, manner_.longest_pause)));
  return true;
}

void Patience::sleep(milliseconds length) const {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + length;
  while (Clock::now() < end) {
    if (cancel_ != nullptr) cancel_->check();
    std::this_thread::sleep_for(std::min<Clock::duration>(milliseconds(50), end - Clock::now()));
  }
}

}  // namespace mlops::remote::s3
