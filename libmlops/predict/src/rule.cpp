#include <mlops/base/error.hpp>
#include <mlops/predict/rule.hpp>
#include <mlops/predict/spelling.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include "src/fields.hpp"
#include "src/predictors.hpp"
#include "src/rule_eval.hpp"

namespace mlops::predict {
namespace {

constexpr double no_answer = std::numeric_limits<double>::quiet_NaN();

[[noreturn]] void refuse_row(const Frame& frame, std::size_t row, const std::string& what) {
  throw error(Code::usage, "row {}: the rule gives {}", frame.first_row + row, what).with_id("rule.value");
}

std::string spelled(double value) {
  std::string out;
  spell(value, out);
  return out;
}

}  // namespace

struct Rule::Impl {
  std::string text;
  BoundRule bound;

  double class_of(const RuleValue& value, const Frame& frame, std::size_t row) const {
    if (bound.root.type == RuleType::text) {
      const std::int32_t found = value.text < 0 ? -1 : bound.classes[static_cast<std::size_t>(value.text)];
      if (found < 0) refuse_row(frame, row, "a text that is none of the classes");
      return found;
    }
    std::string name;
    if (value.number == std::floor(value.number) && std::abs(value.number) < 1e15)
      spell(static_cast<std::int64_t>(value.number), name);
    else spell(value.number, name);
    const auto& classes = bound.signature.classes;
    const auto found = std::find(classes.begin(), classes.end(), name);
    if (found == classes.end()) refuse_row(frame, row, name + ", which is none of the classes");
    return static_cast<double>(found - classes.begin());
  }

  double answer(const RuleValue& value, const Frame& frame, std::size_t row) const {
    if (value.null) return no_answer;
    const Task task = bound.signature.task;
    if (task == Task::multiclass || bound.root.type == RuleType::text) return class_of(value, frame, row);
    if (!std::isfinite(value.number)) refuse_row(frame, row, spelled(value.number));
    if (task == Task::binary && (value.number < 0 || value.number > 1))
      refuse_row(frame, row, spelled(value.number) + ", which is no probability");
    return value.number;
  }
};

Rule::Rule(std::string_view text, const Signature& signature)
    : impl_(std::make_unique<const Impl>(Impl{std::string(text), bind_rule(text, signature)})) {}
Rule::~Rule() = default;
Rule::Rule(Rule&&) noexcept = default;
Rule& Rule::operator=(Rule&&) noexcept = default;

const std::string& Rule::text() const { return impl_->text; }
const Signature& Rule::signature() const { return impl_->bound.signature; }

std::vector<double> Rule::evaluate(const Frame& frame) const {
  std::vector<double> out(frame.rows);
  for (std::size_t row = 0; row < frame.rows; ++row)
    out[row] = impl_->answer(evaluate_rule(impl_->bound, impl_->bound.root, frame, row), frame, row);
  return out;
}

json::Object Rule::fitted(const Rule& rule, const std::vector<double>& prior) {
  json::Object out{{"expression", rule.text()}};
  if (rule.signature().task == Task::regression) out.set("mean", prior.at(0));
  else out.set("shares", json::Array(prior.begin(), prior.end()));
  return out;
}

namespace {

class RulePredictor final : public Predictor {
 public:
  RulePredictor(Rule rule, std::vector<double> prior) : rule_(std::move(rule)), prior_(std::move(prior)) {}

  void predict(const Frame& frame, std::span<double> out) const override {
    const std::vector<double> answers = rule_.evaluate(frame);
    const std::size_t width = prior_.size();
    for (std::size_t row = 0; row < frame.rows; ++row) {
      const auto place = out.subspan(row * width, width);
      if (std::isnan(answers[row])) {
        std::copy(prior_.begin(), prior_.end(), place.begin());
      } else if (width == 1) {
        place[0] = answers[row];
      } else {
        std::fill(place.begin(), place.end(), 0.0);
        place[static_cast<std::size_t>(answers[row])] = 1;
      }
    }
  }

  std::uint64_t unanswered(const Frame& frame) const override {
    std::uint64_t count = 0;
    for (const double answer : rule_.evaluate(frame)) count += std::isnan(answer) ? 1 : 0;
    return count;
  }

  std::size_t size() const override { return sizeof *this + 64 * rule_.text().size(); }

 private:
  Rule rule_;
  std::vector<double> prior_;
};

}  // namespace

std::unique_ptr<Predictor> open_rule(const Package& package) {
  const Fields fitted(package.fitted, "the model");
  try {
    Rule rule(fitted.text("expression"), package.signature);
    if (!(rule.signature() == package.signature))
      fitted.fail("expression", "rule over the inputs of its signature:");
    return std::make_unique<RulePredictor>(std::move(rule), prior_answer(package));
  } catch (const Error& e) {
    if (e.code() != Code::usage) throw;
    throw error(Code::corrupt, "{}", e.message()).with_id("model.damaged").with_detail(e.detail());
  }
}

}  // namespace mlops::predict
