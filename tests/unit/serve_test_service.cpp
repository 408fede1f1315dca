#include "serve_test_service.hpp"

#include <new>
#include <thread>

namespace mlops::serve {
namespace {

using Texts = std::vector<std::string>;

// ---- routes
// -----------------------------------------------------------------------------------------------------

TEST_F(ServeTest, EveryPathIsAnswered) {
  add(prior(0.25));
  const auto service = serve();
  Client client(*service);
  const std::map<std::string, std::string> bodies = {
      {"/ping", "\n"},
      {"/health", "\n"},
      {"/healthz", "ok\n"},
      {"/v2/health/live", R"({"live": true})"},
      {"/v2/health/ready", R"({"ready": true})"},
      {"/v2/models", R"({"models": ["churn"]})"},
      {"/v2/models/churn/ready", R"({"name": "churn", "ready": true})"},
      {"/v2/models/churn/versions/1/ready", R"({"name": "churn", "ready": true})"}};
  for (const auto& [path, body] : bodies) {
    EXPECT_EQ(client.get(path).status, 200) << path;
    EXPECT_EQ(client.get(path).body, body) << path;
  }
  EXPECT_EQ(client.get("/v2").json()["name"].text_or(""), "mlops");
  EXPECT_EQ(client.get("/v2").json()["extensions"], json::Value(json::Array{"binary_tensor_data"}));
  EXPECT_EQ(client.get("/v2/models/churn").json()["name"].text_or(""), "churn");
  EXPECT_EQ(client.get("/v2/models/churn/versions/1").body, client.get("/v2/models/churn").body);
  EXPECT_EQ(client.get("/version").type, "text/plain; charset=utf-8");
  EXPECT_EQ(client.get("/metrics").type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(client.get("/example").body, service->example());
  const std::string index = client.ask("GET", "/", "", {{"host", "localhost:80"}}).body;
  EXPECT_NE(index.find("churn@v1, prior, binary"), std::string::npos) << index;
  EXPECT_NE(index.find("curl -s http://localhost:80/invocations"), std::string::npos) << index;
}

TEST_F(ServeTest, HeadIsAnsweredAsGet) {
  add(prior(0.25));
  const auto service = serve();
  Client client(*service);
  for (const char* path : {"/", "/ping", "/v2", "/v2/models/churn", "/healthz", "/example"}) {
    EXPECT_EQ(client.ask("HEAD", path).status, 200) << path;
    EXPECT_EQ(client.ask("HEAD", path).body, client.get(path).body) << path;
  }
}

TEST_F(ServeTest, AnUnknownPathNamesThoseAlikeAndIsNotFound) {
  add(prior(0.25));
  const auto service = serve();
  Client client(*service);
  EXPECT_EQ(client.ask("POST", "/invocation", row).body,
            R"({"error": "no '/invocation' here; a similar path is `/invocations`"})");
  for (const char* path :
       {"/nope", "/v2/models/", "/v2/models/churn/", "/v2/models/churn/nope", "/v2/models//infer",
        "/v2/models/churn/versions", "/v2/models/churn/versions/", "/v2/models/churn/versions//infer",
        "/v2/models/churn/infer/x", "/v2/models/churn/versions/1/infer/x", "/ping/", "//", "/v2/", "*",
        "/v2/models/{m}", "unknown"}) {
    EXPECT_EQ(client.get(path).status, 404) << path;
  }
}

TEST_F(ServeTest, AnotherMethodIsRefusedWithThoseThatAreAllowed) {
  add(prior(0.25));
  const auto service = serve();
  Client client(*service);
  for (const char* path : {"/invocations", "/v2/models/churn/infer", "/v2/models/churn/versions/1/infer"}) {
    const Reply reply = client.get(path);
    EXPECT_EQ(reply.status, 405) << path;
    EXPECT_EQ(reply.fields.at("Allow"), "POST") << path;
  }
  EXPECT_EQ(client.get("/invocations").body,
            R"({"error_code": "BAD_REQUEST", "message": "/invocations takes POST, not GET"})");
  for (const char* path : {"/", "/ping", "/metrics", "/v2/models/churn", "/example"}) {
    for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "get"}) {
      const Reply reply = client.ask(method, path);
      EXPECT_EQ(reply.status, 405) << path;
      EXPECT_EQ(reply.fields.at("Allow"), "GET, HEAD") << path;
    }
  }
}

TEST_F(ServeTest, APredictionNamesItsModelAndItsRequest) {
  add(prior(0.25));
  const auto service = serve();
  Client client(*service);
  const Reply reply =
      client.ask("POST", "/invocations", row, {{"Content-Type", "application/json"}, {"x-request-id", "a7"}});
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.type, "application/json");
  EXPECT_EQ(reply.fields.at("mlops-model"), "churn@v1");
  EXPECT_EQ(reply.fields.at("X-Request-Id"), "a7");
  EXPECT_EQ(reply.json()["predictions"], json::Value(json::Array{false}));
  EXPECT_EQ(reply.json()["model"].text_or(""), "churn@v1");
  EXPECT_EQ(client.invoke(row).fields.count("X-Request-Id"), 0u);
}

