#include "src/parameters.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

namespace mlops::train {
namespace {

const Knob refit = {
    .name = "refit",
    .kind = Knob::Kind::flag,
    .fallback = true,
    .doc = "fit again on the training and validation rows together when everything is chosen"};

Knob penalty(std::string doc) { return {.name = "l2", .max = 1e12, .doc = std::move(doc)}; }

std::vector<Knob> boosting() {
  return {
      {.name = "rounds",
       .kind = Knob::Kind::whole,
       .min = 1,
       .max = 100000,
       .doc = "trees for each output at most; default: 200 / eta, and 20 / eta when no validation rows can "
              "stop it"},
      {.name = "stop_after",
       .kind = Knob::Kind::whole,
       .fallback = 50,
       .max = 100000,
       .doc = "rounds without a better validation loss before it stops; 0 never stops"},
      {.name = "eta",
       .max = 1,
       .above = true,
       .doc = "share of each tree that counts; default: 0.1, 0.2 where rows x columns x outputs are beyond 5 "
              "million, and 0.3 beyond 50 million"},
      {.name = "max_depth",
       .kind = Knob::Kind::whole,
       .fallback = 4,
       .min = 1,
       .max = 30,
       .doc = "depth of a tree"},
      {.name = "min_child_weight",
       .doc = "least sum of second derivatives in a leaf; of regression that is its rows"},
      {.name = "subsample",
       .fallback = 0.7,
       .max = 1,
       .above = true,
       .doc = "share of the rows that each tree sees"},
      {.name = "colsample_bytree",
       .fallback = 1.0,
       .max = 1,
       .above = true,
       .doc = "share of the columns that each tree sees"},
      {.name = "colsample_bynode",
       .fallback = 0.5,
       .max = 1,
       .above = true,
       .doc = "share of the columns that each node chooses from"},
      {.name = "lambda", .fallback = 1.0, .max = 1e9, .doc = "l2 penalty on the values of the leaves"},
      {.name = "alpha", .fallback = 0.0, .max = 1e9, .doc = "l1 penalty on the values of the leaves"},
      {.name = "gamma", .fallback = 0.0, .max = 1e9, .doc = "least gain of a split"},
      {.name = "max_bin",
       .kind = Knob::Kind::whole,
       .fallback = 256,
       .min = 2,
       .max = 65536,
       .doc = "bins that a number is cut into"},
      {.name = "max_cat_to_onehot",
       .kind = Knob::Kind::whole,
       .fallback = 64,
       .min = 1,
       .max = 100000,
       .doc = "columns with fewer categories are split one against the rest"},
      {.name = "max_cat_threshold",
       .kind = Knob::Kind::whole,
       .fallback = 32,
       .min = 1,
       .max = 100000,
       .doc = "categories on one side of a split at most, where there are more"},
      {.name = "nthread",
       .kind = Knob::Kind::whole,
       .min = 1,
       .max = 4096,
       .doc = "threads, which become part of the model; default: the threads of the run, which do not"},
      {.name = "refit",
       .kind = Knob::Kind::flag,
       .doc = "grow the trees again on the training and validation rows together when their number is found; "
              "default: with fewer than 50,000 rows"},
  };
}

const std::map<std::string, std::vector<Knob>, std::less<>>& table() {
  static const std::map<std::string, std::vector<Knob>, std::less<>> all = {
      {"prior", {}},
      {"mean", {}},
      {"rule",
       {{.name = "case",
         .kind = Knob::Kind::text,
         .doc = "SQL expression over the columns that gives the answer; has to be given"}}},
      {"linear",
       {penalty("l2 penalty on the coefficients of standardised columns, as scikit-learn's alpha; 0 is "
                "ordinary least squares; default: the best of a grid on the validation rows"),
        refit}},
      {"logistic",
       {penalty("l2 penalty on the coefficients of standardised columns, 1 / C of scikit-learn; default: the "
                "best of a grid on the validation rows"),
        {.name = "steps",
         .kind = Knob::Kind::whole,
         .fallback = 200,
         .min = 1,
         .max = 100000,
         .doc = "Newton steps at most"},
        refit}},
      {"xgboost", boosting()},
  };
  return all;
}

std::optional<double> number_in(const json::Value& value) {
  if (const auto* whole = value.as_int()) return static_cast<double>(*whole);
  if (const auto* number = value.as_double()) return *number;
  const auto* text = value.as_string();
  if (text == nullptr) return {};
  double number = 0;
  const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (fault != std::errc() || end != text->data() + text->size()) return {};
  return number;
}

std::optional<bool> flag_in(const json::Value& value) {
  if (const auto* flag = value.as_bool()) return *flag;
  if (const auto* text = value.as_string()) {
    if (*text == "true") return true;
    if (*text == "false") return false;
  }
  return {};
}

std::string wanted(const Knob& knob) {
  if (knob.kind == Knob::Kind::flag) return "true or false";
  if (knob.kind == Knob::Kind::text) return "a text";
  return fmt::format("a {} {}", knob.kind == Knob::Kind::whole ? "whole number" : "number", range_of(knob));
}

std::optional<json::Value> read(const Knob& knob, const json::Value& value) {
  if (knob.kind == Knob::Kind::text)
    return value.as_string() == nullptr ? std::nullopt : std::optional(value);
  if (knob.kind == Knob::Kind::flag) {
    const auto flag = flag_in(value);
    return flag ? std::optional(json::Value(*flag)) : std::nullopt;
  }
  const auto number = number_in(value);
  const bool fits = number && std::isfinite(*number) && *number <= knob.max &&
                    (knob.above ? *number > knob.min : *number >= knob.min);
  if (!fits) return {};
  if (knob.kind == Knob::Kind::number) return json::Value(*number);
  if (*number != std::floor(*number)) return {};
  return json::Value(static_cast<std::int64_t>(*number));
}

std::string shown(const json::Value& value) {
  const auto* text = value.as_string();
  return text == nullptr ? json::dump(value) : *text;
}

json::Value checked(std::string_view trainer, const Knob& knob, const json::Value& value) {
  if (value.is_null()) return knob.fallback;
  if (auto taken = read(knob, value)) return *std::move(taken);
  throw error(Code::usage, "parameter '{}' of {} is '{}', want {}", knob.name, trainer, shown(value),
              wanted(knob))
      .with_id("train.parameter");
}

void require_known(std::string_view trainer, const json::Object& asked) {
  std::vector<std::string> known;
  for (const Knob& knob : knobs_of(trainer)) known.push_back(knob.name);
  for (const auto& [name, value] : asked) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    auto fault = error(Code::usage, "{} has no parameter '{}'", trainer, name).with_id("train.parameter");
    const auto near = near_misses(name, known);
    if (!near.empty()) throw std::move(fault).with_hint("similar parameters exist: {}", one_of(near));
    if (known.empty()) throw std::move(fault).with_hint("it has none");
    throw std::move(fault).with_hint("its parameters: {}", fmt::join(known, ", "));
  }
}

}  // namespace

std::string range_of(const Knob& knob) {
  const auto low = fmt::format("{} {:.12g}", knob.above ? "over" : "of at least", knob.min);
  return std::isinf(knob.max) ? low : fmt::format("{} and at most {:.12g}", low, knob.max);
}

const std::vector<Knob>& knobs_of(std::string_view trainer) {
  const auto found = table().find(trainer);
  if (found == table().end()) throw error(Code::internal, "no parameters of trainer '{}'", trainer);
  return found->second;
}

json::Object resolve(std::string_view trainer, const json::Object& asked) {
  require_known(trainer, asked);
  json::Object resolved;
  for (const Knob& knob : knobs_of(trainer)) {
    const auto* value = asked.find(knob.name);
    resolved.set(knob.name, checked(trainer, knob, value == nullptr ? json::Value() : *value));
  }
  return resolved;
}

}  // namespace mlops::train
