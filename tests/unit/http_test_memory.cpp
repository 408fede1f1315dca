// Memory on the way of a request.
#include "http_client.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

thread_local long allocations = 0;

void* allocate(std::size_t bytes) {
  ++allocations;
  if (void* const memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  throw std::bad_alloc();
}

}  // namespace

// Those of the whole test program and of the engine.
void* operator new(std::size_t bytes) { return allocate(bytes); }
void* operator new[](std::size_t bytes) { return allocate(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace mlops::http {
namespace {

using HttpMemory = Http;

TEST_F(HttpMemory, NothingIsAllocatedForARequestOnceItIsWarm) {
  ServerOptions how = options();
  how.threads = 1;
  std::atomic<long> before = 0;
  std::atomic<long> since = 0;
  how.make_handler = [&] {
    return [&](const Request& request, Response& response) {
      if (request.path == "/first") before = allocations;
      since = allocations - before;
      response.body = request.body;
      response.status = request.path == "/bad" ? 422 : 200;
    };
  };
  serve(how);
  Client one = client();
  const std::string body(2000, 'x');
  for (const auto* path : {"/warm", "/bad", "/first", "/second", "/bad", "/third?q=1"}) {
    EXPECT_EQ(one.ask(post(path, body, "Content-Type: application/json\r\nUser-Agent: test\r\n")).body, body);
  }
  for (int i = 0; i < 100; ++i) one.ask(get("/more"));
  EXPECT_EQ(since, 0);
}

}  // namespace
}  // namespace mlops::http