constexpr const char* tensors =
    R"({"id": "7", "inputs": [{"name": "age", "shape": [2], "datatype": "INT64", "data": [40, 20]},
        {"name": "city", "shape": [2, 1], "datatype": "BYTES", "data": ["Lima", "Rosario"]}]})";

TEST_F(ServeTest, InferenceAnswersTensors) {
  add(prior(0.75));
  const auto service = serve();
  Client client(*service);
  for (const char* path : {"/v2/models/churn/infer", "/v2/models/churn/versions/1/infer"}) {
    const Reply reply = client.ask("POST", path, tensors);
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(reply.json()["model_name"].text_or(""), "churn");
    EXPECT_EQ(reply.json()["model_version"].text_or(""), "1");
    EXPECT_EQ(reply.json()["id"].text_or(""), "7");
    EXPECT_EQ(reply.fields.at("mlops-model"), "churn@v1");
  }
  std::string binary = tensors;
  binary.back() = ',';
  binary += R"("outputs": [{"name": "probability", "parameters": {"binary_data": true}}]})";
  const Reply reply = client.ask("POST", "/v2/models/churn/infer", binary);
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.type, "application/octet-stream");
  const auto json = static_cast<std::size_t>(std::stoul(reply.fields.at("Inference-Header-Content-Length")));
  EXPECT_EQ(reply.body.size() - json, 2 * 2 * sizeof(double));
  EXPECT_EQ(client.ask("POST", "/v2/models/churn/infer", reply.body.substr(0, 3)).status, 400);
}

// ---- errors
// -----------------------------------------------------------------------------------------------------

