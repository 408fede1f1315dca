#include "src/s3/ranged.hpp"

#include <algorithm>
#include <charconv>

namespace mlops::remote::s3 {

void Ranged::run() {
  while (left_ > 0) {
    const std::uint64_t before = left_;
    const Told told = service_.send({
        .key = key_,
        .fields = {{"range", field()}},
        .begun = [this](const http::Answer& head) { begin(head); },
        .take = [this](std::string_view bytes) { add(bytes); },
        .again = [this](Ask& ask) { ask.fields["range"] = field(); },
    });
    if (told.status() == 416) end_too_early();
    if (!told.good()) throw service_.refusal(told, key_);
    if (left_ == before) end_too_early();
  }
}

std::string Ranged::field() const { return fmt::format("bytes={}-{}", at_, at_ + left_ - 1); }

/// Which bytes come, and of which state: what does not fit is not given to anybody.
void Ranged::begin(const http::Answer& head) {
  const std::string etag = bare_etag(head.field("etag"));
  if (etag_.empty()) etag_ = etag;
  if (etag != etag_) {
    throw error(Code::conflict, "'{}' was replaced while it was read", service_.place_of(key_))
        .with_id("remote.replaced");
  }
  std::uint64_t first = 0;
  if (head.status == 206) {
    std::string_view range = head.field("content-range");  // "bytes 100-199/200"
    if (range.starts_with("bytes ")) range.remove_prefix(6);
    const auto read = std::from_chars(range.data(), range.data() + range.size(), first);
    if (read.ec != std::errc() || first > at_) {
      throw error(Code::failed, "the server answers with other bytes of '{}' than were asked for",
                  service_.place_of(key_))
          .with_id("remote.failed");
    }
  }
  passed_over_ = at_ - first;
}

void Ranged::add(std::string_view bytes) {
  const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(passed_over_, bytes.size()));
  passed_over_ -= skipped;
  bytes.remove_prefix(skipped);
  bytes = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
  if (bytes.empty()) return;
  at_ += bytes.size();
  left_ -= bytes.size();
  take_(bytes);
}

void Ranged::end_too_early() const {
  throw error(Code::corrupt, "'{}' ends {} bytes too early", service_.place_of(key_), left_)
      .with_id("remote.corrupt");
}

}  // namespace mlops::remote::s3
