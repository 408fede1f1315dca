#pragma once
/// A log in a folder of its own, models whose answers are known, and a clock to turn.

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <mlops/json/value.hpp>
#include <mlops/monitor/prediction_log.hpp>
#include <mlops/score/features.hpp>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <thread>

#include "columns.hpp"

namespace mlops::monitor {

class HandClock final : public Clock {
 public:
  Time now() const override { return {us_.load()}; }
  void turn(std::int64_t seconds) { us_ += seconds * 1'000'000; }

 private:
  std::atomic<std::int64_t> us_ = 1'795'000'000'123'456;  // 2026-11-18T11:06:40.123456Z
};

/// Columns as rows of a request.
class GivenColumns final : public score::GivenRows {
 public:
  GivenColumns(const score::Scorer& scorer, const Columns& columns) : scorer_(scorer), columns_(columns) {}

  std::size_t rows() const override { return columns_.rows(); }
  bool has(std::size_t column) const override { return place(column).has_value(); }
  json::Cell cell(std::size_t column, std::size_t row) const override {
    const Column values = columns_.column(*place(column));
    json::Cell cell;
    if (!values.valid(row)) return cell;
    if (values.type().kind == Kind::int64) {
      cell.kind = json::Cell::Kind::integer;
      cell.integer = values.values<std::int64_t>()[row];
      return cell;
    }
    const std::string_view text = values.text(row);
    cell.kind = json::Cell::Kind::text;
    cell.span = static_cast<std::uint32_t>(text.size());
    cell.text = text.data();
    return cell;
  }
  const std::vector<std::string_view>& unknown() const override { return none_; }

 private:
  std::optional<std::size_t> place(std::size_t column) const {
    return columns_.find(scorer_.columns()[column].name);
  }

  const score::Scorer& scorer_;
  const Columns& columns_;
  std::vector<std::string_view> none_ = {};
};

class MonitorTest : public testing::Test {
 protected:
  MonitorTest() { std::filesystem::create_directories(dir_); }
  ~MonitorTest() override { std::filesystem::remove_all(dir_); }

  using Input = predict::Input;
  using Encoding = predict::Encoding;

  static predict::Package prior(std::vector<Input> inputs) {
    return {.signature = {.task = predict::Task::binary,
                          .inputs = std::move(inputs),
                          .label = "late",
                          .label_type = "BIGINT",
                          .classes = {"0", "1"}},
            .algorithm = "prior",
            .loss = "logloss",
            .fitted = {{"shares", json::Array{0.75, 0.25}}}};
  }
  static predict::Package of_age() { return prior({{.name = "age", .type = "BIGINT", .nullable = true}}); }

  LogOptions options(double share = 1, const Keep& keep = {}) const {
    LogOptions out = {.folder = folder_, .models = {{"churn", {.share = share, .keep = keep}}}};
    out.interval = std::chrono::milliseconds(5);
    out.calm = std::chrono::milliseconds(100);
    return out;
  }

  /// Answers `rows` and hands the request over.
  bool put(PredictionLog& log, Lane& lane, const score::Scorer& scorer, const Columns& rows,
           const std::string& request = "r", std::span<const std::int64_t> as_of = {}) {
    score::Answered answered;
    scorer.answer(rows, answered);
    const GivenColumns given(scorer, rows);
    const Stream* stream = log.stream("churn", "churn@v1", Digest{}, scorer);
    return lane.put(*stream, {.request = request, .answered = answered, .as_of_us = as_of, .given = given});
  }
  static Columns ages(const std::vector<std::int64_t>& ages) {
    test::Cells<std::int64_t> cells(ages.begin(), ages.end());
    return test::ColumnsOf().integers("age", cells).build();
  }

  /// Waits for a condition, for 20 s at most.
  static bool eventually(const std::function<bool()>& holds) {
    for (int look = 0; look < 2000; ++look) {
      if (holds()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  std::vector<std::string> lines() const {
    std::vector<std::string> out;
    for (const Segment& one : segments(folder_, "churn"))
      read(one, [&](std::string_view line) { out.emplace_back(line); });
    return out;
  }
  std::vector<json::Value> rows() const {
    std::vector<json::Value> out;
    for (const std::string& line : lines()) out.push_back(json::parse(line));
    return out;
  }

  const std::filesystem::path dir_ =
      std::filesystem::temp_directory_path() / fmt::format("mlops-monitor-test-{}", ::getpid());
  const std::filesystem::path folder_ = dir_ / "predictions";
  HandClock clock_ = {};
  Engines engines_{{ENGINES_DIR}};
  const std::chrono::seconds patience_{20};
};

}  // namespace mlops::monitor
