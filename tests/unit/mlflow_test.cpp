/// MLflow's protocol over a session, without a socket: calls in, answers and journals out.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <mlops/base/error.hpp>
#include <mlops/mlflow/api.hpp>
#include <mlops/run/list.hpp>
#include <mlops/store/store.hpp>

#include <fstream>

namespace mlops::mlflow {
namespace {

class MlflowTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/mlops-mlflow.XXXXXX";
    folder = mkdtemp(name);
    store = std::make_unique<store::Store>(folder / ".mlops", store::Store::Mode::create);
    begin_session({});
  }
  void TearDown() override {
    api.reset();
    session.reset();
    live.reset();
    store.reset();
    std::filesystem::remove_all(folder);
  }

  void begin_session(const SessionOptions& options, const std::string& name = "") {
    api.reset();
    session.reset();
    if (live) live->end(run::Status::done, 0, {}, live->now());
    const run::Begin begun = {
        .experiment = "churn", .name = name, .who = "ana", .time = Time::parse("2026-11-01").value()};
    live = std::make_unique<run::Live>(*store, begun);
    session = std::make_unique<Session>(*store, *live, begun, options);
    api = std::make_unique<Api>(*session, "secret");
  }

  /// The answer to a call; its status is in `status`.
  json::Value call(std::string_view method, const std::string& what, const std::string& body = "") {
    const std::size_t question = what.find('?');
    const std::string path = "/secret/api/2.0/mlflow/" + what.substr(0, question);
    http::Response response;
    api->answer({.method = method,
                 .path = path,
                 .query = question == std::string::npos ? "" : std::string_view(what).substr(question + 1),
                 .body = body,
                 .fields = {}},
                response);
    status = response.status;
    return json::parse(response.body);
  }
  std::string post(const std::string& what, const std::string& body) {
    return call("POST", what, body)["error_code"].text_or("");
  }
  std::string start(const std::string& body = "{}") {
    return call("POST", "runs/create", body)["run"]["info"]["run_id"].text_or("");
  }
  /// How many runs within fit the filter; -1 when it is refused.
  int found(const std::string& filter) {
    const json::Value answer =
        call("POST", "runs/search",
             json::dump(json::Object{{"experiment_ids", json::Array{"0"}}, {"filter", filter}}));
    if (status != 200) return -1;
    const json::Array* list = answer["runs"].as_array();
    return list == nullptr ? 0 : static_cast<int>(list->size());
  }
  run::Run sealed(const std::string& id) { return run::get(*store, id); }

  std::filesystem::path folder;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<run::Live> live;
  std::unique_ptr<Session> session;
  std::unique_ptr<Api> api;
  int status = 0;
};

std::string metric(const std::string& id, const std::string& more) {
  return R"({"run_id": ")" + id + R"(", "timestamp": 1700000000000, )" + more + "}";
}

TEST_F(MlflowTest, OnlyWhoKnowsTheSecretIsAnswered) {
  for (const std::string path : {"/", "/secre/health", "/secret2/health", "/health", "", "/secretx"}) {
    http::Response response;
    api->answer({.method = "GET", .path = path, .query = "", .body = "", .fields = {}}, response);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(response.body, "nothing is here\n") << path;
  }
  http::Response response;
  api->answer({.method = "GET", .path = "/secret/health", .query = "", .body = "", .fields = {}}, response);
  EXPECT_EQ(response.body, "OK");
}