TEST_F(ServeTest, WhatIsWrongWithARequestIsSaidInTheFormOfItsProtocol) {
  add(prior(0.25));
  const auto service = serve();
  Client client(*service);
  const Reply bad = client.invoke("{");
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(bad.json()["error_code"].text_or(""), "BAD_REQUEST");
  EXPECT_NE(bad.json()["message"].text_or(""), "");
  EXPECT_EQ(bad.fields.at("mlops-model"), "churn@v1");
  for (const char* other :
       {"image/png", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data"})
    EXPECT_EQ(client.ask("POST", "/invocations", row, {{"content-type", other}}).status, 415) << other;
  const Reply missing = client.invoke(R"({"dataframe_records": [{"agee": 40, "city": "Lima"}]})");
  EXPECT_EQ(missing.status, 422);
  EXPECT_NE(
      missing.json()["message"].text_or("").find("column 'age' (BIGINT) is missing; did you mean `agee`?"),
      std::string::npos)
      << missing.body;
  const Reply wrong = client.invoke(R"({"dataframe_records": [{"age": "old", "city": "Lima"}]})");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_NE(wrong.body.find("'old' is no number"), std::string::npos) << wrong.body;
  const Reply tensor = client.ask("POST", "/v2/models/churn/infer", R"({"inputs": []})");
  EXPECT_TRUE(tensor.status == 400 || tensor.status == 422);
  EXPECT_NE(tensor.json()["error"].text_or(""), "");
}

TEST_F(ServeTest, AllFaultsOfARequestAreInItsAnswer) {
  add(prior(0.25));
  const auto service = serve();
  Client client(*service);
  const std::string text =
      client.invoke(R"({"dataframe_records": [{"x": 1}]})").json()["message"].text_or("");
  EXPECT_NE(text.find("'age' (BIGINT) is missing"), std::string::npos) << text;
  EXPECT_NE(text.find("'city' (VARCHAR) is missing"), std::string::npos) << text;
  EXPECT_EQ(text.find("`mlops "), std::string::npos) << text;
}

TEST_F(ServeTest, AValueThatARuleCannotGiveIsTheRowsFault) {
  Package rule = prior(0.5);
  rule.signature.inputs.pop_back();
  rule.algorithm = "rule";
  rule.fitted = {{"expression", "CASE WHEN age > 0 THEN age / 50 END"}, {"shares", json::Array{0.5, 0.5}}};
  add(rule);
  const auto service = serve();
  Client client(*service);
  EXPECT_EQ(client.invoke(row).status, 200);
  const Reply reply = client.invoke(R"({"dataframe_records": [{"age": 60, "city": "Lima"}]})");
  EXPECT_EQ(reply.status, 422) << reply.body;
  client.invoke(R"({"dataframe_records": [{"age": null, "city": "Lima"}, {"age": 40, "city": "Lima"}]})");
  EXPECT_EQ(client.metric(R"(mlops_unanswered_total{model="churn",version="1"})"), "1");
}

TEST_F(ServeTest, PersonalDataAreInNoError) {
  Package package = prior(0.5);
  package.signature.inputs[0].pii = package.signature.inputs[1].pii = true;
  package.signature.inputs[1].unseen = predict::Policy::refuse;
  add(package);
  const auto service = serve();
  Client client(*service);
  const Reply number = client.invoke(R"({"dataframe_records": [{"age": "111-22-3333", "city": "Lima"}]})");
  EXPECT_EQ(number.status, 422);
  EXPECT_EQ(number.body.find("111-22"), std::string::npos) << number.body;
  const Reply city = client.invoke(R"({"dataframe_records": [{"age": 1, "city": "Quito"}]})");
  EXPECT_EQ(city.status, 422);
  EXPECT_EQ(city.body.find("Quito"), std::string::npos) << city.body;
  EXPECT_EQ(city.body.find("Lima"), std::string::npos) << city.body;
}

// ---- several models
// ---------------------------------------------------------------------------------------------

TEST_F(ServeTest, AModelIsFoundByItsNameAndAVersionByItsNumber) {
  add(prior(0.1));
  add(prior(0.9));
  add(prior(0.5), "año");
  const auto service = serve({"churn@v2", "churn@v1", "año"});
  Client client(*service);
  const auto answered_by = [&](std::string_view path) {
    return client.ask("POST", path, tensors).fields.at("mlops-model");
  };
  EXPECT_EQ(client.invoke(row).fields.at("mlops-model"), "churn@v2");
  EXPECT_EQ(answered_by("/v2/models/churn/infer"), "churn@v2");
  EXPECT_EQ(answered_by("/v2/models/churn/versions/1/infer"), "churn@v1");
  EXPECT_EQ(answered_by("/v2/models/churn/versions/2/infer"), "churn@v2");
  EXPECT_EQ(answered_by("/v2/models/año/infer"), "año@v1");
  EXPECT_EQ(client.get("/v2/models").body, R"({"models": ["churn", "año"]})");
  EXPECT_EQ(
      client.get("/v2/models/churn/versions/3").body,
      R"({"error": "version '3' of 'churn' is not served, but `/v2/models/churn/versions/2`, `/v2/models/churn/versions/1` or `/v2/models/año/versions/1`"})");
  for (const char* path :
       {"/v2/models/chrun", "/v2/models/churn/versions/0", "/v2/models/churn/versions/v1",
        "/v2/models/churn/versions/-1/ready", "/v2/models/churn/versions/99999999999999999999"}) {
    EXPECT_EQ(client.get(path).status, 404) << path;
  }
  EXPECT_EQ(client.ask("POST", "/v2/models/chrun/infer", tensors).status, 404);
}

TEST_F(ServeTest, OneModelTwiceIsRefusedTwoAliasesAreNot) {
  add(prior(0.1));
  promote("churn@v1");
  promote("churn@v1", "challenger");
  const Error twice = fault([&] { serve({"churn", "churn@champion"}); });
  EXPECT_EQ(twice.code(), Code::usage);
  EXPECT_EQ(twice.message(), "'churn' and 'churn@champion' are the same model: churn@v1");
  EXPECT_EQ(fault([&] { serve({"churn@v1", "churn@v1"}); }).code(), Code::usage);
  EXPECT_EQ(fault([&] { serve({}); }).code(), Code::usage);
  EXPECT_EQ(serve({"churn", "churn@challenger", "churn@v1"})->serving().size(), 3u);
}

TEST_F(ServeTest, WhatCannotBeServedIsToldAtOnce) {
  add(damaged(), "broken");
  registry_.add({.name = "thing", .package = {.algorithm = "files"}, .files = {{"a.bin", "x"}}});
  EXPECT_EQ(fault([&] { serve({"nothing"}); }).code(), Code::not_found);
  EXPECT_EQ(fault([&] { serve({"thing"}); }).id(), "model.opaque");
  EXPECT_EQ(fault([&] { serve({"broken"}); }).code(), Code::corrupt);
}

// ---- following
// --------------------------------------------------------------------------------------------------

TEST_F(ServeTest, TheChampionIsFollowed) {
  add(prior(0.1));
  add(prior(0.9));
  promote("churn@v1");
  const auto service = serve();
  Client client(*service);
  EXPECT_EQ(service->serving()[0].follows, "champion");
  EXPECT_EQ(told(service->refresh()), none());
  promote("churn@v2");
  EXPECT_EQ(client.invoke(row).fields.at("mlops-model"), "churn@v1");
  EXPECT_EQ(told(service->refresh()), Texts{"churn 1->2"});
  EXPECT_EQ(client.invoke(row).fields.at("mlops-model"), "churn@v2");
  EXPECT_EQ(client.invoke(row).json()["predictions"], json::Value(json::Array{true}));
  EXPECT_EQ(told(service->refresh()), none());
  registry_.rollback("churn", "champion", "bad", "bo", clock_.now());
  EXPECT_EQ(told(service->refresh()), Texts{"churn 2->1"});
  EXPECT_EQ(client.invoke(row).fields.at("mlops-model"), "churn@v1");
}

TEST_F(ServeTest, WithoutAChampionTheNewestIsFollowedUntilThereIsOne) {
  add(prior(0.1));
  const auto service = serve({"churn", "churn@latest"});
  EXPECT_EQ(service->serving()[0].follows, "latest");
  add(prior(0.2));
  EXPECT_EQ(told(service->refresh()), (Texts{"churn 1->2", "churn@latest 1->2"}));
  promote("churn@v2");
  EXPECT_EQ(told(service->refresh()), none());
  EXPECT_EQ(service->serving()[0].follows, "champion");
  add(prior(0.3));
  EXPECT_EQ(told(service->refresh()), Texts{"churn@latest 2->3"});
  EXPECT_EQ(service->serving()[0].version.number, 2);
}

TEST_F(ServeTest, AnAliasIsFollowedAndAVersionStays) {
  add(prior(0.1));
  add(prior(0.2));
  promote("churn@v1");
  promote("churn@v1", "challenger");
  const std::string digest = registry_.get("churn@v1").record.text();
  const auto service = serve({"churn@challenger", "models/churn@v1"});
  std::vector<std::unique_ptr<Service>> pinned;
  for (const std::string& address : {std::string("churn@{0}"), std::string("churn@2099-01-01"), digest})
    pinned.push_back(serve({address}));
  promote("churn@v2");
  EXPECT_EQ(told(service->refresh()), none());
  promote("churn@v2", "challenger");
  EXPECT_EQ(told(service->refresh()), Texts{"churn@challenger 1->2"});
  for (const auto& one : pinned) EXPECT_EQ(told(one->refresh()), none());
  Client client(*service);
  EXPECT_EQ(client.invoke(row).fields.at("mlops-model"), "churn@v2");
}

TEST_F(ServeTest, MlflowsAddressesAreFollowedToo) {
  add(prior(0.1));
  add(prior(0.2));
  promote("churn@v1");
  promote("churn@v1", "challenger");
  const auto service = serve({"models:/churn", "models:/churn@challenger", "models:/churn/1"});
  promote("churn@v2");
  promote("churn@v2", "challenger");
  EXPECT_EQ(told(service->refresh()), (Texts{"models:/churn 1->2", "models:/churn@challenger 1->2"}));
}

TEST_F(ServeTest, AVersionThatCannotBeLoadedIsToldOnceAndTheOldOneGoesOn) {
  add(prior(0.1));
  add(damaged());
  promote("churn@v1");
  const auto service = serve();
  Client client(*service);
  promote("churn@v2");
  const auto changes = service->refresh();
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].from, 1);
  EXPECT_EQ(changes[0].to, 2);
  EXPECT_NE(changes[0].fault, "");
  EXPECT_EQ(told(service->refresh()), none());
  EXPECT_EQ(client.invoke(row).fields.at("mlops-model"), "churn@v1");
  EXPECT_EQ(client.metric(R"(mlops_model_loads_total{model="churn",result="failed"})"), "1");
  EXPECT_EQ(client.metric(R"(mlops_model_loads_total{model="churn",result="ok"})"), "1");
  promote("churn@v1");
  EXPECT_EQ(told(service->refresh()), none());
  promote("churn@v2");
  EXPECT_EQ(told(service->refresh()).size(), 1u);
}

