/// What `mlops.yaml` says about training: read, and written.
#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/manifest/manifest.hpp>
#include <mlops/manifest/place.hpp>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "error_of.hpp"
#include "manifest_test_faults.hpp"

namespace mlops::manifest {
namespace {

using test::error_of;

const std::string churn = "mlops: 1\nsources:\n  churn:\n    from: churn.csv\n";

TEST(Training, EveryKeyIsRead) {
  const Manifest manifest = parse(R"(mlops: 1
sources:
  churn:
    from: churn.csv
    label: churned
    time: day
    split: {test: 20%, valid: 0.125, seed: 7, group: customer id}
  parts: {from: b.csv, label: y, split: {part: which}}
models:
  prior: {train: prior, data: churn}
  early:
    train: rule
    data: sources/churn
    case: CASE WHEN tenure < 3 THEN 0.4 ELSE 0.1 END
  boosted:
    train: xgboost
    data: churn
    params: {eta: 0.1, max_depth: 6, tree_method: hist, verbose: false, name: '7', big: 1e400, version: 1.2.3}
    columns: [tenure, amount]
    without: id
    seed: 3
release:
  churn: {among: [prior, early, boosted], pick: simplest within 1.5 se of max auc}
  best: {among: prior, pick: min logloss}
  open: {among: [prior]}
)",
                                  "f");
  ASSERT_EQ(manifest.sources.size(), 2u);
  const SourceSpec& source = manifest.sources[0];
  EXPECT_EQ(source.label, "churned");
  EXPECT_EQ(source.time, "day");
  EXPECT_EQ(source.split, (SplitSpec{0.2, 0.125, 7, "customer id", ""}));
  EXPECT_EQ(manifest.sources[1].split.part, "which");
  ASSERT_EQ(manifest.models.size(), 3u);
  EXPECT_EQ(manifest.models[0], (ModelSpec{.name = "prior", .train = "prior", .data = "churn"}));
  EXPECT_EQ(manifest.models[1].rule, "CASE WHEN tenure < 3 THEN 0.4 ELSE 0.1 END");
  EXPECT_EQ(manifest.models[1].data, "churn") << "the section of the address is left out";
  const ModelSpec& boosted = manifest.models[2];
  EXPECT_EQ(boosted.params, (json::Object{{"eta", 0.1},
                                          {"max_depth", 6},
                                          {"tree_method", "hist"},
                                          {"verbose", false},
                                          {"name", "7"},
                                          {"big", "1e400"},
                                          {"version", "1.2.3"}}));
  EXPECT_EQ(boosted.columns, (std::vector<std::string>{"tenure", "amount"}));
  EXPECT_EQ(boosted.without, std::vector<std::string>{"id"});
  EXPECT_EQ(boosted.seed, 3u);
  EXPECT_EQ(manifest.data_of(boosted), &manifest.sources[0]);
  ASSERT_EQ(manifest.releases.size(), 3u);
  EXPECT_EQ(manifest.releases[0].among, (std::vector<std::string>{"prior", "early", "boosted"}));
  EXPECT_EQ(manifest.releases[0].pick, (PickSpec{"auc", true, 1.5}));
  EXPECT_EQ(manifest.releases[1].pick, (PickSpec{"logloss", false, {}}));
  EXPECT_EQ(manifest.releases[2].pick, std::nullopt);
  EXPECT_EQ(manifest.find_model("early"), &manifest.models[1]);
  EXPECT_EQ(manifest.find_release("best"), &manifest.releases[1]);
  EXPECT_EQ(manifest.find_model("none"), nullptr);
}

/// What stands indented on the page, block by block.
std::vector<std::string> page_examples() {
  std::ifstream in(std::filesystem::path(TEST_DATA).parent_path().parent_path() / "man" / "mlops.yaml.5.md");
  std::vector<std::string> blocks;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    const bool example = line.starts_with("    ");
    if (example && !inside) blocks.emplace_back();
    if (example) blocks.back() += line.substr(4) + "\n";
    inside = example;
  }
  return blocks;
}

