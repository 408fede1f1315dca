#include "src/s3/space.hpp"

#include <mlops/crypto/random.hpp>

#include <algorithm>

#include "src/s3/ranged.hpp"
#include "src/s3/upload.hpp"

namespace mlops::remote::s3 {
namespace {

constexpr int precondition_failed = 412;

/// What the server did with the second of two that both wanted to make one item.
Error no_compare_and_swap(const Told& told, const std::string& place) {
  const std::string did =
      told.good() ? "it ignores `If-None-Match: *` and replaces what is there"
                  : fmt::format("it answers {} {} to `If-None-Match: *`", told.status(), told.fault.code);
  return error(Code::failed, "at '{}' nobody can tell who came first: {}", place, did)
      .with_id("remote.no_compare_and_swap")
      .with_hint(
          "take a bucket without versioning, or, where nobody else writes, set `one_writer: true` for the "
          "remote");
}

}  // namespace

std::string BucketSpace::name() const {
  std::string out = service_.place_of(service_.prefix());
  if (out.ends_with('/')) out.pop_back();
  return out;
}

Page BucketSpace::page(const std::string& prefix, const std::string& after, const std::string& token) {
  Ask ask{.query = {{"list-type", "2"}, {"encoding-type", "url"}, {"prefix", whole(prefix)}}};
  if (!token.empty()) ask.query.emplace_back("continuation-token", token);
  else if (!after.empty()) ask.query.emplace_back("start-after", whole(after));
  return read_page(service_.need(ask).answer.body);
}

void BucketSpace::list(const std::string& prefix, const std::string& after,
                       const std::function<void(const Item& item)>& visit) {
  std::string last = after;
  for (std::string token;;) {
    const Page found = page(prefix, last, token);
    for (const Listed& item : found.items) {
      const std::string key = item.key.substr(std::min(service_.prefix().size(), item.key.size()));
      if (key.empty()) continue;  // what some programs take for a folder
      if (whole(key) != item.key || !key.starts_with(prefix) || key <= last) {
        throw error(Code::failed, "the server lists '{}' where it does not belong", item.key)
            .with_id("remote.failed");
      }
      last = key;
      visit({.key = key, .size = item.size});
    }
    if (!found.more) return;
    if (found.next == token && found.items.empty())
      throw error(Code::failed, "the list of '{}' does not end", name()).with_id("remote.failed");
    token = found.next;
  }
}

std::optional<std::string> BucketSpace::find(const std::string& key) {
  std::string bytes;
  const Told told = service_.send({
      .key = whole(key),
      .take = [&](std::string_view piece) { bytes.append(piece); },
      .again = [&](Ask&) { bytes.clear(); },
  });
  if (told.good()) return bytes;
  if (told.status() == 404 && told.fault.code != "NoSuchBucket") return std::nullopt;
  throw service_.refusal(told, whole(key));
}

void BucketSpace::get(const std::string& key, std::uint64_t offset, std::uint64_t size,
                      const std::function<void(std::string_view bytes)>& take) {
  if (size == 0) service_.need({.method = "HEAD", .key = whole(key)});  // There is no range of no bytes.
  Ranged(service_, whole(key), offset, size, take).run();
}

void BucketSpace::put(const std::string& key, std::string_view bytes) {
  service_.need({.method = "PUT", .key = whole(key), .body = bytes});
}

void BucketSpace::put_file(const std::string& key, const std::filesystem::path& file,
                           const std::optional<Digest>& digest, const Moved& moved) {
  Upload(service_, whole(key), file, moved).run(digest);
}

Told BucketSpace::put_new(const std::string& key, std::string_view bytes) {
  return service_.send(
      {.method = "PUT", .key = whole(key), .fields = {{"if-none-match", "*"}}, .body = bytes});
}

bool BucketSpace::create(const std::string& key, std::string_view bytes) {
  if (one_writer_) {
    if (find(key)) return false;
    put(key, bytes);
    return true;
  }
  require_compare_and_swap();
  const Told told = put_new(key, bytes);
  if (told.good()) return true;
  if (told.status() != precondition_failed) throw service_.refusal(told, whole(key));
  // It may be that the answer to our own first attempt was lost.
  return told.attempts > 1 && find(key) == bytes;
}

void BucketSpace::require_compare_and_swap() {
  const std::lock_guard guard(probing_);
  if (probed_) return;
  const std::string key = "probe/" + crypto::random_hex(16);
  Told told = put_new(key, "");
  if (told.good()) {
    told = put_new(key, "");
    service_.send({.method = "DELETE", .key = whole(key)});  // Where that is forbidden, it stays.
  }
  if (told.status() == precondition_failed) {
    probed_ = true;
    return;
  }
  const bool plain_refusal = told.status() == 401 || told.status() == 403 || told.status() == 404;
  if (plain_refusal) throw service_.refusal(told, whole(key));
  throw no_compare_and_swap(told, name());
}

void BucketSpace::remove(const std::string& key) {
  const Told told = service_.send({.method = "DELETE", .key = whole(key)});
  if (!told.good() && (told.status() != 404 || told.fault.code == "NoSuchBucket"))
    throw service_.refusal(told, whole(key));
}

}  // namespace mlops::remote::s3
