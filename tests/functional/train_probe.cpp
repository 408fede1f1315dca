/// Trains on a table and prints the answer as JSON, for scripts that compare it with other programs:
///
///     train_probe TABLE LABEL TRAINER [NAME=VALUE]... [threads=N]
///
/// TABLE is text: a line of `name:number`, `name:whole` or `name:text` separated by tabs, then the rows; an
/// empty cell is null. A column `part` says train, valid or test; without it the rows are split.
#include <mlops/base/error.hpp>
#include <mlops/predict/predictor.hpp>
#include <mlops/train/plan.hpp>
#include <mlops/train/trainer.hpp>

#include <charconv>
#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>

#include "columns.hpp"

namespace {

using namespace mlops;

std::vector<std::string> cut(const std::string& line) {
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == '\t') cells.emplace_back();
    else cells.back() += c;
  }
  return cells;
}

template <typename T>
std::optional<T> read(const std::string& text) {
  T value = {};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty()) return {};
  if (fault != std::errc() || end != text.data() + text.size())
    throw error(Code::usage, "bad cell '{}'", text);
  return value;
}

template <typename T>
test::Cells<T> column(const std::vector<std::vector<std::string>>& rows, std::size_t i) {
  test::Cells<T> cells;
  for (const auto& row : rows) {
    if constexpr (std::is_same_v<T, std::string>) {
      cells.push_back(row[i].empty() ? std::nullopt : std::optional(row[i]));
    } else {
      cells.push_back(read<T>(row[i]));
    }
  }
  return cells;
}

Columns load(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  if (!std::getline(in, line)) throw error(Code::not_found, "no table '{}'", file);
  const auto head = cut(line);
  std::vector<std::vector<std::string>> rows;
  while (std::getline(in, line)) rows.push_back(cut(line));
  test::ColumnsOf table;
  for (std::size_t i = 0; i < head.size(); ++i) {
    const auto colon = head[i].rfind(':');
    const auto name = head[i].substr(0, colon), type = head[i].substr(colon + 1);
    if (type == "number") table.numbers(name, column<double>(rows, i));
    else if (type == "whole") table.integers(name, column<std::int64_t>(rows, i));
    else table.texts(name, column<std::string>(rows, i));
  }
  return table.build();
}

struct Request {
  std::string table, label, trainer;
  json::Object parameters = {};
  unsigned threads = 1;
};

Request read_arguments(const std::vector<std::string>& words) {
  if (words.size() < 3) throw error(Code::usage, "train_probe TABLE LABEL TRAINER [NAME=VALUE]...");
  Request request = {words[0], words[1], words[2]};
  for (std::size_t i = 3; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    const auto name = words[i].substr(0, equals), value = words[i].substr(equals + 1);
    if (name == "threads") request.threads = static_cast<unsigned>(std::stoul(value));
    else request.parameters.set(name, value);
  }
  return request;
}

train::Part part_of(const predict::Frame& frame, const train::Target& target,
                    const std::vector<std::uint32_t>& rows) {
  train::Part part = {frame.select(rows), {}};
  for (const auto row : rows) {
    const auto at = std::lower_bound(target.rows.begin(), target.rows.end(), row) - target.rows.begin();
    part.labels.push_back(target.labels[static_cast<std::size_t>(at)]);
  }
  return part;
}

json::Array list(const std::vector<double>& values) { return json::Array(values.begin(), values.end()); }

json::Object run(const Request& request) {
  Engines engines({ENGINES_DIR});
  const auto table = load(request.table);
  const auto target = train::read_target(table, request.label);
  const train::SplitRequest parts = {.part = table.find("part") ? "part" : ""};
  const auto split = train::split(table, target, parts);
  const auto plan = train::plan(table, {}, target, split, {.split = parts});
  const auto frame = predict::encode(plan.signature, table);
  const auto train = part_of(frame, target, split.train), valid = part_of(frame, target, split.valid),
             test = part_of(frame, target, split.test);
  const auto start = std::chrono::steady_clock::now();
  const auto fitted = train::fit(engines, {.trainer = request.trainer,
                                           .parameters = request.parameters,
                                           .signature = plan.signature,
                                           .train = train,
                                           .valid = valid,
                                           .threads = request.threads});
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::vector<double> answers(test.frame.rows * plan.signature.outputs());
  predict::open(fitted.package, engines)->predict(test.frame, answers);
  json::Array notes, inputs;
  for (const auto& note : fitted.notes) notes.emplace_back(note);
  for (const auto& input : plan.signature.inputs) inputs.emplace_back(input.name);
  return {{"parameters", fitted.package.parameters},
          {"fitted", fitted.package.fitted},
          {"notes", notes},
          {"inputs", inputs},
          {"seconds", seconds.count()},
          {"labels", list(test.labels)},
          {"answers", list(answers)}};
}

}  // namespace

int main(int count, char** words) {
  try {
    std::cout << json::dump(run(read_arguments({words + 1, words + count}))) << '\n';
    return 0;
  } catch (const Error& e) {
    std::cerr << e.message() << '\n' << e.hint() << '\n';
    return static_cast<int>(e.code());
  }
}