TEST_F(MlflowTest, TheFirstRunIsTheOneAroundTheOthersAreWithinIt) {
  EXPECT_EQ(start(R"({"run_name": "mine"})"), live->id());
  const std::string second = start(R"({"run_name": "second"})");
  const std::string nested =
      start(R"({"tags": [{"key": "mlflow.parentRunId", "value": ")" + second + R"("}]})");
  EXPECT_EQ(call("GET", "runs/get?run_id=" + nested)["run"]["info"]["run_name"], json::Value(nested));
  EXPECT_EQ(post("runs/update", R"({"run_id": ")" + second + R"(", "status": "FAILED"})"), "");
  EXPECT_EQ(session->end(run::Status::interrupted), std::vector<std::string>());
  live->end(run::Status::interrupted, 0, {}, live->now());
  EXPECT_EQ(sealed(live->id()).name, "mine");
  EXPECT_EQ(sealed(second).parent, live->id());
  EXPECT_EQ(sealed(second).status, run::Status::failed);
  EXPECT_EQ(sealed(nested).parent, second);
  EXPECT_EQ(sealed(nested).status, run::Status::interrupted);
}

TEST_F(MlflowTest, TheNameThatTheUserGaveStays) {
  begin_session({}, "users");
  start(R"({"run_name": "theirs"})");
  post("runs/update", R"({"run_id": ")" + live->id() + R"(", "run_name": "again"})");
  live->end(run::Status::done, 0, {}, live->now());
  EXPECT_EQ(sealed(live->id()).name, "users");
}

TEST_F(MlflowTest, TheExperimentIsTheScriptsUnlessTheUserChose) {
  for (const bool chosen : {false, true}) {
    begin_session({.experiment_chosen = chosen});
    EXPECT_EQ(call("GET", "experiments/get-by-name?experiment_name=other%20one")["error_code"],
              json::Value("RESOURCE_DOES_NOT_EXIST"));
    const std::string id =
        call("POST", "experiments/create", R"({"name": "other one"})")["experiment_id"].text_or("");
    EXPECT_EQ(id == "0", chosen);
    EXPECT_EQ(
        call("GET", "experiments/get-by-name?experiment_name=other%20one")["experiment"]["experiment_id"],
        json::Value(id));
    EXPECT_EQ(post("experiments/create", R"({"name": "other one"})"), "RESOURCE_ALREADY_EXISTS");
    EXPECT_EQ(start(R"({"experiment_id": ")" + id + R"("})"), live->id());
    live->end(run::Status::done, 0, {}, live->now());
    EXPECT_EQ(sealed(live->id()).experiment, chosen ? "churn" : "other one");
    live.reset();
  }
}