TEST(Training, TheExamplesOfThePageAreRead) {
  const std::vector<std::string> examples = page_examples();
  const Manifest manifest = parse(examples.at(0), "page");
  EXPECT_EQ(manifest.models.size(), 3u) << examples[0];
  EXPECT_EQ(manifest.releases.at(0).among.size(), 3u);
  for (std::size_t i = 1; i < examples.size(); ++i) {
    const bool whole = examples[i].starts_with("mlops:");
    EXPECT_NO_THROW(parse((whole ? "" : "mlops: 1\n") + examples[i], "page")) << examples[i];
  }
}

TEST(Training, TheOnlyLabelledSourceIsTheData) {
  const std::string models = "models: {prior: {train: prior}}\n";
  const Manifest one = parse(churn + "    label: churned\n  other: {from: b.csv}\n" + models, "f");
  EXPECT_EQ(one.data_of(one.models[0]), one.find_source("churn"));
  const Manifest none = parse(churn + models, "f");
  EXPECT_EQ(none.data_of(none.models[0]), nullptr);
  expect_faults(
      {{churn + "    label: churned\n  b: {from: b.csv, label: x}\n" + models,
        "f:7:10: model 'prior' does not say its 'data'", "2 tables have a label: write `data: churn`"}});
}

TEST(Training, FaultsOfASplit) {
  const auto split = [](const std::string& text) { return churn + "    split: " + text + "\n"; };
  expect_faults({
      {split("70/15/15"), "f:5:12: 'split' takes a map", "split: {test: 15%, valid: 15%}"},
      {split("{test: last 30d}"), "f:5:19: a length of time needs 'time'", "time: day"},
      {split("{test: 15}"), "f:5:19: 'test' is '15', a share of the rows is wanted", ""},
      {split("{test: 0%}"), "f:5:19: 'test' is '0%', a share of the rows is wanted", "more than 0%"},
      {split("{test: 100%}"), "f:5:19: 'test' is '100%', a share of the rows is wanted", ""},
      {split("{test: nan}"), "f:5:19: 'test' is 'nan', a share of the rows is wanted", ""},
      {split("{test: 60%, valid: 40%}"), "f:5:31: 'test' and 'valid' leave no rows to train on", "100%"},
      {split("{seed: -1}"), "f:5:19: 'seed' is '-1', a whole number from 0 is wanted", ""},
      {split("{seed: 1.5}"), "f:5:19: 'seed' is '1.5', a whole number from 0 is wanted", ""},
      {split("{tets: 10%}"), "f:5:13: unknown key 'tets'", "similar key exists: `test`"},
      {split("{part: p, test: 10%}"), "f:5:19: the column 'p' says the parts: nothing else can", "`part`"},
      {churn + "    time: day\n    split: {part: p}\n",
       "f:6:19: the column 'p' says the parts: nothing else can", ""},
      {churn + "    label: y\n    time: y\n", "f:6:11: 'y' is the label", "cannot split"},
      {churn + "    label: y\n    split: {group: y}\n", "f:6:20: 'y' is the label", ""},
      {churn + "    label: ''\n", "f:5:12: 'label' is empty", ""},
      {churn + "    label: [a, b]\n", "f:5:12: 'label' takes one text, this is a list", ""},
  });
}

TEST(Training, FaultsOfAModel) {
  const auto model = [](const std::string& text) { return churn + "models:\n  m: " + text + "\n"; };
  expect_faults({
      {churn + "models: [a]\n", "f:5:9: 'models' takes a map of names", "write `name: {train: logistic}`"},
      {model("logistic"), "f:6:6: model 'm' is a text, a map is wanted", "write `m: {train: logistic}`"},
      {model(""), "f:6:3: model 'm' has no 'train'", "`train: logistic`"},
      {model("{data: churn}"), "f:6:3: model 'm' has no 'train'", ""},
      {model("{train: xgbost}"), "f:6:14: 'train' cannot be 'xgbost'", "similar value exists: `xgboost`"},
      {model("{train: forest}"), "f:6:14: 'train' cannot be 'forest'",
       "it is one of `prior`, `mean`, `rule`"},
      {model("{train: prior, data: chrun}"), "f:6:27: no table 'chrun'", "similar table exists: `churn`"},
      {model("{train: prior, data: zzzz}"), "f:6:27: no table 'zzzz'", "it is one of `churn`"},
      {model("{train: rule}"), "f:6:14: the rule 'm' has no 'case'", "CASE WHEN"},
      {model("{train: prior, case: x}"), "f:6:27: 'case' belongs to `train: rule`, not to 'prior'", ""},
      {model("{train: prior, params: [a]}"), "f:6:29: 'params' takes a map, such as {max_depth: 6}", ""},
      {model("{train: prior, params: {a: [1]}}"), "f:6:33: 'params' takes one text, this is a list", ""},
      {model("{train: prior, columns: [a, b], without: [c, b]}"),
       "f:6:51: 'b' stands in 'columns' and in 'without'", ""},
      {model("{train: prior, columns: [a, '']}"), "f:6:34: an empty name of a column in 'columns'", ""},
      {model("{train: prior, seed: x}"), "f:6:27: 'seed' is 'x', a whole number from 0 is wanted", ""},
      {model("{train: prior, parms: {a: 1}}"), "f:6:21: unknown key 'parms'", "similar key exists: `params`"},
      {model("{train: prior, views: [a]}"), "f:6:21: unknown key 'views'", "the keys here are `train`"},
      {churn + "models: {valid: {train: prior}}\n", "f:5:10: the name 'valid' has a meaning of its own", ""},
      {churn + "models: {a b: {train: prior}}\n", "f:5:10: the name 'a b' holds ' '", ""},
  });
}

