// Clients that are slow, or silent, and those who must not suffer from them.
#include "http_client.hpp"

#include <fstream>
#include <thread>

namespace mlops::http {
namespace {

class HttpTime : public Http {
 protected:
  ServerOptions hasty(Handler handler = echo) {
    ServerOptions how = options(std::move(handler));
    how.limits.request_time = 1s;
    how.limits.idle_time = 1s;
    how.limits.write_time = 1s;
    return how;
  }
};

/// Sends a byte every 50 ms until an answer comes.
Answer drip(Client& one, std::string_view begin) {
  one.send(begin);
  const auto until = std::chrono::steady_clock::now() + patience;
  while (one.is_quiet() && std::chrono::steady_clock::now() < until) {
    one.send("a");
    usleep(50'000);
  }
  return one.receive();
}

TEST_F(HttpTime, AHeaderThatDripsIsCutOff) {
  serve(hasty());
  Client one = client();
  const Answer answer = drip(one, "GET / HTTP/1.1\r\nX-A: ");
  EXPECT_EQ(answer.status, 408);
  EXPECT_EQ(answer.field("Connection"), "close");
  EXPECT_EQ(answer.body, R"({"error":"the request took longer than 1 s"})");
  EXPECT_TRUE(one.is_closed());
  EXPECT_EQ(server_->traffic().too_slow, 1u);
  EXPECT_TRUE(comes_true([&] { return server_->traffic().open == 0; })) << "even when the client stays";
}

TEST_F(HttpTime, ABodyThatDripsIsCutOff) {
  serve(hasty());
  std::vector<std::thread> threads;
  for (const auto* fields :
       {"Content-Length: 20000", "Content-Length: 1000000", "Transfer-Encoding: chunked"}) {
    threads.emplace_back([this, fields] {
      Client one = client();
      const char* const chunk = fields[0] == 'T' ? "ffff\r\n" : "";
      EXPECT_EQ(drip(one, fmt::format("POST / HTTP/1.1\r\nHost: a\r\n{}\r\n\r\n{}", fields, chunk)).status,
                408)
          << fields;
      EXPECT_TRUE(one.is_closed());
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(server_->traffic().too_slow, 3u);
}

TEST_F(HttpTime, ASilentConnectionIsClosedWithoutAWord) {
  serve(hasty());
  Client never = client();
  Client once = client();
  once.ask(get("/"));
  EXPECT_TRUE(never.is_closed());
  EXPECT_TRUE(once.is_closed());
  EXPECT_EQ(server_->traffic().too_slow, 0u);
}

TEST_F(HttpTime, NoLimitIsEarlyAndASlowHandlerIsNobodysFault) {
  ServerOptions how = hasty([](const Request& request, Response&) {
    if (request.path == "/slow") std::this_thread::sleep_for(2500ms);
  });
  serve(how);
  Client one = client();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(one.ask(post("/slow", std::string(100'000, 'x'))).status, 200);
  one.send("GET / HT");
  EXPECT_EQ(one.receive().status, 408);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 3500ms);
}

TEST_F(HttpTime, AClientThatDoesNotTakeItsAnswerIsCut) {
  ServerOptions how =
      hasty([](const Request&, Response& response) { response.body.assign(16'000'000, 'x'); });
  how.threads = 1;
  how.limits.write_time = 0s;  // 61 s for an answer of this size
  serve(how);
  Client greedy(server_->port(), 4096);
  greedy.send(get("/"));
  usleep(100'000);
  EXPECT_EQ(server_->traffic().too_slow, 0u) << "a large answer has longer";
  server_.reset();
  how.make_handler = [] {
    return [](const Request&, Response& response) { response.body.assign(1'000'000, 'x'); };
  };
  how.limits.write_time = 1s;
  serve(how);
  Client lazy(server_->port(), 4096);
  for (int i = 0; i < 10; ++i) lazy.send(get("/"));
  Client other = client();
  EXPECT_EQ(other.ask(get("/")).body.size(), 1'000'000u) << "the others are answered meanwhile";
  EXPECT_TRUE(comes_true([&] { return server_->traffic().too_slow == 1; }, 60s));
  EXPECT_TRUE(comes_true([&] { return server_->traffic().open <= 1; }));
}

TEST_F(HttpTime, SilenceCostsNoProcessor) {
  serve();
  std::vector<Client> silent;
  for (int i = 0; i < 200; ++i) silent.push_back(client());
  Client late = client();
  late.send("GET / HTTP");
  const auto cpu = [] {
    timespec now = {};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
  };
  const double before = cpu();
  std::this_thread::sleep_for(1s);
  EXPECT_LT(cpu() - before, 0.2);
}

}  // namespace
}  // namespace mlops::http
