/// What `when:` of a schedule asks for.
#include <gtest/gtest.h>
#include <mlops/expect/check.hpp>
#include <mlops/expect/evaluate.hpp>

#include <map>
#include <string>

using namespace mlops::expect;

namespace {

Scope schedule() {
  return {.where = Where::schedule,
          .things = {"sources/flights", "data/departures", "data/delay"},
          .releases = {"delay", "taxi"},
          .monitors = {"delay"}};
}

Assertion trigger(const std::string& text) { return std::get<Assertion>(parse(text)); }

std::string trigger_faults(const std::string& text) {
  std::string out;
  for (const Fault& fault : check(trigger(text), schedule())) out += fault.message + " [" + fault.hint + "]";
  return out;
}

/// The thing that the first argument of a call names.
std::string thing_in(const std::string& text) {
  const Assertion assertion = trigger(text);
  const Signature& function = *std::get<Leaf>(resolve(assertion.root, schedule())).function;
  return thing_named(*argument_of(assertion.root, function, function.arguments[0].name),
                     function.arguments[0], schedule());
}

/// Says of each call what it was told to.
class Said final : public Values {
 public:
  explicit Said(std::map<std::string, Value> said) : said_(std::move(said)) {}
  Value value(const Expr& leaf) override { return said_.at(print(leaf)); }
  std::variant<RowsSeen, Missing> rows(const Expr& /*test*/, bool /*wanted*/) override { return RowsSeen{}; }

 private:
  std::map<std::string, Value> said_;
};

TEST(ExpectTriggers, NameThingsOfTheFile) {
  EXPECT_EQ(thing_in("changed(flights)"), "sources/flights");
  EXPECT_EQ(thing_in("changed(table=data.departures)"), "data/departures");
  EXPECT_EQ(thing_in("changed(delay)"), "data/delay");
  EXPECT_EQ(thing_in("older(delay, 14d)"), "delay");
  EXPECT_EQ(thing_in("older(age=14d, release=release.taxi)"), "taxi");
  EXPECT_EQ(thing_in("alert(monitor.delay)"), "delay");
  for (const char* good : {"changed(flights) or older(taxi, 1w)", "not alert(delay) and (changed(flights))"})
    EXPECT_EQ(trigger_faults(good), "") << good;
}

TEST(ExpectTriggers, AreOfTheRightSection) {
  EXPECT_EQ(trigger_faults("changed(taxi)"), "there is nothing called 'taxi' []");
  EXPECT_EQ(trigger_faults("alert(taxi)"), "there is no monitor 'taxi' [it is one of delay]");
  EXPECT_EQ(trigger_faults("older(monitor.delay, 14d)"),
            "there is no release 'monitor.delay' [it is one of delay, taxi]");
  EXPECT_EQ(trigger_faults("flights.changed(flights)"),
            "nothing stands before 'changed' [write `changed(table)`]");
  EXPECT_EQ(trigger_faults("older(delay, -14d)"),
            "'older' takes a time such as 14d here, not '-14d' [write `older(release, age)`]");
  EXPECT_EQ(trigger_faults("`changed`"), "there is no trigger 'changed' [similar name exists: `changed`]");
  EXPECT_EQ(trigger_faults("champion.auc > 0.5"),
            "'auc' cannot be asked here [it is asked in `expect:` of `release:` and `monitor:`]");
}

TEST(ExpectTriggers, AreJudgedAsEverythingElse) {
  const auto judge = [](const std::string& text, const Value& changed, const Value& alert) {
    Said values({{"changed(flights)", changed}, {"alert(delay)", alert}});
    const Verdict verdict = evaluate(trigger(text), schedule(), values);
    return std::string(name_of(verdict.outcome)) + ": " + verdict.seen;
  };
  const Truth yes{true, "flights has other files"};
  const Truth no{false, "flights has not changed"};
  EXPECT_EQ(judge("changed(flights)", yes, no), "pass: flights has other files");
  EXPECT_EQ(judge("changed(flights)", no, no), "fail: flights has not changed");
  EXPECT_EQ(judge("not changed(flights)", no, no), "pass: flights has not changed");
  EXPECT_EQ(judge("changed(flights) and not alert(delay)", yes, Truth{true, "an alert"}), "fail: an alert");
  EXPECT_EQ(judge("changed(flights) or alert(delay)", no, Truth{true, "an alert"}), "pass: an alert");
  EXPECT_EQ(judge("alert(delay)", no, Missing{"it was never watched"}), "skip: it was never watched");
}

}  // namespace
