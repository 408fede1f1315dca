#include "http_client.hpp"

#include <mlops/base/error.hpp>

#include <regex>
#include <set>
#include <thread>

namespace mlops::http {
namespace {

TEST(HttpMessage, FieldsAreFoundInAnyCase) {
  const std::vector<Field> fields = {{"Content-Type", "text/csv"}, {"Inference-Header-Content-Length", "7"}};
  const Request request = {.method = "GET", .path = "/", .query = {}, .body = {}, .fields = fields};
  EXPECT_EQ(request.header("content-TYPE"), "text/csv");
  EXPECT_EQ(request.header("Content-Length"), "") << "a name is the whole name";
  EXPECT_EQ(request.header("Accept"), "");
}

TEST(HttpMessage, AClearedResponseIsAsNewAndKeepsAShortBodysMemory) {
  Response response;
  response.status = 404;
  response.content_type = {};
  response.body.assign(1000, 'x');
  response.fields.emplace_back("A", "b");
  const char* const memory = response.body.data();
  response.clear();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_TRUE(response.body.empty());
  EXPECT_TRUE(response.fields.empty());
  EXPECT_EQ(response.body.data(), memory);
  response.body.assign(32 * 1024 * 1024, 'x');
  response.clear();
  EXPECT_LT(response.body.capacity(), 1024u * 1024);
}

TEST(HttpMessage, StatusesHaveTheirRegisteredNames) {
  EXPECT_EQ(reason(200), "OK");
  EXPECT_EQ(reason(404), "Not Found");
  EXPECT_EQ(reason(422), "Unprocessable Content");
  EXPECT_EQ(reason(431), "Request Header Fields Too Large");
  EXPECT_EQ(reason(599), "");
}

TEST_F(Http, ARequestIsAnsweredAndTheConnectionStays) {
  serve();
  Client one = client();
  const Answer first = one.ask(post("/a/b?x=1&y=%20", "hello"));
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.body, "POST /a/b [x=1&y=%20] hello");
  EXPECT_EQ(first.field("Content-Type"), "text/plain");
  EXPECT_EQ(first.field("Content-Length"), std::to_string(first.body.size()));
  EXPECT_EQ(first.field("Connection"), "");
  EXPECT_EQ(one.ask(get("/again")).body, "GET /again [] ");
}

TEST_F(Http, TheDateIsNowInTheFormOfRfc9110) {
  serve();
  const std::string date = ask(get("/")).field("Date");
  EXPECT_TRUE(
      std::regex_match(date, std::regex("(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-3][0-9] [A-Z][a-z]{2} [0-9]{4} "
                                        "[0-2][0-9]:[0-5][0-9]:[0-6][0-9] GMT")))
      << date;
  std::tm parts = {};
  ASSERT_NE(strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts), nullptr);
  EXPECT_NEAR(static_cast<double>(timegm(&parts)), static_cast<double>(time(nullptr)), 30);
}

TEST_F(Http, AllFieldsReachTheHandlerAndItsOwnReachTheClient) {
  serve(options([](const Request& request, Response& response) {
    response.body =
        fmt::format("{}|{}|{}", request.header("x-one"), request.header("X-Two"), request.fields.size());
    response.content_type = {};
    response.fields.emplace_back("X-Mine", "a\r\nX-Injected: b");
  }));
  const Answer answer = ask(get("/", "X-One:  first \r\nX-Two:\r\n"));
  EXPECT_EQ(answer.body, "first||3");
  EXPECT_EQ(answer.field("Content-Type"), "");
  EXPECT_EQ(answer.field("X-Mine"), "a  X-Injected: b");
  EXPECT_EQ(answer.field("X-Injected"), "");
}

