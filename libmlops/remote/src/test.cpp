#include <mlops/base/error.hpp>
#include <mlops/crypto/random.hpp>
#include <mlops/remote/remote.hpp>

#include <functional>

namespace mlops::remote {
namespace {

Trial trial(std::string what, const std::function<std::string()>& attempt) {
  try {
    return {.what = std::move(what), .fault = attempt()};
  } catch (const Error& e) {
    if (e.code() == Code::interrupted || e.code() == Code::internal) throw;
    return {.what = std::move(what), .fault = e.message()};
  }
}

}  // namespace

std::vector<Trial> test(Space& space) {
  const std::string key = "probe/" + crypto::random_hex(8);
  std::vector<Trial> out;
  out.push_back(trial("read", [&] {
    space.list("log/", "", [](const Item&) {});
    return std::string();
  }));
  out.push_back(trial("write", [&]() -> std::string {
    space.put(key, "mlops");
    const auto seen = space.find(key);
    space.remove(key);
    return seen == "mlops" ? "" : "what was written is not what is read";
  }));
  out.push_back(trial("push", [&]() -> std::string {
    const bool first = space.create(key, "one");
    const bool second = space.create(key, "two");
    space.remove(key);
    return first && !second ? "" : "two pushes at once could lose one";
  }));
  return out;
}

}  // namespace mlops::remote
