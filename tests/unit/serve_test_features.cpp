// Features over HTTP, without a socket: the server follows the store, and writes into it.
#include <mlops/db/database.hpp>
#include <mlops/serve/features.hpp>

#include <ctime>

#include "columns.hpp"
#include "serve_test_service.hpp"

namespace mlops::serve {
namespace {

constexpr std::int64_t hour_us = 3'600'000'000;
constexpr std::int64_t noon_us = 1'767'268'800'000'000;  // 2026-01-01T12:00:00Z

class ServeFeatures : public ServeTest {
 protected:
  static feature::View fares(const std::string& name = "driver", const std::string& sql = "(fare)") {
    feature::View view{
        .name = name, .key = {{"driver", "id", feature::KeyKind::integer}}, .from = "trips", .at = "ended"};
    view.inputs = {{sql, "DOUBLE"}};
    view.columns = {column("fare", "fare", "DOUBLE", 0), column("trips", "count() over 1h", "BIGINT", {})};
    return view;
  }
  static feature::ViewColumn column(const std::string& name, const std::string& text, const std::string& type,
                                    std::optional<std::size_t> input) {
    return {.name = name,
            .text = text,
            .definition = std::get<feature::Definition>(feature::parse(text)),
            .input = input,
            .type = type};
  }
  static Columns events(const mlops::test::Cells<std::int64_t>& ids,
                        const mlops::test::Cells<std::int64_t>& at, const mlops::test::Cells<double>& fares) {
    mlops::test::ColumnsOf out;
    out.integers("key0", ids);
    out.add<std::int64_t>("at", {.kind = Kind::timestamp}, at, "TIMESTAMP");
    return out.numbers("input0", fares).build();
  }
  void materialize(const feature::View& view, const Columns& rows, char version = '1') {
    const std::vector<feature::RowColumn> reads = {
        {"id", "BIGINT"}, {"ended", "TIMESTAMP"}, {"fare", "DOUBLE"}};
    feature::OnlineStore store(file_, feature::OnlineStore::Mode::write);
    store.materialize(view, reads, rows, *Digest::parse("sha256:" + std::string(64, version)), clock_.now());
  }
  static Reply push(Client& client, double fare) {
    return client.ask(
        "POST", "/push",
        fmt::format(
            R"({{"push_source_name": "driver", "df": {{"id": [7], "ended": ["2026-01-01T12:00:00"], "fare": [{}]}}}})",
            fare));
  }
  std::unique_ptr<FeatureServer> server(FeatureOptions options = {}) {
    options.file = file_;
    return std::make_unique<FeatureServer>(now_, std::move(options));
  }
  static std::string values(const Reply& reply, std::size_t result) {
    return json::dump((*reply.json()["results"].as_array())[result]["values"]);
  }
  Reply ask(Client& client, const std::string& features) {
    return client.ask("POST", "/get-online-features",
                      fmt::format(R"({{"entities": {{"driver": [7, 8.0]}}, "features": [{}]}})", features));
  }

