#pragma once
/// The Client of libcurl.

#include <mlops/http/client.hpp>

#include <exception>

#include "src/fetch/payload.hpp"
#include "src/fetch/wire.hpp"

namespace mlops::http {

class WireClient final : public Client {
 public:
  WireClient(const Network& network, const ClientLimits& limits, const Cancel* cancel)
      : network_(network), limits_(limits), wire_(network_, cancel) {}

  Answer perform(const Call& call) override;

 private:
  static std::size_t hear_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t hear_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t give(char* to, std::size_t size, std::size_t count, void* self);
  static int seek(void* self, curl_off_t offset, int origin);

  void set_up(const Call& call);
  FieldLines fields(const Call& call) const;
  void begin_body();
  void add_body(std::string_view bytes);
  bool brings() const { return answer_.status == 200 || answer_.status == 206; }

  const Network network_;
  const ClientLimits limits_;
  Wire wire_;
  // Of the call that goes on:
  const Call* call_ = nullptr;
  Payload* payload_ = nullptr;
  Reply reply_;
  Answer answer_;
  bool began_ = false;
  std::exception_ptr fault_;  // of a callback, which libcurl must not see
};

}  // namespace mlops::http
