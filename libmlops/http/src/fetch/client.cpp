#include "src/fetch/client.hpp"

#include <mlops/base/error.hpp>

#include <cstdio>

#include "src/fetch/fault.hpp"

namespace mlops::http {
namespace {

constexpr std::size_t longest_body = std::size_t{16} << 20;

bool has_body(const Call& call) { return call.method == "PUT" || call.method == "POST"; }

}  // namespace

Answer WireClient::perform(const Call& call) {
  require_fetchable(call.url);
  Payload payload(call);
  call_ = &call;
  payload_ = &payload;
  reply_ = Reply();
  answer_ = Answer();
  began_ = false;
  fault_ = nullptr;
  set_up(call);
  wire_.perform(reply_, fields(call), nullptr);
  if (fault_) std::rethrow_exception(fault_);
  if (reply_.code != CURLE_OK) throw fault_of(reply_, call.url, network_);
  begin_body();  // An empty body has no first bytes.
  return std::move(answer_);
}

void WireClient::set_up(const Call& call) {
  wire_.begin(call.url, {limits_.connect_time, limits_.stall_time, limits_.stall_bytes});
  wire_.set(CURLOPT_PATH_AS_IS, 1L);
  wire_.set(CURLOPT_HEADERFUNCTION, hear_header);
  wire_.set(CURLOPT_HEADERDATA, this);
  wire_.set(CURLOPT_WRITEFUNCTION, hear_body);
  wire_.set(CURLOPT_WRITEDATA, this);
  if (call.method == "HEAD") wire_.set(CURLOPT_NOBODY, 1L);
  if (has_body(call)) {
    wire_.set(CURLOPT_UPLOAD, 1L);
    wire_.set(CURLOPT_READFUNCTION, give);
    wire_.set(CURLOPT_READDATA, this);
    wire_.set(CURLOPT_SEEKFUNCTION, seek);
    wire_.set(CURLOPT_SEEKDATA, this);
    wire_.set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(payload_->size()));
    wire_.set(CURLOPT_UPLOAD_BUFFERSIZE, 1L << 18);
  }
  wire_.set(CURLOPT_CUSTOMREQUEST, call.method.c_str());
  wire_.set(CURLOPT_BUFFERSIZE, 1L << 18);
}

FieldLines WireClient::fields(const Call& call) const {
  FieldLines lines;
  lines.add("Accept-Encoding: identity");
  lines.add("Expect:");  // None: servers answer it late or never.
  for (const auto& [name, value] : call.fields) lines.add(fmt::format("{}: {}", name, value));
  return lines;
}

std::size_t WireClient::hear_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& client = *static_cast<WireClient*>(self);
  try {
    add_field(client.reply_, {data, size * count});
    return size * count;
  } catch (...) {
    client.fault_ = std::current_exception();
    return 0;
  }
}

std::size_t WireClient::hear_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& client = *static_cast<WireClient*>(self);
  try {
    client.begin_body();
    client.add_body({data, size * count});
    return size * count;
  } catch (...) {
    client.fault_ = std::current_exception();
    return CURL_WRITEFUNC_ERROR;
  }
}

std::size_t WireClient::give(char* to, std::size_t size, std::size_t count, void* self) {
  auto& client = *static_cast<WireClient*>(self);
  try {
    const std::size_t given = client.payload_->read(to, size * count);
    if (client.call_->sent && given > 0) client.call_->sent(given);
    return given;
  } catch (...) {
    client.fault_ = std::current_exception();
    return CURL_READFUNC_ABORT;
  }
}

int WireClient::seek(void* self, curl_off_t offset, int origin) {
  if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_CANTSEEK;
  static_cast<WireClient*>(self)->payload_->seek(static_cast<std::uint64_t>(offset));
  return CURL_SEEKFUNC_OK;
}

void WireClient::begin_body() {
  if (began_) return;
  began_ = true;
  answer_.status = static_cast<int>(wire_.status());
  answer_.fields = reply_.fields;
  if (brings() && call_->begun) call_->begun(answer_);
}

void WireClient::add_body(std::string_view bytes) {
  if (brings() && call_->take) {
    call_->take(bytes);
    return;
  }
  if (answer_.body.size() + bytes.size() > longest_body)
    throw error(Code::failed, "the answer of '{}' does not end after 16 MiB", shown(call_->url));
  answer_.body.append(bytes);
}

}  // namespace mlops::http
