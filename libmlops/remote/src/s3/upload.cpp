#include "src/s3/upload.hpp"

#include <mlops/base/parallel.hpp>
#include <mlops/crypto/md5.hpp>
#include <mlops/crypto/sha256.hpp>

#include <algorithm>
#include <mutex>

namespace mlops::remote::s3 {
namespace {

constexpr std::size_t block_bytes = 1 << 18;

/// How often it is begun anew when the server has lost what was there.
constexpr int most_beginnings = 3;

/// The upload is not there any more: it was finished or aborted, by us or by somebody else.
constexpr const char* no_upload = "remote.no_upload";

template <typename Hash>
auto hash_of(const fs::File& file, std::uint64_t offset, std::uint64_t size) {
  Hash hash;
  std::string block(block_bytes, '\0');
  while (size > 0) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, block.size()));
    const std::size_t count = file.read_at(block.data(), wanted, offset);
    if (count == 0) throw error(Code::failed, "'{}' is shorter than it was", file.path().native());
    hash.update(std::string_view(block.data(), count));
    offset += count;
    size -= count;
  }
  return hash.finish();
}

}  // namespace

Upload::Upload(Service& service, const std::string& key, const std::filesystem::path& file,
               const Moved& moved)
    : service_(service), key_(key), file_(file), size_(file_.stamp().size), meter_(moved) {}

void Upload::run(const std::optional<Digest>& digest) {
  if (size_ < service_.manner().several_parts_from) send_whole(digest);
  else send_in_parts();
}

void Upload::send_whole(const std::optional<Digest>& digest) {
  const Digest known = digest ? *digest : hash_of<crypto::Sha256>(file_, 0, size_);
  put({.key = key_}, {0, size_}, known.hex());
}

void Upload::send_in_parts() {
  part_bytes_ = service_.manner().part_bytes;
  while ((size_ + part_bytes_ - 1) / part_bytes_ > service_.manner().most_parts) part_bytes_ *= 2;
  count_ = static_cast<unsigned>((size_ + part_bytes_ - 1) / part_bytes_);
  std::string id = find_unfinished();
  for (int beginnings = 0; beginnings < most_beginnings; ++beginnings) {
    std::map<unsigned, Part> there;
    if (!id.empty()) there = parts_of(id);
    else
      id = read_upload_id(
          service_.need({.method = "POST", .key = key_, .query = {{"uploads", ""}}}).answer.body);
    if (attempt(id, there)) return;
    id.clear();
  }
  throw error(Code::busy, "the upload of '{}' was taken away {} times", service_.place_of(key_),
              most_beginnings)
      .with_id("remote.busy")
      .with_hint("does somebody else abort unfinished uploads?");
}

/// False when the upload has vanished, or will never be what the file is.
bool Upload::attempt(const std::string& id, const std::map<unsigned, Part>& there) {
  meter_.restart();
  std::map<unsigned, Part> parts;
  std::mutex mutex;
  try {
    in_parallel(count_, {service_.manner().parts_at_once, service_.cancel()}, [&](std::size_t i) {
      const auto number = static_cast<unsigned>(i + 1);
      const auto found = there.find(number);
      Part part = send_part(id, number, found == there.end() ? nullptr : &found->second);
      const std::lock_guard guard(mutex);
      parts[number] = std::move(part);
    });
  } catch (const Error& fault) {
    if (fault.id() != no_upload) throw;
    return false;
  }
  return complete(id, parts);
}

Upload::Range Upload::range_of(unsigned number) const {
  const std::uint64_t offset = (number - 1) * part_bytes_;
  return {offset, std::min(part_bytes_, size_ - offset)};
}

/// A part that is there is believed when it has our bytes, as far as the server's sum of them tells.
Part Upload::send_part(const std::string& id, unsigned number, const Part* there) {
  const Range range = range_of(number);
  if (there != nullptr && there->size == range.size &&
      hash_of<crypto::Md5>(file_, range.offset, range.size) == there->etag) {
    meter_.add(range.size);
    return *there;
  }
  const http::Answer answer =
      put({.key = key_, .query = {{"partNumber", std::to_string(number)}, {"uploadId", id}}}, range,
          hash_of<crypto::Sha256>(file_, range.offset, range.size).hex());
  return {range.size, bare_etag(answer.field("etag"))};
}

/// A range of the file, whose bytes the server compares with `payload`.
http::Answer Upload::put(Ask ask, const Range& range, const std::string& payload) {
  std::uint64_t sent = 0;
  ask.method = "PUT";
  ask.file = file_.path();
  ask.offset = range.offset;
  ask.size = range.size;
  ask.payload = payload;
  ask.sent = [&](std::uint64_t bytes) {
    bytes = std::min(bytes, range.size - sent);  // of a connection that was found dead they are read again
    sent += bytes;
    meter_.add(bytes);
  };
  ask.again = [&](Ask&) { meter_.take_back(std::exchange(sent, 0)); };
  Told told = service_.send(ask);
  if (told.fault.code == "NoSuchUpload")
    throw error(Code::failed, "there is no upload of '{}'", service_.place_of(key_)).with_id(no_upload);
  if (!told.good()) throw service_.refusal(told, key_);
  return std::move(told.answer);
}

/// What the server says of the whole is not looked at: it is asked for it when it is there.
bool Upload::complete(const std::string& id, const std::map<unsigned, Part>& parts) {
  const std::string body = completion(parts);
  const Told told = service_.send(
      {.method = "POST", .key = key_, .query = {{"uploadId", id}}, .body = body, .fault_behind_200 = true});
  if (told.fault.code == "NoSuchUpload") return is_there();
  if (told.fault.code.starts_with("InvalidPart") || told.fault.code == "EntityTooSmall") {
    drop(id);
    return false;
  }
  if (!told.good()) throw service_.refusal(told, key_);
  if (is_there()) return true;
  throw error(Code::failed, "'{}' was put together, and is not as long as the file", service_.place_of(key_))
      .with_id("remote.failed");
}

void Upload::drop(const std::string& id) {
  service_.send({.method = "DELETE", .key = key_, .query = {{"uploadId", id}}});
}

bool Upload::is_there() {
  const Told told = service_.send({.method = "HEAD", .key = key_});
  if (told.status() == 404) return false;
  if (!told.good()) throw service_.refusal(told, key_);
  return told.answer.field("content-length") == std::to_string(size_);
}

/// Empty where there is none, or where the server does not tell.
std::string Upload::find_unfinished() {
  const Told told = service_.send({.query = {{"uploads", ""}, {"prefix", key_}, {"encoding-type", "url"}}});
  if (told.fault.code == "NoSuchBucket") throw service_.refusal(told, key_);
  return told.good() ? read_newest_upload(told.answer.body, key_) : "";
}

std::map<unsigned, Part> Upload::parts_of(const std::string& id) {
  std::map<unsigned, Part> out;
  for (std::string after = "0";;) {
    const Told told =
        service_.send({.key = key_, .query = {{"uploadId", id}, {"part-number-marker", after}}});
    if (!told.good()) return {};
    Parts page = read_parts(told.answer.body);
    out.merge(page.parts);
    if (!page.more || page.next.empty() || page.next == after) return out;
    after = page.next;
  }
}

}  // namespace mlops::remote::s3
