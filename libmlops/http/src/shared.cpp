#include "src/shared.hpp"

#include <mlops/base/error.hpp>

#include <fmt/format.h>

namespace mlops::http {
namespace {

void failed(const Request& request, Response& response, const Shared& shared, std::string_view reason) {
  response.clear();
  response.status = 500;
  response.body = R"({"error":"internal error"})";
  shared.fault(fmt::format("{} {}: {}", request.method, request.path, reason));
}

}  // namespace

void Counters::refusal(int status) {
  if (status == 400) ++malformed;
  if (status == 413 || status == 431) ++too_large;
  if (status == 408) ++too_slow;
  if (status == 503) ++overloaded;
}

bool Budget::take(std::size_t bytes) {
  const std::size_t before = used_.fetch_add(bytes, std::memory_order_relaxed);
  if (bytes <= limit_ && before <= limit_ - bytes) return true;
  give_back(bytes);
  return false;
}

void OpenCount::remove() {
  if (count_.fetch_sub(1) != 1) return;
  const std::lock_guard lock(mutex_);
  none_.notify_all();
}

bool OpenCount::wait_for_none(std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(mutex_);
  return none_.wait_until(lock, until, [&] { return count_.load() == 0; });
}

void answer(const Handler& handler, const Request& request, Response& response, const Shared& shared) {
  response.clear();
  try {
    handler(request, response);
    if (response.status < 200 || response.status > 999) {
      failed(request, response, shared, fmt::format("the handler's status is {}", response.status));
    }
  } catch (const Error& fault) {
    failed(request, response, shared, fault.message());
  } catch (const std::exception& fault) {
    failed(request, response, shared, fault.what());
  } catch (...) {
    failed(request, response, shared, "the handler threw something unknown");
  }
}

}  // namespace mlops::http
