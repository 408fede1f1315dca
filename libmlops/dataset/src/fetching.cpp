#include "src/fetching.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/http/download.hpp>

#include <algorithm>

namespace mlops::dataset {
namespace {

http::Seen seen_of(const json::Value& value) {
  return {.etag = value["etag"].text_or(""), .modified = value["modified"].text_or("")};
}

/// Both are ASCII by RFC 9110; what is not would be no JSON.
json::Object json_of(const http::Seen& seen) {
  json::Object out;
  if (!seen.etag.empty() && is_utf8(seen.etag)) out.set("etag", seen.etag);
  if (!seen.modified.empty() && is_utf8(seen.modified)) out.set("modified", seen.modified);
  return out;
}

const store::TreeFile* find(const std::optional<store::Tree>& tree, const std::string& name) {
  if (!tree) return nullptr;
  const auto found = std::find_if(tree->files.begin(), tree->files.end(),
                                  [&](const store::TreeFile& file) { return file.path == name; });
  return found == tree->files.end() ? nullptr : &*found;
}

/// The disk is not ours alone: a body without end stops before it is full.
std::uint64_t room(const std::filesystem::path& file) {
  std::error_code fault;
  const auto space = std::filesystem::space(file.parent_path(), fault);
  return fault ? std::uint64_t{64} << 30 : space.available - space.available / 10;
}

http::Downloaded get(Workshop& shop, http::Download request) {
  const std::uint64_t room_bytes = room(request.file);
  const bool short_of_room = room_bytes < request.limits.body_bytes;
  request.limits.body_bytes = std::min(request.limits.body_bytes, room_bytes);
  try {
    return http::download(shop.engines, request, shop.progress, shop.cancel);
  } catch (const Error& e) {
    if (e.id() != "http.too_large" || !short_of_room) throw;
    throw error(Code::busy, "{}: the disk has no room for more", e.message()).with_id(e.id());
  }
}

class Fetching {
 public:
  Fetching(store::Objects& objects, Workshop& shop, const Known& known)
      : objects_(objects), shop_(shop), known_(known), network_(http::network_of(shop.environment)) {}

  Gathered run(std::vector<InputFile> inputs) {
    Gathered out{.inputs = std::move(inputs)};
    out.unchanged = !out.inputs.empty();
    for (InputFile& input : out.inputs) {
      if (input.url.empty()) out.unchanged = false;
      else fetch_one(input, out, Ask::for_news);
    }
    if (out.unchanged && known_.untouched_is_enough) return out;
    for (InputFile& input : out.inputs) {
      if (input.url.empty() || !input.path.empty()) continue;
      if (const auto* const before = find(known_.files, input.name))
        input.path = objects_.file(before->digest);
      else if (!out.unchanged) fetch_one(input, out, Ask::for_all);  // Its bytes were not kept.
    }
    return out;
  }

 private:
  enum class Ask { for_news, for_all };

  void fetch_one(InputFile& input, Gathered& out, Ask ask) {
    const store::TreeFile* const before = find(known_.files, input.name);
    const bool may_stay =
        ask == Ask::for_news && (before != nullptr || (known_.dropped && known_.untouched_is_enough));
    TemporaryFile file(objects_.temporary_path());
    http::Download request{.url = input.url, .file = file.path(), .network = network_};
    if (may_stay) request.seen = seen_of(json::Value(known_.seen)[input.url]);
    const http::Downloaded got = get(shop_, std::move(request));
    if (const json::Object seen = json_of(got.seen); !seen.empty()) out.seen.set(input.url, seen);
    if (got.unchanged) return;
    out.unchanged = false;
    input.path = file.path();
    out.made.push_back(std::move(file));
  }

  store::Objects& objects_;
  Workshop& shop_;
  const Known& known_;
  http::Network network_;
};

}  // namespace

Gathered fetch(store::Objects& objects, Workshop& shop, std::vector<InputFile> inputs, const Known& known) {
  return Fetching(objects, shop, known).run(std::move(inputs));
}

}  // namespace mlops::dataset
