#pragma once
/// The server of the engine: its loops, its pool and its listener, in the order in which they may stop.

#include "src/address.hpp"
#include "src/listener.hpp"

#include <memory>
#include <mutex>
#include <vector>

namespace mlops::http {

class AsioServer final : public Server {
 public:
  explicit AsioServer(const ServerOptions& options);
  ~AsioServer() override;

  std::uint16_t port() const override { return endpoint_.port(); }
  std::string url() const override { return url_of(host_, endpoint_); }
  Traffic traffic() const override;
  bool drain(std::chrono::milliseconds patience) override;

 private:
  const std::string host_;
  Shared shared_;
  std::unique_ptr<Pool> pool_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::unique_ptr<Listener> listener_;
  boost::asio::ip::tcp::endpoint endpoint_;
};

}  // namespace mlops::http