TEST(Training, FaultsOfARelease) {
  const std::string models = churn + "models: {prior: {train: prior}, tree: {train: xgboost}}\n";
  const auto among = [&](const std::string& text) {
    return models + "release:\n  r: {among: " + text + "}\n";
  };
  const auto pick = [&](const std::string& text) { return among("[prior], pick: " + text); };
  const std::string wanted = ", `max METRIC`, `min METRIC` or `simplest within 1 se of ...` is wanted";
  expect_faults({
      {models + "release: x\n", "f:6:10: 'release' takes a map of names", "among"},
      {models + "release: {r: [prior]}\n", "f:6:14: release 'r' is a list, a map is wanted", ""},
      {models + "release: {r: {pick: max auc}}\n", "f:6:11: release 'r' has no 'among'", "simplest first"},
      {among("[]"), "f:7:14: 'among' names no model", ""},
      {among("[prior, tre]"), "f:7:22: no model 'tre'", "similar model exists: `tree`"},
      {among("zzzz"), "f:7:14: no model 'zzzz'", "it is one of `prior` or `tree`"},
      {among("[prior, tree, prior]"), "f:7:28: 'prior' stands in the list twice", ""},
      {churn + "release: {r: {among: prior}}\n", "f:5:22: no model 'prior'", "the file has no model"},
      {pick("best"), "f:7:29: 'pick' is 'best'" + wanted, "simplest within 1 se of max auc"},
      {pick("maximum auc"), "f:7:29: 'pick' is 'maximum auc'" + wanted, ""},
      {pick("simplest within x se of max auc"),
       "f:7:29: 'pick' is 'simplest within x se of max auc'" + wanted, ""},
      {pick("simplest within -1 se of max auc"),
       "f:7:29: 'pick' is 'simplest within -1 se of max auc'" + wanted, ""},
      {pick("max acuracy"), "f:7:29: no metric 'acuracy'", "similar metric exists: `accuracy`"},
      {pick("max zzzzzz"), "f:7:29: no metric 'zzzzzz'", "it is one of `auc`"},
      {pick("max rmse"), "f:7:29: 'max rmse' would pick the worst: rmse is better when smaller",
       "write `min rmse`"},
      {pick("min auc"), "f:7:29: 'min auc' would pick the worst: auc is better when greater",
       "write `max auc`"},
      {pick("simplest within 1 se of min ece"), "f:7:29: a difference in 'ece' has no standard error",
       "write `min ece`"},
      {churn + "    label: a\n  b: {from: b, label: c}\nmodels: {m: {train: prior, data: churn}, n: {train: "
               "prior, "
               "data: b}}\nrelease: {r: {among: [m, n]}}\n",
       "f:8:26: model 'n' is trained on 'b', those before it on 'churn'", "the same rows"},
  });
}

TEST(Training, AllFaultsAtOnce) {
  const Error seen = error_of([] {
    parse(
        churn + "    label: x\nmodels:\n  m: {train: foo, dta: churn}\nrelease: {r: {among: [n], pick: x}}\n",
        "f");
  });
  EXPECT_EQ(seen.message(), "4 faults in 'f'");
  for (const char* each : {"'foo'", "'dta'", "no model 'n'", "'pick' is 'x'"}) {
    EXPECT_NE(seen.detail().find(each), std::string::npos) << each << "\n" << seen.detail();
  }
}

