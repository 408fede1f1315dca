#include "src/tracking.hpp"

#include <mlops/base/error.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/json/value.hpp>

namespace mlops::remote {
namespace {

constexpr const char* ledger_file = "ledger";
constexpr const char* sent_file = "sent";

std::optional<Tracking::Known> read(const std::filesystem::path& folder, std::string& url) {
  const auto text = fs::find_file(folder / ledger_file);
  const std::size_t end = text ? text->find('\n') : std::string::npos;
  if (end == std::string::npos) return std::nullopt;
  try {
    const json::Value head = json::parse(std::string_view(*text).substr(0, end));
    url = head["url"].text_or("");
    Tracking::Known known{.ledger = ledger_from(std::string_view(*text).substr(end + 1), ledger_file),
                          .newest = head["newest"].text_or("")};
    const json::Object* taken = head["taken"].as_object();
    for (const auto& [name, file] : taken == nullptr ? json::Object() : *taken) {
      if (const auto digest = Digest::parse(file.text_or(""))) known.taken.emplace(name, *digest);
    }
    return known;
  } catch (const Error&) {
    return std::nullopt;  // It is read anew from the remote.
  }
}

}  // namespace

std::optional<Tracking::Known> Tracking::load() const {
  std::string url;
  auto known = read(folder_, url);
  return url == url_ ? std::move(known) : std::nullopt;
}

std::optional<Ledger> Tracking::find(const std::filesystem::path& folder) {
  std::string url;
  auto known = read(folder, url);
  return known ? std::optional(std::move(known->ledger)) : std::nullopt;
}

void Tracking::save(const Known& known) const {
  json::Object taken;
  for (const auto& [name, digest] : known.taken) taken.append(name, digest.text());
  const json::Object head = {{"newest", known.newest}, {"taken", std::move(taken)}, {"url", url_}};
  fs::make_folders(folder_);
  fs::write_atomic(folder_ / ledger_file, json::canonical(head) + "\n" + text_of(known.ledger));
}

std::optional<std::string> Tracking::index(const std::string& id) const {
  return fs::find_file(folder_ / "indexes" / id);
}

void Tracking::keep_index(const std::string& id, std::string_view tail) const {
  fs::make_folders(folder_ / "indexes");
  fs::write_atomic(folder_ / "indexes" / id, tail);
}

std::set<std::string> Tracking::sent() const {
  std::set<std::string> out;
  const std::string text = fs::find_file(folder_ / sent_file).value_or("");
  if (!text.starts_with(url_ + "\n")) return out;  // It was sent to another place.
  for (std::size_t at = url_.size() + 1; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string::npos) break;
    out.insert(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

void Tracking::begin_sending() const {
  if (!sent().empty()) return;
  fs::make_folders(folder_);
  fs::write_atomic(folder_ / sent_file, url_ + "\n");
}

void Tracking::add_sent(const std::string& key) const {
  fs::File(folder_ / sent_file, fs::File::Mode::append).write(key + "\n");
}

void Tracking::forget_sent() const { fs::remove_file(folder_ / sent_file); }

std::filesystem::path Tracking::partial(const Digest& digest) const {
  fs::make_folders(folder_ / "partial");
  return folder_ / "partial" / digest.hex();
}

}  // namespace mlops::remote