TEST_F(ServeTest, WhatIsOnlyKeptDoesNotTakeThePlaceOfAModel) {
  add(prior(0.1));
  promote("churn@v1");
  const auto service = serve();
  registry_.add({.name = "churn", .package = {.algorithm = "files"}, .files = {{"a.bin", "x"}}});
  promote("churn@v2");
  const Texts changes = told(service->refresh());
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_NE(changes[0].find("churn@v2 is kept as files"), std::string::npos) << changes[0];
  EXPECT_EQ(service->serving()[0].version.number, 1);
}

TEST_F(ServeTest, AFaultThatPassesIsOvercomeQuietly) {
  add(prior(0.1));
  const model::Version second = add(prior(0.9));
  promote("churn@v1");
  const auto service = serve();
  const auto object = [&](const Digest& digest) {
    return dir_ / ".mlops/objects/sha256" / digest.hex().substr(0, 2) / digest.hex().substr(2);
  };
  const auto away = dir_ / "away";
  promote("churn@v2");
  std::filesystem::rename(object(second.package), away);
  EXPECT_EQ(told(service->refresh()).size(), 1u);
  clock_.turn(31);
  EXPECT_EQ(told(service->refresh()), none());
  std::filesystem::rename(away, object(second.package));
  EXPECT_EQ(told(service->refresh()), none());
  clock_.turn(31);
  EXPECT_EQ(told(service->refresh()), Texts{"churn 1->2"});
  Client client(*service);
  EXPECT_EQ(client.metric(R"(mlops_model_loads_total{model="churn",result="failed"})"), "2");
}