TEST_F(MlflowTest, ABatchIsTakenWholeOrNotAtAll) {
  const std::string id = start();
  EXPECT_EQ(post("runs/log-batch", metric(id, R"("metrics": [{"key": "a", "value": 1, "timestamp": 1}],
      "params": [{"key": "p", "value": "1"}, {"key": "p", "value": "2"}])")),
            "INVALID_PARAMETER_VALUE");
  EXPECT_EQ(post("runs/log-batch", metric(id, R"("metrics": [{"key": "a", "value": 1, "timestamp": 1}],
      "tags": [{"key": "bad\nname", "value": "1"}])")),
            "INVALID_PARAMETER_VALUE");
  EXPECT_EQ(post("runs/log-batch",
                 metric(id, R"("metrics": [{"key": "b", "value": 1, "timestamp": 1}, {"key": "c"}])")),
            "INVALID_PARAMETER_VALUE");
  live->end(run::Status::done, 0, {}, live->now());
  EXPECT_TRUE(sealed(id).metrics.empty());
  EXPECT_TRUE(sealed(id).params.empty());
}

TEST_F(MlflowTest, StepsTimesAndValuesArriveAsTheyWereSent) {
  const std::string id = start();
  for (const char* more : {R"("key": "m", "value": 2, "step": 5)", R"("key": "m", "value": 2, "step": 5)",
                           R"("key": "m", "value": "NaN", "step": "7")", R"("key": "m", "value": 1e300)"}) {
    EXPECT_EQ(post("runs/log-metric", metric(id, more)), "") << more;
  }
  const json::Value history = call("GET", "metrics/get-history?run_id=" + id + "&metric_key=m")["metrics"];
  ASSERT_EQ(history.as_array()->size(), 3U);  // the same point twice is one
  EXPECT_EQ((*history.as_array())[1]["value"], json::Value("NaN"));
  EXPECT_EQ((*history.as_array())[1]["step"], json::Value(7));
  live->end(run::Status::done, 0, {}, live->now());
  const auto points = run::series(*store, sealed(id), "m");
  ASSERT_EQ(points.size(), 3U);
  EXPECT_EQ(points[1].step, 5);
  EXPECT_EQ(points[1].time.us, 1'700'000'000'000'000);
}

TEST_F(MlflowTest, ParamsAreTypedForUsAndTextsForTheClient) {
  const std::string id = start();
  for (const char* value : {"True", "0.10", "7", "None", "small"}) {
    post("runs/log-parameter",
         R"({"run_id": ")" + id + R"(", "key": ")" + value + R"(", "value": ")" + value + R"("})");
  }
  EXPECT_EQ(found("params.True = 'True' and params.`0.10` = '0.10'"), 1);
  EXPECT_EQ(post("runs/log-parameter", R"({"run_id": ")" + id + R"(", "key": "7", "value": "7"})"), "");
  EXPECT_EQ(post("runs/log-parameter", R"({"run_id": ")" + id + R"(", "key": "7", "value": "8"})"),
            "INVALID_PARAMETER_VALUE");
  live->end(run::Status::done, 0, {}, live->now());
  const auto params = sealed(id).params;
  EXPECT_EQ(params.at("True"), json::Value(true));
  EXPECT_EQ(params.at("0.10"), json::Value(0.1));
  EXPECT_EQ(params.at("7"), json::Value(7));
  EXPECT_EQ(params.at("None"), json::Value("None"));
}

TEST_F(MlflowTest, TagsThatRepeatWhatARunHasAreReadBackButNotKept) {
  const std::string id =
      start(R"({"tags": [{"key": "mlflow.source.name", "value": "train.py"}, {"key": "a", "value": "1"},
      {"key": "b", "value": "2"}]})");
  EXPECT_EQ(found("tags.`mlflow.source.name` = 'train.py'"), 1);
  EXPECT_EQ(post("runs/delete-tag", R"({"run_id": ")" + id + R"(", "key": "a"})"), "");
  EXPECT_EQ(post("runs/delete-tag", R"({"run_id": ")" + id + R"(", "key": "a"})"), "RESOURCE_DOES_NOT_EXIST");
  live->end(run::Status::done, 0, {}, live->now());
  EXPECT_EQ(sealed(id).tags, (std::map<std::string, std::string>{{"b", "2"}}));
}

TEST_F(MlflowTest, FiltersFindWhatMlflowsGrammarSays) {
  start(R"({"run_name": "first one", "tags": [{"key": "stage", "value": "Test"}]})");
  const std::string id = start(R"({"run_name": "second", "tags": [{"key": "stage", "value": "train"}]})");
  post("runs/log-metric", metric(id, R"("key": "val loss", "value": 0.5)"));
  post("runs/log-metric", metric(live->id(), R"("key": "bad", "value": "NaN")"));
  const std::vector<std::pair<const char*, int>> cases = {
      {"", 2},
      {"metrics.`val loss` < 1", 1},
      {"metric.\"val loss\" >= 0.5 AND tags.stage = 'train'", 1},
      {"metrics.`val loss` != 0.5", 0},
      {"metrics.bad < 1", 0},
      {"tags.stage LIKE 't%'", 1},
      {"tags.stage ILIKE 't%'", 2},
      {"tags.stage ilike '_e_t'", 1},
      {"attributes.run_name IN ('second', 'third')", 1},
      {"run_name NOT IN ('second')", 1},
      {"status = 'RUNNING' and attr.status != \"FINISHED\"", 2},
      {"tags.mlflow.runName = 'first one'", 1},
      {"start_time > 0", 2},
      {"tags.absent != 'x'", 0},
      {"metrics.a < '1'", -1},
      {"params.a = 1", -1},
      {"tags.stage > 'a'", -1},
      {"tags.stage = 'x' OR tags.stage = 'y'", -1},
      {"color = 'red'", -1},
      {"tags.stage = 'open", -1},
      {"tags.stage IN ()", -1},
      {"tags.stage", -1},
      {"and", -1},
      {"tags.stage = 'a' and ", -1},
  };
  for (const auto& [filter, count] : cases) EXPECT_EQ(found(filter), count) << filter;
}

TEST_F(MlflowTest, OrderPutsWhatIsMissingLast) {
  std::vector<std::string> ids = {start(), start(), start(), start()};
  post("runs/log-metric", metric(ids[0], R"("key": "m", "value": 1)"));
  post("runs/log-metric", metric(ids[1], R"("key": "m", "value": 2)"));
  post("runs/log-metric", metric(ids[2], R"("key": "m", "value": "NaN")"));
  const auto order = [&](const std::string& by) {
    const json::Value answer =
        call("POST", "runs/search", R"({"experiment_ids": ["0"], "order_by": [")" + by + R"("]})");
    std::string out;
    for (const json::Value& run : *answer["runs"].as_array()) {
      const auto at = std::find(ids.begin(), ids.end(), run["info"]["run_id"].text_or(""));
      out += std::to_string(at - ids.begin());
    }
    return out;
  };
  EXPECT_EQ(order("metrics.m ASC"), "0123");
  EXPECT_EQ(order("metrics.m DESC"), "1023");
  EXPECT_EQ(post("runs/search", R"({"order_by": ["metrics.m sideways"]})"), "INVALID_PARAMETER_VALUE");
}

TEST_F(MlflowTest, ARunThatEndedCanBeTakenUpAndOneThatIsSealedBeAddedTo) {
  begin_session({.most_ended = 1});
  start();
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    ids.push_back(start());
    post("runs/update", R"({"run_id": ")" + ids.back() + R"(", "status": "FINISHED"})");
  }
  EXPECT_TRUE(sealed(ids[0]).record.has_value());
  EXPECT_FALSE(sealed(ids[2]).record.has_value());
  EXPECT_EQ(sealed(ids[2]).status, run::Status::done);  // though it lives
  EXPECT_EQ(post("runs/update", R"({"run_id": ")" + ids[2] + R"(", "status": "RUNNING"})"), "");
  EXPECT_EQ(sealed(ids[2]).status, run::Status::running);
  EXPECT_EQ(post("runs/log-metric", metric(ids[0], R"("key": "late", "value": 3)")), "");
  const std::filesystem::path late = session->get(ids[0]).artifacts;
  std::filesystem::create_directories(late);
  std::ofstream(late / "late.txt") << "late";
  session->end(run::Status::done);
  EXPECT_EQ(sealed(ids[0]).metrics.at("late").value, 3);
  EXPECT_EQ((*json::Value(run::details(*store, sealed(ids[0])))["artifacts"].as_array())[0]["path"],
            json::Value("late.txt"));
  EXPECT_FALSE(std::filesystem::exists(late));
}

