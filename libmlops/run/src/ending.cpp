/// How a run ended, noted in its folder.
#include <mlops/base/error.hpp>

#include <fcntl.h>
#include <unistd.h>

#include "record.hpp"
#include "seal.hpp"

namespace mlops::run {
namespace {

constexpr std::size_t room = 1024;

std::optional<Status> status_from(std::string_view name) {
  for (const Status status : {Status::done, Status::failed, Status::interrupted, Status::lost}) {
    if (name_of(status) == name) return status;
  }
  return std::nullopt;
}

json::Object to_json(const Ending& ending) {
  return {{"status", name_of(ending.status)},
          {"exit_code", std::int64_t{ending.exit_code}},
          {"signal", std::int64_t{ending.signal}},
          {"resources", resources_json(ending.resources.value_or(Resources()))},
          {"ended", ending.time.value_or(Time()).text()}};
}

Resources resources_from(const json::Value& value) {
  const auto whole = [&](const char* name) { return static_cast<std::uint64_t>(value[name].int_or(0)); };
  return {.wall_s = value["wall_s"].number_or(0),
          .cpu_s = value["cpu_s"].number_or(0),
          .peak_rss_bytes = whole("peak_rss_bytes"),
          .read_bytes = whole("read_bytes"),
          .written_bytes = whole("written_bytes")};
}

/// Over all of the room: what stood there before may have been longer.
void write(const Folder& folder, std::string text) {
  if (text.size() > room) return;
  text.resize(room, ' ');
  const fs::Descriptor file(::open(folder.end().c_str(), O_WRONLY | O_CLOEXEC));
  if (file) (void)!::pwrite(file.get(), text.data(), text.size(), 0);
}

}  // namespace

void reserve_ending(const Folder& folder) {
  fs::File(folder.end(), fs::File::Mode::append).write(std::string(room, ' '));
}

void note_ending(const Folder& folder, const Ending& ending) noexcept {
  try {
    write(folder, json::dump(to_json(ending)));
  } catch (const std::exception&) {
    // Then it is lost to the next command that meets it, and its journal is not.
  }
}

void clear_ending(const Folder& folder) noexcept {
  try {
    write(folder, "");
  } catch (const std::exception&) {
    // Out of memory: it stays noted as over until it is sealed.
  }
}

std::optional<Ending> ending_in(const Folder& folder) {
  try {
    const json::Value value = json::parse(fs::read_file(folder.end()));
    const auto status = status_from(value["status"].text_or(""));
    if (!status) return std::nullopt;
    return Ending{.status = *status,
                  .exit_code = static_cast<int>(value["exit_code"].int_or(0)),
                  .signal = static_cast<int>(value["signal"].int_or(0)),
                  .resources = resources_from(value["resources"]),
                  .time = Time::parse(value["ended"].text_or(""))};
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace mlops::run
