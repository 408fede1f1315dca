// Big requests, and too many of them.
#include "http_gate.hpp"

#include <fcntl.h>
#include <sys/resource.h>

#include <atomic>
#include <fstream>
#include <thread>

namespace mlops::http {
namespace {

using HttpLoad = HttpGated;

/// Of address space: sanitizers keep shadows of what was resident once.
long mapped_kilobytes() {
  std::ifstream in("/proc/self/statm");
  long pages = 0;
  in >> pages;
  return pages * 4;
}

TEST_F(HttpLoad, ABigRequestHoldsUpNobody) {
  ServerOptions how = gated();
  how.threads = 1;
  serve(how);
  Client slow = client();
  slow.send(post("/wait", big_));
  ASSERT_TRUE(holds(1));
  EXPECT_EQ(ask(get("/quick")).body, "/quick 0") << "the only loop is free";
  gate_.open();
  EXPECT_EQ(slow.receive().body, "/wait 100000");
}

TEST_F(HttpLoad, ASmallRequestThatWaitsHoldsUpNobody) {
  ServerOptions how = gated();
  how.threads = 1;
  how.waits = [](const Request& request) { return request.path == "/wait"; };
  serve(how);
  Client slow = client();
  slow.send(post("/wait", "small") + get("/behind"));
  ASSERT_TRUE(holds(1));
  EXPECT_EQ(ask(get("/quick")).body, "/quick 0") << "the only loop is free";
  gate_.open();
  EXPECT_EQ(slow.receive().body, "/wait 5");
  EXPECT_EQ(slow.receive().body, "/behind 0");
}

TEST_F(HttpLoad, PipelinedAnswersKeepTheirOrderThroughThePool) {
  serve(gated());
  Client one = client();
  one.send(get("/1") + post("/wait", big_) + get("/3") + post("/4", big_) + post("/5", "small"));
  EXPECT_EQ(one.receive().body, "/1 0") << "it does not wait for those behind it";
  ASSERT_TRUE(holds(1));
  EXPECT_TRUE(one.is_quiet());
  gate_.open();
  EXPECT_EQ(one.receive().body, "/wait 100000");
  EXPECT_EQ(one.receive().body, "/3 0");
  EXPECT_EQ(one.receive().body, "/4 100000");
  EXPECT_EQ(one.receive().body, "/5 5");
}

TEST_F(HttpLoad, MoreBigRequestsThanMayWaitAreToldToComeBack) {
  ServerOptions how = gated();
  how.limits.queued_requests = 1;
  serve(how);
  std::vector<Client> held;
  for (int i = 0; i < 2; ++i) {
    held.push_back(client());
    held.back().send(post("/wait", big_));
    ASSERT_TRUE(holds(i + 1)) << "each thread of the pool has one";
  }
  Client queued = client();
  queued.send(post("/queued", big_));
  Client over = client();
  // The queue may not have it yet: then this one takes its place.
  Answer refusal = {};
  ASSERT_TRUE(comes_true([&] {
    Client another = client();
    another.send(post("/over", big_));
    refusal = another.receive("POST", 200ms);
    return refusal.status == 503;
  }));
  EXPECT_EQ(refusal.field("Retry-After"), "1");
  EXPECT_EQ(refusal.field("Connection"), "close");
  EXPECT_EQ(refusal.body, R"({"error":"too many requests wait"})");
  EXPECT_GE(server_->traffic().overloaded, 1u);
  EXPECT_EQ(ask(get("/small")).status, 200) << "small ones are answered";
  gate_.open();
  for (Client& each : held) EXPECT_EQ(each.receive().body, "/wait 100000");
  EXPECT_EQ(ask(post("/again", big_)).status, 200);
}

TEST_F(HttpLoad, AllBigBodiesTogetherHaveALimit) {
  ServerOptions how = gated();
  how.limits.buffered_bytes = 250'000;
  serve(how);
  Client first = client();
  Client second = client();
  first.send(post("/wait", big_));
  second.send(post("/wait", big_));
  ASSERT_TRUE(holds(2));
  Client third = client();
  third.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 100000\r\n\r\n");
  const Answer refusal = third.receive();
  EXPECT_EQ(refusal.status, 503) << "and not 100";
  EXPECT_EQ(refusal.field("Retry-After"), "1");
  EXPECT_TRUE(third.is_closed());
  Client chunked = client();
  std::thread sender([&] {
    chunked.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 20; ++i) chunked.send("2710\r\n" + std::string(10'000, 'c') + "\r\n");
  });
  EXPECT_EQ(chunked.receive().status, 503) << "as it grows";
  sender.join();
  EXPECT_EQ(ask(post("/", std::string(30'000, 's'))).status, 200) << "small ones are not counted";
  EXPECT_EQ(server_->traffic().overloaded, 2u);
  gate_.open();
  EXPECT_EQ(first.receive().status, 200);
  EXPECT_EQ(second.receive().status, 200);
  EXPECT_TRUE(comes_true([&] { return ask(post("/", std::string(200'000, 'x'))).status == 200; }))
      << "given back";
}

TEST_F(HttpLoad, WhatIsGivenUpGivesItsShareBack) {
  ServerOptions how = gated();
  how.limits.buffered_bytes = 150'000;
  serve(how);
  {
    Client gone = client();
    gone.send(post("/", big_).substr(0, 50'000));
    ASSERT_TRUE(comes_true([&] { return ask(post("/", big_)).status == 503; }));
  }
  EXPECT_TRUE(comes_true([&] { return ask(post("/", big_)).status == 200; }));
}

TEST_F(HttpLoad, TheMemoryOfABigBodyIsGivenBack) {
  ServerOptions how = options([](const Request& request, Response& response) {
    response.body = fmt::format("{}", request.body.size());
  });
  how.threads = 1;
  serve(how);
  Client one = client();
  one.ask(post("/", big_));
  const std::string body(48'000'000, 'x');
  const std::string request = post("/", body);
  const std::string chunked =
      fmt::format("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n",
                  body.size(), body);
  const long before = mapped_kilobytes();
  EXPECT_EQ(one.ask(request).body, "48000000");
  EXPECT_EQ(one.ask(chunked).body, "48000000");
  EXPECT_LT(mapped_kilobytes() - before, 10'000) << "the connection is open";
  EXPECT_EQ(one.ask(get("/")).status, 200);
}

TEST_F(HttpLoad, ConnectionsBeyondTheLimitAreToldSoAndClosed) {
  ServerOptions how = gated();
  how.limits.connections = 3;
  serve(how);
  std::vector<Client> inside;
  for (int i = 0; i < 3; ++i) {
    inside.push_back(client());
    EXPECT_EQ(inside.back().ask(get("/")).status, 200);
  }
  for (int i = 0; i < 10; ++i) {
    Client outside = client();
    outside.send(get("/"));
    const Answer answer = outside.receive();
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.field("Retry-After"), "1");
    EXPECT_TRUE(outside.is_closed());
  }
  Traffic traffic = server_->traffic();
  EXPECT_EQ(traffic.open, 3u);
  EXPECT_EQ(traffic.accepted, 3u);
  EXPECT_EQ(traffic.refused, 10u);
  inside.pop_back();
  EXPECT_TRUE(comes_true([&] { return server_->traffic().open == 2; }));
  EXPECT_EQ(ask(get("/")).status, 200) << "a place is free again";
}

TEST_F(HttpLoad, WithoutDescriptorsConnectionsWaitAndAreAnsweredLater) {
  serve();
  const std::size_t many = 20;
  const std::size_t room = 31;  // odd: whoever comes first, one connection cannot be taken
  std::vector<Client> clients;
  rlimit before = {};
  getrlimit(RLIMIT_NOFILE, &before);
  Client probe = client();
  probe.ask(get("/"));
  rlimit tight = before;
  tight.rlim_cur = 0;
  for (std::size_t free = 0; free < room; ++tight.rlim_cur)  // numbers in use have gaps
    free += fcntl(static_cast<int>(tight.rlim_cur), F_GETFD) == -1 ? 1 : 0;
  const auto fill = [&] {
    setrlimit(RLIMIT_NOFILE, &tight);
    while (clients.size() < many) {
      Client next = client();
      if (!next.connected()) break;
      clients.push_back(std::move(next));
    }
    return comes_true([&] { return !faults_.texts().empty(); });
  };
  bool told = fill();
  for (int more = 0; more < 4 && !told; ++more, told = fill()) ++tight.rlim_cur;  // somebody held another one
  if (!told) {
    setrlimit(RLIMIT_NOFILE, &before);  // the report of a failure opens files
    FAIL() << "the server found a descriptor for every connection";
  }
  std::this_thread::sleep_for(350ms);  // some further tries
  ASSERT_EQ(faults_.texts().size(), 1u) << "told once";
  EXPECT_EQ(faults_.texts()[0], "cannot accept connections for a while: Too many open files");
  EXPECT_EQ(probe.ask(get("/")).status, 200) << "who is inside is answered";
  setrlimit(RLIMIT_NOFILE, &before);
  for (Client& each : clients) EXPECT_EQ(each.ask(get("/")).status, 200);
}

}  // namespace
}  // namespace mlops::http