TEST_F(Http, HeadIsAnsweredWithoutItsBody) {
  serve();
  Client one = client();
  const Answer head = one.ask("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.field("Content-Length"), std::to_string(std::string("HEAD /x [] ").size()));
  EXPECT_EQ(one.ask(get("/")).body, "GET / [] ") << "bytes of a body would be read here";
}

TEST_F(Http, StatusesWithoutContentHaveNone) {
  serve(options([](const Request& request, Response& response) {
    response.status = request.path == "/204" ? 204 : 304;
    response.body = "never sent";
  }));
  Client one = client();
  for (const auto* path : {"/204", "/304", "/204"}) {
    const Answer answer = one.ask(get(path));
    EXPECT_EQ(std::to_string(answer.status), std::string(path).substr(1));
    EXPECT_EQ(answer.field("Content-Length"), "");
    EXPECT_EQ(answer.field("Content-Type"), "");
  }
  EXPECT_TRUE(one.is_quiet());
}

TEST_F(Http, Http10ClosesUnlessAskedToStay) {
  serve();
  Client short_lived = client();
  const Answer closing = short_lived.ask("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(closing.status, 200);
  EXPECT_EQ(closing.field("Connection"), "close");
  EXPECT_TRUE(short_lived.is_closed());
  Client staying = client();
  const std::string request = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
  EXPECT_EQ(staying.ask(request).field("Connection"), "keep-alive");
  EXPECT_EQ(staying.ask(request).status, 200);
}

TEST_F(Http, ConnectionCloseIsHonoured) {
  serve();
  Client one = client();
  EXPECT_EQ(one.ask(get("/", "Connection: close\r\n")).field("Connection"), "close");
  EXPECT_TRUE(one.is_closed());
}

TEST_F(Http, AnAbsoluteTargetIsTakenApart) {
  serve();
  EXPECT_EQ(ask(get("http://here:80/a%20b?q=1")).body, "GET /a b [q=1] ");
  EXPECT_EQ(ask(get("HTTP://here")).body, "GET / [] ");
  EXPECT_EQ(ask(get("https://[::1]:8080?q")).body, "GET / [q] ");
}

TEST_F(Http, PathsAreDecodedAndQueriesAreNot) {
  serve();
  EXPECT_EQ(ask(get("/caf%C3%A9/%2e%2F+?a=%41")).body, "GET /caf\u00e9/./+ [a=%41] ");
  EXPECT_EQ(ask(get("/%25")).body, "GET /% [] ");
  for (const auto* bad : {"/%", "/%4", "/%zz", "/a%0d%0ab", "/%00", "/%7F", "/a#b", "a", "*", "ftp://a/b",
                          "http:///a", "http://user@host/a"}) {
    EXPECT_EQ(ask(get(bad)).status, 400) << bad;
  }
}

TEST_F(Http, PipelinedRequestsAreAnsweredInOrder) {
  serve();
  Client one = client();
  one.send(get("/1") + post("/2", "two") + get("/3"));
  EXPECT_EQ(one.receive().body, "GET /1 [] ");
  EXPECT_EQ(one.receive().body, "POST /2 [] two");
  EXPECT_EQ(one.receive().body, "GET /3 [] ");
  EXPECT_TRUE(one.is_quiet());
}

TEST_F(Http, PipelinedAnswersThatAreMoreThanAWriteKeepTheirOrder) {
  serve(options([](const Request& request, Response& response) {
    response.body = std::string(request.path) + std::string(20'000, '.');
  }));
  Client one = client();
  std::string requests;
  for (int i = 0; i < 500; ++i) requests += get(fmt::format("/{}", i));
  std::thread sender([&] { one.send(requests); });
  for (int i = 0; i < 500; ++i) {
    const Answer answer = one.receive();
    ASSERT_EQ(answer.body.size(), 20'000 + fmt::format("/{}", i).size()) << i;
    ASSERT_EQ(answer.body.substr(0, answer.body.find('.')), fmt::format("/{}", i));
  }
  sender.join();
}

TEST_F(Http, ARequestMayComeInAnyPieces) {
  serve();
  const std::string request = post("/pieces?x", "0123456789", "X-Field: value\r\n");
  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    Client one = client();
    one.send(request.substr(0, cut));
    if (cut % 8 == 0) usleep(500);
    one.send(request.substr(cut));
    ASSERT_EQ(one.receive().body, "POST /pieces [x] 0123456789") << cut;
  }
  Client slow = client();
  for (const char c : request) {
    slow.send({&c, 1});
    usleep(100);
  }
  EXPECT_EQ(slow.receive().body, "POST /pieces [x] 0123456789");
}

TEST_F(Http, EmptyLinesBeforeARequestAreIgnored) {
  serve();
  Client one = client();
  EXPECT_EQ(one.ask("\r\n\r\n" + get("/a")).body, "GET /a [] ");
  one.send("\r");
  usleep(1000);
  EXPECT_EQ(one.ask("\n" + get("/b")).body, "GET /b [] ");
}

TEST_F(Http, AHeaderThatOutgrowsTheFirstBufferKeepsItsFields) {
  serve(options([](const Request& request, Response& response) {
    response.body =
        fmt::format("{} {} {} {}", request.path, request.query, request.header("X-Last"), request.body);
  }));
  const std::string fields = "X-Long: " + std::string(10'000, 'l') + "\r\nX-Last: last\r\n";
  Client one = client();
  const std::string request = post("/path?query", std::string(20'000, 'b'), fields);
  for (std::size_t at = 0; at < request.size(); at += 3000) {
    one.send(request.substr(at, 3000));
    usleep(500);
  }
  EXPECT_EQ(one.receive().body, "/path query last " + std::string(20'000, 'b'));
  EXPECT_EQ(one.ask(get("/p?q", "X-Last: l\r\n")).body, "/p q l ");
}

TEST_F(Http, WhatAHandlerThrowsIsOneAnswerAndOneFault) {
  serve();
  Client one = client();
  const Answer answer = one.ask(get("/throw"));
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body, R"({"error":"internal error"})");
  EXPECT_EQ(faults_.texts(), std::vector<std::string>{"GET /throw: no such luck"});
  EXPECT_EQ(one.ask(get("/")).status, 200) << "the connection lives on";
  const std::string big = post("/throw", std::string(100'000, 'x'));
  EXPECT_EQ(one.ask(big).status, 500) << "in the pool too";
  EXPECT_EQ(faults_.texts().back(), "POST /throw: no such luck");
}

TEST_F(Http, AHandlerOfTheProductsOwnErrorIsOneToo) {
  serve(options(
      [](const Request&, Response&) { throw error(Code::corrupt, "model '{}' is damaged", "churn"); }));
  EXPECT_EQ(ask(get("/x")).status, 500);
  EXPECT_EQ(faults_.texts(), std::vector<std::string>{"GET /x: model 'churn' is damaged"});
}

TEST_F(Http, EachThreadHasItsHandler) {
  std::mutex mutex;
  std::set<int> used;
  int made = 0;
  ServerOptions how = options();
  how.threads = 3;
  how.make_handler = [&] {
    const int mine = made++;
    return [&, mine, owner = std::optional<std::thread::id>()](const Request&, Response&) mutable {
      if (!owner) owner = std::this_thread::get_id();
      if (*owner != std::this_thread::get_id()) throw std::runtime_error("another thread");
      const std::lock_guard lock(mutex);
      used.insert(mine);
    };
  };
  serve(how);
  EXPECT_EQ(made, 6) << "three loops, three threads for big requests";
  std::vector<Client> clients;
  for (int i = 0; i < 6; ++i) clients.push_back(client());
  for (int round = 0; round < 3; ++round) {
    for (Client& each : clients) EXPECT_EQ(each.ask(get("/")).status, 200);
  }
  EXPECT_EQ(used.size(), 3u) << "connections are spread over the loops";
  EXPECT_EQ(faults_.texts(), std::vector<std::string>());
}

TEST_F(Http, TrafficIsCounted) {
  serve();
  {
    Client one = client();
    one.ask(get("/"));
    EXPECT_EQ(server_->traffic().open, 1u);
  }
  EXPECT_TRUE(comes_true([&] { return server_->traffic().open == 0; }));
  ask("nonsense\r\n\r\n");
  const Traffic traffic = server_->traffic();
  EXPECT_EQ(traffic.accepted, 2u);
  EXPECT_EQ(traffic.malformed, 1u);
  EXPECT_EQ(traffic.refused + traffic.too_large + traffic.too_slow + traffic.overloaded, 0u);
}

}  // namespace
}  // namespace mlops::http