TEST_F(MlflowTest, AModelIsAFolderAmongTheArtifactsOfItsRun) {
  const std::string id = start();
  const std::string body = R"({"experiment_id": "0", "name": "tree", "source_run_id": ")" + id + R"("})";
  const json::Value first = call("POST", "logged-models", body)["model"]["info"];
  const json::Value second = call("POST", "logged-models", body)["model"]["info"];
  const std::string model = first["model_id"].text_or("");
  EXPECT_EQ(first["artifact_uri"].text_or(""), "file://" + (live->artifacts() / "tree").native());
  EXPECT_NE(first["artifact_uri"], second["artifact_uri"]);
  EXPECT_EQ(call("PATCH", "logged-models/" + model,
                 R"({"status": "LOGGED_MODEL_READY"})")["model"]["info"]["status"],
            json::Value("LOGGED_MODEL_READY"));
  post("runs/log-metric", metric(id, R"("key": "q", "value": 3, "model_id": ")" + model + "\""));
  EXPECT_EQ(call("POST", "logged-models/search",
                 R"({"experiment_ids": ["0"], "filter": "metrics.q > 2 and name = 'tree'"})")["models"]
                .as_array()
                ->size(),
            1U);
  EXPECT_EQ(call("DELETE", "logged-models/" + model + "/tags/a")["error_code"],
            json::Value("RESOURCE_DOES_NOT_EXIST"));
  call("DELETE", "logged-models/" + model);
  EXPECT_EQ(call("GET", "logged-models/" + model)["error_code"], json::Value("RESOURCE_DOES_NOT_EXIST"));
}

