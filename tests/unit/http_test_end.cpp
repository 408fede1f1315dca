// The end of a server: nothing is lost when it drains, and nothing waits when it stops.
#include "http_gate.hpp"

#include <atomic>
#include <thread>
#include <utility>

namespace mlops::http {
namespace {

using HttpEnd = HttpGated;

TEST_F(HttpEnd, ADrainWithoutConnectionsIsQuick) {
  serve();
  ask(get("/"));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(server_->drain(10s));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  EXPECT_FALSE(client().connected()) << "nobody listens any more";
}

TEST_F(HttpEnd, ADrainClosesIdleConnectionsAndAnswersTheOthers) {
  serve(gated());
  Client idle = client();
  idle.ask(get("/"));
  Client never = client();
  Client header = client();
  header.send("GET /half HTT");
  Client busy = client();
  busy.send(post("/wait", big_));
  Client half = client();
  half.send("POST /half HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nha");
  ASSERT_TRUE(holds(1));
  std::atomic<bool> drained = false;
  std::thread drain([&] { drained = server_->drain(20s); });
  EXPECT_TRUE(idle.is_closed());
  EXPECT_TRUE(never.is_closed());
  EXPECT_TRUE(header.is_closed()) << "it has asked nothing yet";
  EXPECT_FALSE(drained);
  half.send("lf");
  const Answer late = half.receive();
  EXPECT_EQ(late.body, "/half 4");
  EXPECT_EQ(late.field("Connection"), "close");
  half.close();
  gate_.open();
  const Answer last = busy.receive();
  EXPECT_EQ(last.body, "/wait 100000");
  EXPECT_EQ(last.field("Connection"), "close");
  busy.close();
  drain.join();
  EXPECT_TRUE(drained);
}

TEST_F(HttpEnd, ADrainGivesUpWhenPatienceEnds) {
  serve(gated());
  Client busy = client();
  busy.send(post("/wait", big_));
  ASSERT_TRUE(holds(1));
  EXPECT_FALSE(server_->drain(300ms));
  gate_.open();
}

/// Clients that ask again and again on connections they keep, and open a new one when they are told to close.
struct Crowd {
  std::atomic<int> answered = 0;
  std::atomic<int> served = 0;  ///< Clients that have had an answer.
  std::atomic<int> lost = 0;    ///< Sent on an open connection, and no answer.
  std::atomic<int> told = 0;    ///< To close.
  std::atomic<int> turned = 0;  ///< Could not connect: the server has gone.

  void one_client(std::uint16_t port) {
    for (bool fresh = true;;) {
      Client client(port);
      if (!client.connected()) {
        ++turned;
        return;
      }
      for (bool open = true; open;) {
        client.send(post("/p", "0123456789"));
        const Answer answer = client.receive();
        if (answer.status != 200) {
          ++lost;
          return;
        }
        ++answered;
        if (std::exchange(fresh, false)) ++served;
        if (answer.field("Connection") == "close") {
          ++told;
          open = false;
        }
      }
    }
  }
};

TEST_F(HttpEnd, ADrainUnderLoadLosesNothing) {
  for (int round = 0; round < 3; ++round) {
    serve();
    Crowd crowd;
    std::vector<std::thread> threads;
    for (int i = 0; i < 48; ++i)
      threads.emplace_back([&, port = server_->port()] { crowd.one_client(port); });
    ASSERT_TRUE(comes_true([&] { return crowd.answered > 2000 && crowd.served == 48; }));
    EXPECT_TRUE(server_->drain(20s));
    for (std::thread& each : threads) each.join();
    EXPECT_EQ(crowd.lost, 0);
    EXPECT_EQ(crowd.turned, 48) << "all went because nobody listens, none because it was cut";
    EXPECT_GE(crowd.told, 48);
    server_.reset();
  }
}

TEST_F(HttpEnd, WhoWaitsInTheBacklogIsAnsweredBeforeTheEnd) {
  ServerOptions how = gated();
  how.threads = 1;
  how.limits.inline_body_bytes = 1'000'000;  // so that "/wait" blocks the loop that accepts
  serve(how);
  Client blocking = client();
  blocking.send(post("/wait", "now"));
  ASSERT_TRUE(holds(1));
  std::vector<Client> waiting;
  for (int i = 0; i < 20; ++i) {
    waiting.push_back(client());
    waiting.back().send(get("/backlog"));
  }
  std::atomic<bool> drained = false;
  std::thread drain([&] { drained = server_->drain(20s); });
  gate_.open();
  for (Client& each : waiting) {
    const Answer answer = each.receive();
    EXPECT_EQ(answer.body, "/backlog 0");
    EXPECT_TRUE(each.is_closed());
    each.close();
  }
  EXPECT_EQ(blocking.receive().status, 200);
  blocking.close();
  drain.join();
  EXPECT_TRUE(drained);
}

TEST_F(HttpEnd, PipelinedRequestsAreAllAnsweredInADrain) {
  serve(gated());
  Client one = client();
  one.send(post("/wait", big_) + get("/2") + get("/3"));
  ASSERT_TRUE(holds(1));
  Client idle = client();
  std::thread drain([&] { server_->drain(20s); });
  EXPECT_TRUE(idle.is_closed()) << "the drain has begun";
  gate_.open();
  const Answer first = one.receive();
  EXPECT_EQ(first.body, "/wait 100000");
  EXPECT_EQ(first.field("Connection"), "");
  EXPECT_EQ(one.receive().body, "/2 0");
  const Answer last = one.receive();
  EXPECT_EQ(last.body, "/3 0");
  EXPECT_EQ(last.field("Connection"), "close");
  EXPECT_TRUE(one.is_closed());
  one.close();
  drain.join();
}

TEST_F(HttpEnd, TheServerStopsAtOnceWithRequestsInFlight) {
  for (int round = 0; round < 10; ++round) {
    serve(options([](const Request& request, Response& response) {
      if (request.path == "/slow") std::this_thread::sleep_for(20ms);
      response.body.assign(100'000, 'x');
    }));
    std::atomic<bool> stop = false;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, port = server_->port(), i] {
        while (!stop) {
          Client one(port);
          if (!one.connected()) return;
          one.send(i % 2 == 0 ? post("/slow", big_) + post("/slow", big_) : get("/") + "POST / HT");
          one.receive("GET", 100ms);
        }
      });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10 + 7 * round));
    const auto begin = std::chrono::steady_clock::now();
    server_.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
    stop = true;
    for (std::thread& each : threads) each.join();
  }
}

}  // namespace
}  // namespace mlops::http