TEST(Pick, IsWrittenAsItIsRead) {
  EXPECT_EQ((PickSpec{"auc", true, 1.0}.text()), "simplest within 1 se of max auc");
  EXPECT_EQ((PickSpec{"rmse", false, 0.5}.text()), "simplest within 0.5 se of min rmse");
  EXPECT_EQ((PickSpec{"ece", false, {}}.text()), "min ece");
  EXPECT_EQ(greater_is_better("auc"), true);
  EXPECT_EQ(greater_is_better("rmse"), false);
  EXPECT_EQ(greater_is_better("x"), std::nullopt);
}

const PickSpec by_auc = {"auc", true, 1.0};

TrainingEdit edit_of(const std::string& text, const std::string& source = "churn",
                     const std::string& label = "churned") {
  return training_edit(parse(text, "f"), source, label, {"prior", "logistic", "xgboost"}, by_auc);
}

std::string trained(const std::string& text) { return with_training(text, "f", edit_of(text)); }

const std::string models = R"(models:
  prior: {train: prior}
  logistic: {train: logistic}
  xgboost: {train: xgboost}
)";
const std::string release = R"(release:
  churn:
    among: [prior, logistic, xgboost]
    pick: simplest within 1 se of max auc
)";

TEST(WithTraining, WritesTheFewLinesThatSayWhatWasDone) {
  EXPECT_EQ(trained(churn), churn + "    label: churned\n" + models + release);
  const std::string done = trained(churn);
  EXPECT_EQ(trained(done), done) << "nothing is missing the second time";
}

TEST(WithTraining, LeavesTheRestAsItIs) {
  struct Shape {
    std::string before;
    std::string after;
  };
  const std::vector<Shape> shapes = {
      {"mlops: 1\nsources: {churn: {from: churn.csv}}\n",
       "mlops: 1\nsources: {churn: {from: churn.csv, label: churned}}\n" + models + release},
      {"mlops: 1\nsources:\n  churn: {from: churn.csv}  # c\n\n# end\n",
       "mlops: 1\nsources:\n  churn: {from: churn.csv, label: churned}  # c\n\n# end\n" + models + release},
      {"mlops: 1\nsources:\n    churn:\n        # the file\n        from: churn.csv   # in git\n"
       "        # more\n\n    # next\n    b: {from: b}\nproject: p\n",
       "mlops: 1\nsources:\n    churn:\n        # the file\n        from: churn.csv   # in git\n"
       "        # more\n        label: churned\n\n    # next\n    b: {from: b}\nproject: p\n" +
           models + release},
      {"mlops: 1\nsources:\n  churn:\n    from:\n      - a\n      - b\n  b: {from: b}\n# models\nmodels:\n"
       "  # the simplest\n  prior:\n    train: prior\n",
       "mlops: 1\nsources:\n  churn:\n    from:\n      - a\n      - b\n    label: churned\n  b: {from: b}\n"
       "# models\nmodels:\n  # the simplest\n  prior:\n    train: prior\n  logistic: {train: logistic}\n"
       "  xgboost: {train: xgboost}\n" +
           release},
      {"mlops: 1\r\nsources:\r\n  churn:\r\n    from: churn.csv",
       "mlops: 1\r\nsources:\r\n  churn:\r\n    from: churn.csv\r\n    label: churned\r\nmodels:\r\n"
       "  prior: {train: prior}\r\n  logistic: {train: logistic}\r\n  xgboost: {train: "
       "xgboost}\r\nrelease:\r\n"
       "  churn:\r\n    among: [prior, logistic, xgboost]\r\n    pick: simplest within 1 se of max auc\r\n"},
      {"{mlops: 1, sources: {churn: {from: a}}}\n",
       "{mlops: 1, sources: {churn: {from: a, label: churned}}, models: {prior: {train: prior}, logistic: "
       "{train: "
       "logistic}, xgboost: {train: xgboost}}, release: {churn: {among: [prior, logistic, xgboost], pick: "
       "simplest "
       "within 1 se of max auc}}}\n"},
      {"\xEF\xBB\xBF" + churn + "...\n",
       "\xEF\xBB\xBF" + churn + "    label: churned\n" + models + release + "...\n"},
      {churn + "models: {}\nrelease:\n", churn + "    label: churned\n" + models + release},
  };
  for (const Shape& shape : shapes) EXPECT_EQ(trained(shape.before), shape.after) << shape.before;
}