TEST_F(MlflowTest, ModelNamesThatAreNoFolderNamesStayInTheRun) {
  for (const std::string name : {"../out", "..", ".hidden", "a/b", "/abs"}) {
    const json::Value made = call("POST", "logged-models", json::dump(json::Object{{"name", name}}));
    const std::filesystem::path path =
        session->get_model(made["model"]["info"]["model_id"].text_or("")).artifacts;
    EXPECT_EQ(path.parent_path(), live->artifacts()) << name;
    EXPECT_TRUE(path.filename().native().starts_with("m-")) << name;
  }
}

TEST_F(MlflowTest, WhatCannotBeWrittenIsToldAsOursAndNotAsTryAgain) {
  const std::string id = start();
  std::filesystem::remove(live->journal());
  EXPECT_EQ(post("runs/log-metric", metric(id, R"("key": "m", "value": 1)")), "RESOURCE_DOES_NOT_EXIST");
  EXPECT_EQ(status, 404);
  std::filesystem::create_directory(live->journal());
  EXPECT_EQ(post("runs/log-metric", metric(id, R"("key": "m", "value": 1)")), "INTERNAL_ERROR");
  EXPECT_EQ(status, 507);
  EXPECT_EQ(call("GET", "metrics/get-history?run_id=" + id + "&metric_key=m")["metrics"], json::Value());
}

TEST_F(MlflowTest, BadRequestsAreTheClientsFault) {
  const std::string id = start();
  for (const char* body : {"{", "[]", "7", "\"{\"", "null", "{\"run_id\": []}", "{\"run_id\": {}}"}) {
    EXPECT_EQ(post("runs/log-metric", body), "INVALID_PARAMETER_VALUE") << body;
    EXPECT_EQ(status, 400) << body;
  }
  for (const char* more :
       {R"("value": 1)", R"("key": "a")", R"("key": "a", "value": null)", R"("key": "a", "value": [])",
        R"("key": "", "value": 1)", R"("key": "a", "value": 1, "step": 1.5)",
        R"("key": "a", "value": 1, "step": "99999999999999999999")"}) {
    EXPECT_EQ(post("runs/log-metric", metric(id, more)), "INVALID_PARAMETER_VALUE") << more;
  }
  EXPECT_EQ(post("runs/update", R"({"run_id": ")" + id + R"(", "status": "PERHAPS"})"),
            "INVALID_PARAMETER_VALUE");
  EXPECT_EQ(post("runs/create", R"({"experiment_id": "12"})"), "RESOURCE_DOES_NOT_EXIST");
  EXPECT_EQ(post("runs/create", R"({"tags": [{"key": "mlflow.parentRunId", "value": "nobody"}]})"),
            "RESOURCE_DOES_NOT_EXIST");
  EXPECT_EQ(call("GET", "artifacts/list?path=../..&run_id=" + id)["error_code"],
            json::Value("INVALID_PARAMETER_VALUE"));
  EXPECT_EQ(call("GET", "nothing")["error_code"], json::Value("ENDPOINT_NOT_FOUND"));
  EXPECT_EQ(call("POST", "registered-models/create", "{}")["error_code"], json::Value("NOT_IMPLEMENTED"));
}

}  // namespace
}  // namespace mlops::mlflow