  const std::filesystem::path file_ = dir_ / ".mlops" / "online.db";
  const FixedClock now_{Time{noon_us}};
};

TEST_F(ServeFeatures, AServerFollowsWhatOthersWriteAndAnswersForNewViews) {
  materialize(fares(), events({7, 7}, {noon_us - hour_us, noon_us - 1}, {1.5, 2.5}));
  const auto features = server();
  Service service(engines_, store_, clock_, {}, {.now = &now_, .features = features.get()});
  Client client(service);
  EXPECT_EQ(values(ask(client, R"("driver:fare", "driver:trips")"), 1), "[2.5, null]");
  EXPECT_EQ(values(ask(client, R"("driver:fare", "driver:trips")"), 2), "[2, 0]")
      << "both ends of a window count";
  EXPECT_EQ(ask(client, R"("late:fare")").status, 404);
  materialize(fares(), events({7, 8}, {noon_us - 1, noon_us}, {2.5, 4.0}), '2');
  materialize(fares("late"), events({8}, {noon_us}, {9.0}), '3');
  service.refresh();
  EXPECT_EQ(values(ask(client, R"("driver:fare")"), 1), "[2.5, 4.0]");
  // A new view is looked for once a second.
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (ask(client, R"("late:fare")").status == 404 && std::chrono::steady_clock::now() < until)
    service.refresh();
  EXPECT_EQ(values(ask(client, R"("late:fare")"), 1), "[null, 9.0]");
}

TEST_F(ServeFeatures, RowsThatWantSqlGoToWhoHasIt) {
  materialize(fares("driver", "(fare * 2)"), events({7}, {noon_us - hour_us}, {1.0}));
  FeatureOptions options;
  std::string seen;
  options.evaluate = [&](const feature::OnlineView& view, const std::string& rows) {
    EXPECT_EQ(view.view.name, "driver");
    seen = rows;
    return events({7}, {noon_us}, {14.0});
  };
  const auto features = server(std::move(options));
  Service service(engines_, store_, clock_, {}, {.now = &now_, .features = features.get()});
  Client client(service);
  const Reply pushed = client.ask(
      "POST", "/push",
      R"({"push_source_name": "driver", "df": {"driver": [7], "event_timestamp": ["2026-01-01T12:00:00"], "fare": [7]}})");
  EXPECT_EQ(pushed.body, R"({"view": "driver", "rows": 1, "events": 1, "without": 0, "again": false})");
  EXPECT_EQ(seen, "{\"id\": 7, \"ended\": \"2026-01-01T12:00:00\", \"fare\": 7}\n");
  EXPECT_EQ(values(ask(client, R"("driver:fare")"), 1), "[14.0, null]");
}

TEST_F(ServeFeatures, ValuesOfAnotherTypeAreRefusedAndWholeNumbersMayBeDoubles) {
  materialize(fares(), events({7}, {noon_us - hour_us}, {1.0}));
  const auto features = server();
  Service service(engines_, store_, clock_, {}, {.now = &now_, .features = features.get()});
  Client client(service);
  const auto push = [&](const std::string& id, const std::string& time, const std::string& fare) {
    return client.ask(
        "POST", "/write-to-online-store",
        fmt::format(R"({{"feature_view_name": "driver", "df": {{"id": [{}], "ended": [{}], "fare": [{}]}}}})",
                    id, time, fare));
  };
  const std::string noon = R"("2026-01-01T12:00:00")";
  EXPECT_EQ(push("7.0", noon, "3").status, 200);
  EXPECT_EQ(values(ask(client, R"("driver:fare")"), 1), "[3.0, null]");
  for (const char* id : {"7.5", "true", "\"7\"", "1e300", "18446744073709551615", "[7]"})
    EXPECT_EQ(push(id, noon, "3").status, 422) << id;
  for (const char* time : {"1767268800", "\"noon\"", "true"})
    EXPECT_EQ(push("7", time, "3").status, 422) << time;
  EXPECT_EQ(push("7", noon, "\"3\"").status, 422);
  EXPECT_EQ(push("null", noon, "3").json()["without"].int_or(-1), 1) << "a row without a key";
}

TEST_F(ServeFeatures, NumbersAndTimesBeyondTheirColumnsAreRefused) {
  const feature::View view = fares("driver", "CAST((fare) AS DOUBLE)");
  const std::vector<feature::RowColumn> reads = {
      {"id", "BIGINT"}, {"ended", "TIMESTAMP_NS"}, {"fare", "FLOAT"}};
  feature::OnlineStore(file_, feature::OnlineStore::Mode::write)
      .materialize(view, reads, events({7}, {noon_us}, {1.0}),
                   *Digest::parse("sha256:" + std::string(64, '1')), clock_.now());
  const auto features = server();
  Service service(engines_, store_, clock_, {}, {.now = &now_, .features = features.get()});
  Client client(service);
  const auto asked = [&](const std::string& time, const std::string& fare) {
    return client
        .ask("POST", "/push",
             fmt::format(
                 R"({{"push_source_name": "driver", "df": {{"id": [7], "ended": ["{}"], "fare": [{}]}}}})",
                 time, fare))
        .body;
  };
  EXPECT_NE(asked("9999-12-31T00:00:00", "1").find("TIMESTAMP_NS is wanted"), std::string::npos);
  EXPECT_NE(asked("2026-01-01T12:00:00", "1e39").find("FLOAT is wanted"), std::string::npos);
  EXPECT_NE(asked("2026-01-01T12:00:00", "-1e39").find("FLOAT is wanted"), std::string::npos);
  EXPECT_NE(asked("2026-01-01T12:00:00", "3e38").find("\"events\": 1"), std::string::npos);
}

TEST_F(ServeFeatures, ManyNamesCostWhatTheyAreLong) {
  materialize(fares(), events({7}, {noon_us}, {1.0}));
  const auto features = server();
  Service service(engines_, store_, clock_, {}, {.now = &now_, .features = features.get()});
  Client client(service);
  std::string names;
  for (int i = 0; i < 200'000; ++i) names += fmt::format(R"("{:06}": [], )", i);
  const std::clock_t start = std::clock();
  const auto ask_with = [&](const std::string& last) {
    return client.ask(
        "POST", "/get-online-features",
        fmt::format(R"({{"entities": {{{}"{}": []}}, "features": ["driver:fare"]}})", names, last));
  };
  EXPECT_EQ(ask_with("driver").status, 200);
  EXPECT_NE(ask_with("000003").body.find("twice"), std::string::npos);
  EXPECT_LT(std::clock() - start, 10 * CLOCKS_PER_SEC);
}

TEST_F(ServeFeatures, APushIsNeverAcknowledgedIntoAFileThatIsGone) {
  materialize(fares("another"), events({7}, {noon_us}, {9.0}));
  materialize(fares(), events({7}, {noon_us - hour_us}, {1.0}));
  const auto features = server();
  Service service(engines_, store_, clock_, {}, {.now = &now_, .features = features.get()});
  Client client(service);
  EXPECT_EQ(push(client, 2).status, 200);
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file_.string() + suffix);
  const Reply gone = push(client, 3);
  EXPECT_EQ(gone.status, 503) << gone.body;
  EXPECT_FALSE(std::filesystem::exists(file_));
  materialize(fares(), events({7}, {noon_us - hour_us}, {4.0}));
  EXPECT_EQ(push(client, 5).status, 503) << "the ids of its views are others";
  service.refresh();
  EXPECT_EQ(push(client, 6).status, 200);
  EXPECT_EQ(values(ask(client, R"("driver:fare")"), 1), "[6.0, null]");
  const auto views = feature::OnlineStore(file_, feature::OnlineStore::Mode::read).views();
  ASSERT_EQ(views.size(), 1u);
  EXPECT_EQ(views[0].pushed, 1u);
  EXPECT_EQ(client.ask("GET", "/features", "").json()["views"].as_array()->size(), 1u);
}

TEST_F(ServeFeatures, WhatIsStoredIsAcknowledgedThoughAnotherViewCannotBeRead) {
  materialize(fares(), events({7}, {noon_us - hour_us}, {1.0}));
  materialize(fares("late"), events({7}, {noon_us}, {9.0}));
  const auto features = server();
  Service service(engines_, store_, clock_, {}, {.now = &now_, .features = features.get()});
  Client client(service);
  db::Database(file_, db::Database::Mode::write)
      .execute("UPDATE views SET definition = '{}' WHERE name = 'late'");
  const Reply pushed = push(client, 2);
  EXPECT_EQ(pushed.status, 200) << pushed.body;
}

TEST_F(ServeFeatures, WithoutFeaturesThePathsSayWhatIsMissing) {
  add(prior(0.25));
  const auto service = serve();
  Client client(*service);
  const Reply reply = client.ask("POST", "/get-online-features", "{}");
  EXPECT_EQ(reply.status, 404);
  EXPECT_NE(reply.body.find("`mlops features materialize`"), std::string::npos) << reply.body;
  EXPECT_EQ(fault([&] { server(); }).code(), Code::not_found);
  materialize(fares(), events({7}, {noon_us}, {1.0}));
  const Error near = fault([&] { server({.file = {}, .views = {"drivers"}}); });
  EXPECT_NE(near.hint().find("`driver`"), std::string::npos) << near.hint();
}

}  // namespace
}  // namespace mlops::serve