TEST(WithTraining, ASecondSourceGetsNamesOfItsOwn) {
  const std::string one = trained(churn + "  flights: {from: flights.parquet}\n");
  const auto edit = edit_of(one, "flights", "late");
  EXPECT_EQ(with_training(one, "f", edit), R"(mlops: 1
sources:
  churn:
    from: churn.csv
    label: churned
  flights: {from: flights.parquet, label: late}
models:
  prior: {train: prior, data: churn}
  logistic: {train: logistic, data: churn}
  xgboost: {train: xgboost, data: churn}
  flights-prior: {train: prior, data: flights}
  flights-logistic: {train: logistic, data: flights}
  flights-xgboost: {train: xgboost, data: flights}
release:
  churn:
    among: [prior, logistic, xgboost]
    pick: simplest within 1 se of max auc
  flights:
    among: [flights-prior, flights-logistic, flights-xgboost]
    pick: simplest within 1 se of max auc
)");
}

TEST(WithTraining, ModelsThatAreThereAreTaken) {
  const std::string text =
      churn + "models:\n  base: {train: prior}\n  deep: {train: xgboost, params: {max_depth: 9}}\n";
  const TrainingEdit edit = edit_of(text);
  ASSERT_EQ(edit.models.size(), 1u);
  EXPECT_EQ(edit.models[0].name, "logistic");
  EXPECT_EQ(edit.release->among, (std::vector<std::string>{"base", "logistic", "deep"}));
}

TEST(WithTraining, NamesThatAreTakenGetANumber) {
  const std::string text =
      churn + "    label: a\n  b: {from: b.csv}\nmodels: {b-prior: {train: logistic, data: churn}}\n";
  EXPECT_EQ(edit_of(text, "b", "y").models[0].name, "b-prior-2");
  const auto later = with_training(text, "f", edit_of(text, "b", "y"));
  EXPECT_EQ(parse(later, "f").find_model("b-prior-2")->data, "b");
}

TEST(WithTraining, WritesEveryValue) {
  TrainingEdit edit{.table = "churn", .label = "a: b", .time = "when, so"};
  edit.split = {.test = 0.2, .valid = 1.0 / 3, .seed = 9, .group = "it's"};
  ModelSpec model{.name = "año", .train = "xgboost"};
  model.params = {{"eta", 0.1},          {"n", 6},     {"text", "7"}, {"flag", true},
                  {"odd, name", "x: y"}, {"yes", "no"}};
  model.columns = {"a, b", "c"};
  model.without = {"'d'"};
  model.seed = 4;
  ModelSpec rule{.name = "rule", .train = "rule", .rule = "CASE WHEN x IN ('a', 'b') THEN 1 ELSE 0 END"};
  edit.models = {model, rule};
  edit.release = ReleaseSpec{"churn", {"año", "rule"}, PickSpec{"f1", true, 0.25}};
  for (const std::string& text :
       {churn, std::string("mlops: 1\nsources: {churn: {from: a}}\nmodels: {x: {train: prior}}\n")}) {
    const Manifest seen = parse(with_training(text, "f", edit), "f");
    EXPECT_EQ(seen.sources[0].label, edit.label);
    EXPECT_EQ(seen.sources[0].time, edit.time);
    EXPECT_EQ(seen.sources[0].split, edit.split);
    EXPECT_EQ(*seen.find_model("año"), model);
    EXPECT_EQ(*seen.find_model("rule"), rule);
    EXPECT_EQ(*seen.find_release("churn"), *edit.release);
  }
  EXPECT_NE(with_training(churn, "f", edit)
                .find("split: {test: 20%, valid: 0.3333333333333333, seed: 9, group: it's}"),
            std::string::npos)
      << with_training(churn, "f", edit);
}

