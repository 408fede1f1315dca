#include "serve_test_service.hpp"

#include <set>
#include <sstream>

namespace mlops::serve {
namespace {

TEST_F(ServeTest, MetricsSayWhatWasAsked) {
  add(prior(0.25));
  promote("churn@v1");
  const auto service = serve();
  Client client(*service);
  Client other(*service);
  client.invoke(
      R"({"dataframe_records": [{"age": 40, "city": "Lima"}, {"age": 99, "city": "Quito"}, {"age": null, "city": "Lima"}]})");
  other.invoke(row);
  other.invoke("{");
  client.get("/ping");
  client.get("/nope");
  EXPECT_EQ(client.metric(R"(mlops_requests_total{route="/invocations",code="200"})"), "2");
  EXPECT_EQ(client.metric(R"(mlops_requests_total{route="/invocations",code="400"})"), "1");
  EXPECT_EQ(client.metric(R"(mlops_requests_total{route="/ping",code="200"})"), "1");
  EXPECT_EQ(client.metric(R"(mlops_requests_total{route="unknown",code="404"})"), "1");
  EXPECT_EQ(client.metric(R"(mlops_request_duration_seconds_count{route="/invocations"})"), "3");
  EXPECT_EQ(client.metric(R"(mlops_request_duration_seconds_bucket{route="/invocations",le="+Inf"})"), "3");
  EXPECT_GT(std::stod(client.metric(R"(mlops_request_duration_seconds_sum{route="/invocations"})")), 0);
  EXPECT_EQ(client.metric(R"(mlops_predictions_total{model="churn",version="1"})"), "4");
  EXPECT_EQ(client.metric(R"(mlops_input_nulls_total{model="churn",version="1",input="age"})"), "1");
  EXPECT_EQ(client.metric(R"(mlops_input_nulls_total{model="churn",version="1",input="city"})"), "0");
  EXPECT_EQ(client.metric(R"(mlops_input_unseen_total{model="churn",version="1",input="city"})"), "1");
  EXPECT_EQ(client.metric(R"(mlops_input_out_of_range_total{model="churn",version="1",input="age"})"), "1");
  EXPECT_EQ(client.metric(R"(mlops_unanswered_total{model="churn",version="1"})"), "0");
  EXPECT_EQ(
      client.metric(fmt::format(
          R"(mlops_model_info{{model="churn",version="1",algorithm="prior",digest="{}",alias="champion"}})",
          registry_.get("churn").record.text())),
      "1");
  EXPECT_EQ(client.metric("mlops_draining"), "0");
  EXPECT_EQ(client.metric("mlops_connections_open"), "");
  EXPECT_GT(std::stod(client.metric("process_resident_memory_bytes")), 1e6);
  EXPECT_GT(std::stoi(client.metric("process_open_fds")), 2);
  EXPECT_GT(std::stod(client.metric("process_start_time_seconds")), 1.5e9);
}

TEST_F(ServeTest, NoFigureGoesBackWhenAVersionGoes) {
  add(prior(0.1));
  add(prior(0.9));
  promote("churn@v1");
  const auto service = serve();
  Client client(*service);
  client.invoke(R"({"dataframe_records": [{"age": 40, "city": "Quito"}]})");
  for (const char* to : {"churn@v2", "churn@v1", "churn@v2"}) {
    promote(to);
    service->refresh();
    client.invoke(row);
  }
  EXPECT_EQ(client.metric(R"(mlops_predictions_total{model="churn",version="1"})"), "2");
  EXPECT_EQ(client.metric(R"(mlops_predictions_total{model="churn",version="2"})"), "2");
  EXPECT_EQ(client.metric(R"(mlops_input_unseen_total{model="churn",version="1",input="city"})"), "1");
  // Nothing was met there, and the version does not answer: no line.
  EXPECT_EQ(client.metric(R"(mlops_input_unseen_total{model="churn",version="1",input="age"})"), "");
  EXPECT_EQ(client.metric(R"(mlops_model_loads_total{model="churn",result="ok"})"), "4");
  const std::string page = client.get("/metrics").body;
  EXPECT_EQ(page.find(R"(mlops_model_info{model="churn",version="1")"), std::string::npos);
}

TEST_F(ServeTest, LabelsAreEscaped) {
  Package package = prior(0.5);
  package.signature.inputs[0].name = "a \"b\"\\c\nd";
  add(package, "say \"hi\"\\");
  const auto service = serve({"say \"hi\"\\"});
  Client client(*service);
  client.get("/ping");
  const std::string page = client.get("/metrics").body;
  EXPECT_NE(page.find(R"(mlops_input_nulls_total{model="say \"hi\"\\",version="1",input="a \"b\"\\c\nd"} 0)"),
            std::string::npos)
      << page;
}

TEST_F(ServeTest, EveryMetricHasHelpATypeAndNoLineTwice) {
  add(prior(0.5));
  promote("churn@v1");
  const auto service = serve({"churn", "churn@v1", "churn@latest"});
  service->watch([] { return http::Traffic{.open = 3, .too_slow = 2}; });
  Client client(*service);
  client.invoke(row);
  EXPECT_EQ(client.metric("mlops_connections_open"), "3");
  EXPECT_EQ(client.metric(R"(mlops_requests_refused_total{reason="too_slow"})"), "2");
  std::set<std::string> seen;
  std::set<std::string> typed;
  std::istringstream lines(client.get("/metrics").body);
  for (std::string line; std::getline(lines, line);) {
    const bool comment = line.starts_with("# ");
    const std::string key = comment ? line : line.substr(0, line.rfind(' '));
    EXPECT_TRUE(seen.insert(key).second) << line;
    if (line.starts_with("# TYPE ")) typed.insert(line.substr(7, line.find(' ', 7) - 7));
    if (comment) continue;
    std::string name = line.substr(0, line.find_first_of("{ "));
    for (const char* suffix : {"_bucket", "_sum", "_count"}) {
      if (name.starts_with("mlops_request_duration") && name.ends_with(suffix))
        name.resize(name.size() - std::string_view(suffix).size());
    }
    EXPECT_TRUE(typed.contains(name)) << line;
  }
  service->watch({});
  EXPECT_EQ(client.metric("mlops_connections_open"), "");
}

TEST_F(ServeTest, DrainingShowsAndStillAnswers) {
  add(prior(0.5));
  const auto service = serve();
  Client client(*service);
  service->begin_drain();
  EXPECT_EQ(client.get("/healthz").status, 503);
  EXPECT_EQ(client.get("/v2/health/ready").status, 503);
  EXPECT_EQ(client.get("/v2/health/ready").body, R"({"ready": false})");
  EXPECT_EQ(client.get("/v2/models/churn/ready").status, 503);
  EXPECT_EQ(client.get("/v2/health/live").status, 200);
  EXPECT_EQ(client.get("/ping").status, 200);
  EXPECT_EQ(client.invoke(row).status, 200);
  EXPECT_EQ(client.metric("mlops_draining"), "1");
  EXPECT_EQ(client.metric(R"(mlops_requests_total{route="/healthz",code="503"})"), "1");
  EXPECT_EQ(service->answered(), 9u);
}

TEST_F(ServeTest, WhoWantsALogIsTold) {
  add(prior(0.5));
  const auto service = serve();
  std::vector<std::string> lines;
  service->on_request([&](const Service::Seen& seen) {
    lines.push_back(fmt::format("{} {} {} {}", seen.method, seen.path, seen.status, seen.rows));
    EXPECT_GT(seen.seconds, 0);
  });
  Client client(*service);
  client.invoke(row);
  client.invoke("{");
  client.get("/nope");
  EXPECT_EQ(lines, (std::vector<std::string>{"POST /invocations 200 1", "POST /invocations 400 0",
                                             "GET /nope 404 0"}));
}

// ---- example
// ----------------------------------------------------------------------------------------------------

TEST_F(ServeTest, TheExampleIsTheRegisteredRow) {
  add(prior(0.5), "churn",
      json::Array{json::Object{{"age", 41}, {"city", "O'Higgins, \"Perú\""}, {"id", 7}},
                  json::Object{{"age", 1}}});
  const auto service = serve();
  Client client(*service);
  EXPECT_EQ(service->example(), R"({"dataframe_records": [{"age": 41, "city": "O'Higgins, \"Perú\""}]})");
  EXPECT_EQ(client.invoke(service->example()).status, 200);
}

TEST_F(ServeTest, WithoutARegisteredRowItIsMadeOfWhatTrainingSaw) {
  using predict::Encoding;
  Package package = prior(0.5);
  const auto category = [](std::string name, std::string type, std::vector<std::string> categories) {
    return predict::Input{.name = std::move(name),
                          .type = std::move(type),
                          .encoding = Encoding::category,
                          .categories = std::move(categories),
                          .unseen = predict::Policy::refuse,
                          .nulls = predict::Policy::refuse};
  };
  package.signature.inputs = {{.name = "whole", .type = "BIGINT", .nulls = predict::Policy::refuse, .min = 3},
                              {.name = "real", .type = "DOUBLE", .min = -2.5},
                              {.name = "open", .type = "FLOAT"},
                              {.name = "flag", .type = "BOOLEAN", .encoding = Encoding::flag},
                              category("plan", "VARCHAR", {"pro", "basic"}),
                              category("code", "INTEGER", {"7", "8"}),
                              category("yes", "BOOLEAN", {"true", "false"}),
                              category("rate", "DOUBLE", {"0.5"}),
                              {.name = "day", .type = "DATE", .encoding = Encoding::date},
                              {.name = "at", .type = "TIMESTAMP", .encoding = Encoding::timestamp},
                              {.name = "hour", .type = "TIME", .encoding = Encoding::time}};
  add(package);
  const auto service = serve();
  Client client(*service);
  EXPECT_EQ(service->example(),
            R"({"dataframe_records": [{"whole": 3, "real": -2.5, "open": 0.0, "flag": false, "plan": "pro", )"
            R"("code": 7, "yes": true, "rate": "0.5", "day": "2026-11-18", "at": "2026-11-18T11:06:40", )"
            R"("hour": "11:06:40"}]})");
  const Reply reply = client.invoke(service->example());
  EXPECT_EQ(reply.status, 200) << reply.body;
}

TEST_F(ServeTest, PersonalDataAreNotInTheExample) {
  Package package = prior(0.5);
  package.signature.inputs[0].pii = package.signature.inputs[1].pii = true;
  add(package, "churn", json::Array{json::Object{{"age", 41}, {"city", "Lima"}}});
  add(package, "bare");
  for (const char* address : {"churn", "bare"}) {
    const auto service = serve({address});
    Client client(*service);
    EXPECT_EQ(service->example(), R"({"dataframe_records": [{"age": 0, "city": "text"}]})");
    EXPECT_EQ(client.invoke(service->example()).status, 200);
  }
}

TEST_F(ServeTest, AnExampleThatIsOfNoUseIsReplaced) {
  const auto example_of = [&](const std::string& name, const std::string& file) {
    registry_.add({.name = name, .package = prior(0.5), .files = {{"input_example.json", file}}});
    const auto service = serve({name});
    Client client(*service);
    EXPECT_EQ(client.invoke(service->example()).status, 200) << name;
    return service->example();
  };
  const std::string made_up = R"({"dataframe_records": [{"age": 18, "city": "Rosario"}]})";
  EXPECT_EQ(example_of("a", "no JSON"), made_up);
  EXPECT_EQ(example_of("b", "[1, 2]"), made_up);
  EXPECT_EQ(example_of("c", R"({"columns": ["age"], "data": []})"), made_up);
  EXPECT_EQ(example_of("d", R"({"columns": ["age"], "data": [[1, 2]]})"), made_up);
  EXPECT_EQ(example_of("e", R"({"columns": ["age", "city"], "data": [["old", "Lima"]]})"), made_up);
  EXPECT_EQ(example_of("f", R"({"columns": ["age", "city"], "data": [[{"a": 1}, "Lima"]]})"),
            R"({"dataframe_records": [{"age": 18, "city": "Lima"}]})");
  EXPECT_EQ(example_of("g", R"({"columns": ["city", "x"], "data": [["Lima", 1]]})"),
            R"({"dataframe_records": [{"age": 18, "city": "Lima"}]})");
}

TEST_F(ServeTest, AModelThatAnswersWithNoNumberDoesNotTakeOver) {
  Package package = prior(0.5);
  package.signature.task = predict::Task::regression;
  package.signature.classes = {};
  package.algorithm = "mean";
  package.fitted = {{"mean", 2.5}};
  add(package);
  promote("churn@v1");
  const auto service = serve();
  const auto term = [](const char* feature, int categories) {
    return json::Object{{"feature", feature}, {"categories", categories},
                        {"null", false},      {"mean", 0},
                        {"scale", 1e-9},      {"impute", 0}};
  };
  package.algorithm = "linear";
  package.fitted = {{"terms", json::Array{term("age", 0), term("city", 2)}},
                    {"intercepts", json::Array{0}},
                    {"coefficients", json::Array{json::Array{1e308, 0, 0}}}};
  add(package);
  promote("churn@v2");
  EXPECT_EQ(told(service->refresh()),
            (std::vector<std::string>{"churn 1->2: churn@v2 answers an example with what is no number"}));
  EXPECT_EQ(service->serving()[0].version.number, 1);
}

// ---- curl
// -------------------------------------------------------------------------------------------------------

/// What a POSIX shell makes of the line, one word each.
std::string words(const std::string& line) {
  const std::string command = "curl() { printf '<%s>' \"$@\"; }; " + line;
  FILE* shell = ::popen(("/bin/sh -c '" +
                         [&] {
                           std::string quoted;
                           for (const char c : command)
                             quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
                           return quoted;
                         }() +
                         "'")
                            .c_str(),
                        "r");
  std::string out;
  for (int c = std::fgetc(shell); c != EOF; c = std::fgetc(shell)) out += static_cast<char>(c);
  ::pclose(shell);
  return out;
}

TEST(CurlLine, IsWhatAShellReads) {
  const std::string body = R"({"a": "it's $HOME `x` \"Pérez\" \\ !"})";
  EXPECT_EQ(words(curl_line("http://127.0.0.1:8080", body)),
            "<-s><http://127.0.0.1:8080/invocations><-H><content-type: application/json><-d><" + body + ">");
  EXPECT_TRUE(words(curl_line("http://[::1]:80", "{}")).starts_with("<-s><http://[::1]:80/invocations>"));
}

TEST(CurlLine, ThatWouldBeTooLongAsksForTheExample) {
  const std::string line = curl_line("http://h", std::string(500, 'x'));
  EXPECT_EQ(
      line,
      "curl -s http://h/example | curl -s http://h/invocations -H 'content-type: application/json' -d @-");
}

}  // namespace
}  // namespace mlops::serve
