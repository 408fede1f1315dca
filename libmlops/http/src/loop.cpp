#include "src/loop.hpp"

#include "src/descriptor.hpp"

#include <boost/asio/post.hpp>

#include <pthread.h>

#include <chrono>

namespace mlops::http {
namespace asio = boost::asio;

Loop::Loop(Shared& shared, Pool& pool, Handler handler)
    : shared_(shared),
      pool_(pool),
      handler_(std::move(handler)),
      scratch_(std::make_unique_for_overwrite<char[]>(scratch_bytes)) {}

Loop::~Loop() {
  stop();
  list_.clear_and_dispose([](Connection* connection) { delete connection; });
}

void Loop::start() {
  tick();
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "http");
}

void Loop::stop() {
  context_.stop();
  if (thread_.joinable()) thread_.join();
}

void Loop::run() {
  while (!context_.stopped()) {
    try {
      context_.run();
    } catch (const std::exception& fault) {
      shared_.fault(fault.what());
    }
  }
}

void Loop::tick() {
  using namespace std::chrono;
  now_ = duration_cast<seconds>(steady_clock::now().time_since_epoch()).count();
  date_.update(duration_cast<seconds>(system_clock::now().time_since_epoch()).count());
  for (Connection& connection : list_) connection.sweep();
  timer_.expires_after(seconds(1));
  timer_.async_wait([this](const boost::system::error_code& code) {
    if (!code) tick();
  });
}

void Loop::adopt(int descriptor, asio::ip::tcp protocol, Connection::Welcome how) {
  connections_.fetch_add(1, std::memory_order_relaxed);
  asio::post(context_, [this, held = Descriptor(descriptor), protocol, how]() mutable {
    welcome(held.release(), protocol, how);
  });
}

void Loop::welcome(int descriptor, asio::ip::tcp protocol, Connection::Welcome how) {
  asio::ip::tcp::socket socket(context_);
  boost::system::error_code code;
  socket.assign(protocol, descriptor, code);
  if (code) {
    ::close(descriptor);
    return departed(how);
  }
  socket.set_option(asio::ip::tcp::no_delay(true), code);
  auto* const connection = new Connection(*this, std::move(socket), how);
  list_.push_back(*connection);
  connection->start();
}

void Loop::leave_idle() {
  asio::post(context_, [this] {
    for (Connection& connection : list_) connection.leave_if_idle();
  });
}

void Loop::remove(Connection& connection) {
  const auto how = connection.how_welcomed();
  list_.erase_and_dispose(list_.iterator_to(connection), [](Connection* gone) { delete gone; });
  departed(how);
}

void Loop::departed(Connection::Welcome how) {
  connections_.fetch_sub(1, std::memory_order_relaxed);
  if (how == Connection::Welcome::served) shared_.open.remove();
  if (how == Connection::Welcome::turned_away) --shared_.turned_away;
}

}  // namespace mlops::http
