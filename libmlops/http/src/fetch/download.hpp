#pragma once
/// From requests that may fail, be cut or lead elsewhere to a whole file.

#include <mlops/http/download.hpp>

#include "src/fetch/partial.hpp"
#include "src/fetch/transfer.hpp"

namespace mlops::http {

class Session {
 public:
  Session(const Download& request, Progress& progress, const Cancel* cancel)
      : request_(request),
        cancel_(cancel),
        partial_(request.file),
        transfer_(request, progress, cancel, partial_) {}

  Downloaded run();

 private:
  Reply follow();
  std::string next_url(const Reply& reply, const std::string& url) const;
  Downloaded done(const Reply& reply) const;
  bool again(const Reply& reply, std::uint64_t before);
  void pause(const Reply& reply) const;

  const Download& request_;
  const Cancel* cancel_;
  Partial partial_;
  Transfer transfer_;
  std::string url_;  // of the last request
  unsigned requests_ = 0;
  unsigned fruitless_ = 0;  // attempts in a row that brought next to nothing
};

}  // namespace mlops::http