/// A version is registered before its judgement is kept: whoever looks in between asks again, and soon.
TEST_F(ServeTest, WhoMayNotAnswerYetIsAskedAboutAtEachLook) {
  add(prior(0.1));
  std::string no;
  Service service(engines_, store_, clock_, {"churn"},
                  {.admit = [&](const std::string&, const model::Version&) {
                    if (!no.empty()) throw Error(Code::negative, no);
                  }});
  add(prior(0.9));
  no = "it was never judged";
  EXPECT_EQ(told(service.refresh()), Texts{"churn 1->2: it was never judged"});
  EXPECT_EQ(told(service.refresh()), none());
  no = "it was rejected";
  EXPECT_EQ(told(service.refresh()), Texts{"churn 1->2: it was rejected"});
  EXPECT_EQ(service.serving()[0].version.number, 1);
  Client client(service);
  EXPECT_EQ(client.metric(R"(mlops_model_loads_total{model="churn",result="failed"})"), "2");
  no.clear();
  EXPECT_EQ(told(service.refresh()), Texts{"churn 1->2"});
}

TEST_F(ServeTest, NoFaultOfANewVersionEndsTheServer) {
  add(prior(0.1));
  Service service(engines_, store_, clock_, {"churn"},
                  {.admit = [](const std::string&, const model::Version& version) {
                    if (version.number > 1) throw std::bad_alloc();
                  }});
  add(prior(0.9));
  EXPECT_EQ(told(service.refresh()), Texts{"churn 1->2: std::bad_alloc"});
  EXPECT_EQ(told(service.refresh()), none());
  EXPECT_EQ(service.serving()[0].version.number, 1);
}

