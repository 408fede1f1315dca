#pragma once
/// What the tests of serve::Service share: a store with models made by hand, a clock to turn, and a client
/// that needs no socket.

#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/predict/linear.hpp>
#include <mlops/serve/service.hpp>

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>

namespace mlops::serve {

/// Turned by hand, read by any thread.
class HandClock final : public Clock {
 public:
  Time now() const override { return {us_.load()}; }
  void turn(std::int64_t seconds) { us_ += seconds * 1'000'000; }

 private:
  std::atomic<std::int64_t> us_ = 1'795'000'000'000'000;  // 2026-11-18
};

struct Reply {
  int status = 0;
  std::string type;
  std::string body;
  std::map<std::string, std::string> fields = {};

  json::Value json() const { return json::parse(body); }
};

class Client {
 public:
  explicit Client(Service& service) : handler_(service.handler()) {}

  Reply ask(std::string_view method, std::string_view path, std::string_view body = "",
            const std::vector<http::Field>& fields = {{"content-type", "application/json"}}) {
    response_.clear();
    handler_({.method = method, .path = path, .query = "", .body = body, .fields = fields}, response_);
    Reply reply = {response_.status, std::string(response_.content_type), response_.body};
    const bool is_text = reply.type.starts_with("application/json");
    EXPECT_TRUE(!is_text || reply.body.ends_with('\n')) << "a prompt stands on a line of its own";
    if (is_text && reply.body != "\n") reply.body.pop_back();
    for (const auto& [name, value] : response_.fields) reply.fields.emplace(name, value);
    return reply;
  }
  Reply get(std::string_view path) { return ask("GET", path); }
  Reply invoke(std::string_view body) { return ask("POST", "/invocations", body); }
  /// The value of a line of /metrics, by what stands before the blank; "" when there is none.
  std::string metric(const std::string& name) {
    const std::string text = "\n" + get("/metrics").body;
    const std::size_t at = text.find("\n" + name + " ");
    if (at == std::string::npos) return "";
    const std::size_t begin = at + name.size() + 2;
    return text.substr(begin, text.find('\n', begin) - begin);
  }

 private:
  http::Handler handler_;
  http::Response response_ = {};
};

class ServeTest : public testing::Test {
 protected:
  using Package = predict::Package;

  ServeTest() { std::filesystem::create_directories(dir_); }
  ~ServeTest() override { std::filesystem::remove_all(dir_); }

  /// age and city; `share` of the rows is positive, whatever is asked.
  static Package prior(double share) {
    return {
        .signature = {.task = predict::Task::binary,
                      .inputs = {{.name = "age", .type = "BIGINT", .nullable = true, .min = 18, .max = 80},
                                 {.name = "city",
                                  .type = "VARCHAR",
                                  .encoding = predict::Encoding::category,
                                  .categories = {"Rosario", "Lima"}}},
                      .label = "churned",
                      .label_type = "BOOLEAN",
                      .classes = {"false", "true"}},
        .algorithm = "prior",
        .loss = "logloss",
        .fitted = {{"shares", json::Array{1 - share, share}}}};
  }
  /// One that cannot be opened.
  static Package damaged() {
    Package package = prior(0.5);
    package.fitted = {};
    return package;
  }

  model::Version add(const Package& package, const std::string& name = "churn",
                     std::optional<json::Array> example = {}) {
    return registry_
        .add({.name = name, .package = package, .input_example = std::move(example), .time = clock_.now()})
        .version;
  }
  void promote(const std::string& address, const std::string& alias = "champion") {
    registry_.promote(registry_.get(address), alias, "better", "bo", clock_.now());
  }
  std::unique_ptr<Service> serve(const std::vector<std::string>& addresses = {"churn"}) {
    return std::make_unique<Service>(engines_, store_, clock_, addresses);
  }
  static Error fault(const std::function<void()>& work) {
    try {
      work();
    } catch (const Error& e) {
      return e;
    }
    ADD_FAILURE() << "no error";
    return error(Code::internal, "none");
  }
  /// "churn 1->2", and what went wrong.
  static std::vector<std::string> told(const std::vector<Change>& changes) {
    std::vector<std::string> out;
    for (const Change& change : changes) {
      out.push_back(fmt::format("{} {}->{}{}", change.address, change.from, change.to,
                                change.fault.empty() ? "" : ": " + change.fault));
    }
    return out;
  }
  static std::vector<std::string> none() { return {}; }

  static constexpr const char* row = R"({"dataframe_records": [{"age": 40, "city": "Lima"}]})";

  const std::filesystem::path dir_ =
      std::filesystem::temp_directory_path() / fmt::format("mlops-serve-test-{}", ::getpid());
  HandClock clock_ = {};
  Engines engines_{{ENGINES_DIR}};
  store::Store store_ = {dir_ / ".mlops", store::Store::Mode::create};
  model::Registry registry_ = model::Registry(store_);
};

}  // namespace mlops::serve