TEST(WithTraining, RandomTextsComeBack) {
  std::mt19937 random(4);
  const std::string pieces[] = {"a", " ",  "'", "\"", ":", "#", ",", "[", "]", "{",
                                "}", "\\", "*", "é",  "-", "~", "%", "0", "."};
  const auto text = [&] {
    std::string out = "x";
    for (auto n = random() % 6; n > 0; --n) out += pieces[random() % std::size(pieces)];
    return out;
  };
  for (int i = 0; i < 300; ++i) {
    TrainingEdit edit{.table = "churn", .label = text()};
    edit.time = edit.label + "t";
    edit.split.group = edit.label + text();
    ModelSpec model{.name = "m", .train = "rule", .params = {{text(), text()}}, .rule = text()};
    model.columns = {text()};
    edit.models = {model};
    for (const std::string& before : {churn, std::string("mlops: 1\nsources: {churn: {from: a}}\n")}) {
      const Manifest seen = parse(with_training(before, "f", edit), "f");
      EXPECT_EQ(seen.sources[0].label, edit.label);
      EXPECT_EQ(seen.sources[0].split.group, edit.split.group);
      EXPECT_EQ(seen.models.at(0), model);
    }
  }
}

TEST(WithTraining, RefusesWhatItCannotProve) {
  const std::string odd = "mlops: 1\nsources:\n  churn:\n    from: x\n    party: |+\n      b\n\n";
  const Error seen = error_of([&] { with_training(odd, "mlops.yaml", edit_of(odd)); });
  EXPECT_EQ(seen.code(), Code::usage);
  EXPECT_EQ(
      seen.message(),
      "cannot add the training of 'churn' to 'mlops.yaml': its layout is not one that can be edited safely");
  EXPECT_EQ(seen.detail() + "\n", "sources:\n  churn:\n    label: churned\n" + models + release);
  EXPECT_EQ(seen.hint(), "add these lines by hand");
}

TEST(WithTraining, NeverChangesWhatIsThere) {
  const std::string labelled = churn + "    label: left\n";
  const Error seen = error_of([&] { with_training(labelled, "mlops.yaml", edit_of(labelled)); });
  EXPECT_EQ(seen.code(), Code::conflict);
  EXPECT_EQ(seen.message(), "source 'churn' in 'mlops.yaml' has the label 'left', not 'churned'");
  EXPECT_EQ(seen.hint(), "change `label:` there");
  const std::string split = churn + "    split: {seed: 3}\n";
  TrainingEdit edit = edit_of(split);
  edit.split.seed = 4;
  EXPECT_EQ(parse(with_training(split, "f", edit), "f").sources[0].split.seed, 3u);
  edit.table = "gone";
  EXPECT_EQ(error_of([&] { with_training(split, "f", edit); }).code(), Code::not_found);
}

TEST(WithTraining, ChecksWhatItWrites) {
  const auto fault = [](TrainingEdit edit) { return error_of([&] { with_training(churn, "f", edit); }); };
  EXPECT_EQ(fault({.table = "churn", .label = "y", .models = {{.name = "m", .train = "foo"}}}).message(),
            "'train' cannot be 'foo'");
  EXPECT_EQ(fault({.table = "churn", .label = "y", .time = "y"}).message(), "'y' is the label");
  EXPECT_EQ(fault({.table = "churn", .label = "y", .release = ReleaseSpec{"r", {}, {}}}).message(),
            "'among' names no model");
}

TEST(ManifestPlace, LeadsToTheWordOrToWhatShouldHoldIt) {
  const std::string text =
      "sources:\n  a: {from: a.csv, label: y}\nmodels:\n  b:\n    params: {eta: 3}\n    without: [x, 'z']\n"
      "release:\n  r: {slices: [plan, tenure by 5]}\n";
  const auto at = [&](const std::vector<std::string>& path, std::string_view word) {
    const auto place = find_place(text, path, word);
    return place ? fmt::format("{}:{}", place->line, place->column) : "nowhere";
  };
  EXPECT_EQ(at({"sources", "a", "label"}, "y"), "2:27");
  EXPECT_EQ(at({"models", "b", "params"}, "eta"), "5:14");
  EXPECT_EQ(at({"models", "b", "without"}, "z"), "6:19");
  EXPECT_EQ(at({"models", "b", "without"}, "w"), "6:14");
  EXPECT_EQ(at({"release", "r", "slices"}, "tenure"), "8:22");
  EXPECT_EQ(at({"models", "c"}, "z"), "nowhere");
  EXPECT_FALSE(find_place("a: [", {"a"}, "b"));
}

}  // namespace
}  // namespace mlops::manifest