/// `--as-of` is "now" to what is asked, not to the server's own patience.
TEST_F(ServeTest, ATimeThatStandsStillStopsNoRetry) {
  add(prior(0.1));
  const FixedClock still(Time{0});
  Service service(engines_, store_, clock_, {"churn"}, {.now = &still});
  add(damaged());
  EXPECT_EQ(told(service.refresh()).size(), 1u);
  Client client(service);
  const std::string failed = R"(mlops_model_loads_total{model="churn",result="failed"})";
  EXPECT_EQ(client.metric(failed), "1");
  service.refresh();
  EXPECT_EQ(client.metric(failed), "1");
  clock_.turn(31);
  service.refresh();
  EXPECT_EQ(client.metric(failed), "2");
}

TEST_F(ServeTest, AStoreThatCannotBeReadChangesNothing) {
  add(prior(0.1));
  add(prior(0.2));
  promote("churn@v1");
  promote("churn@v1", "challenger");
  const auto service = serve({"churn", "churn@challenger"});
  Client client(*service);
  const auto refs = dir_ / ".mlops" / "refs";
  std::filesystem::rename(refs, dir_ / "away");
  EXPECT_EQ(told(service->refresh()), none());
  std::ofstream(dir_ / ".mlops" / "refs") << "no folder";
  EXPECT_EQ(told(service->refresh()), none());
  EXPECT_EQ(client.invoke(row).fields.at("mlops-model"), "churn@v1");
  std::filesystem::remove(refs);
  std::filesystem::rename(dir_ / "away", refs);
  std::filesystem::remove(refs / "model-aliases" / "churn@challenger");
  EXPECT_EQ(told(service->refresh()), none());
  promote("churn@v2");
  EXPECT_EQ(told(service->refresh()), Texts{"churn 1->2"});
}

TEST_F(ServeTest, AnOldVersionGoesWithItsLastRequest) {
  add(prior(0.1));
  add(prior(0.9));
  promote("churn@v1");
  const auto service = serve();
  Client busy(*service);
  Client idle(*service);
  EXPECT_EQ(busy.invoke(row).fields.at("mlops-model"), "churn@v1");
  promote("churn@v2");
  service->refresh();
  EXPECT_EQ(busy.invoke(row).fields.at("mlops-model"), "churn@v2");
  EXPECT_EQ(idle.invoke(row).fields.at("mlops-model"), "churn@v2");
}

// ---- threads
// ----------------------------------------------------------------------------------------------------

TEST_F(ServeTest, EveryAnswerIsThatOfTheVersionThatItNamesWhileTheAliasMoves) {
  add(prior(0.1));
  add(prior(0.9));
  promote("churn@v1");
  const auto service = serve();
  constexpr int threads = 4;
  constexpr int requests = 400;
  std::atomic<int> wrong = 0;
  std::atomic<int> running = threads;
  const auto work = [&] {
    Client client(*service);
    for (int i = 0; i < requests; ++i) {
      const Reply reply = client.invoke(row);
      const bool second = reply.fields.at("mlops-model") == "churn@v2";
      if (reply.json()["predictions"] != json::Value(json::Array{second})) ++wrong;
      if (i % 100 == 0) client.get("/metrics");
    }
    --running;
  };
  std::vector<std::thread> pool;
  for (int i = 0; i < threads; ++i) pool.emplace_back(work);
  for (int at = 2; running > 0; at = 3 - at) {
    promote(fmt::format("churn@v{}", at));
    service->refresh();
  }
  for (std::thread& thread : pool) thread.join();
  EXPECT_EQ(wrong, 0);
  Client client(*service);
  const auto rows = [&](int version) {
    return std::stoi(
        client.metric(fmt::format(R"(mlops_predictions_total{{model="churn",version="{}"}})", version)));
  };
  EXPECT_EQ(rows(1) + rows(2), threads * requests);
  EXPECT_EQ(client.metric(R"(mlops_requests_total{route="/invocations",code="200"})"), "1600");
}

}  // namespace
}  // namespace mlops::serve
