#include "src/values.hpp"

#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/run/report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace mlops::mlflow {
namespace {

std::string context_of(const json::Value& tags) {
  if (const json::Array* list = tags.as_array()) {
    for (const json::Value& tag : *list) {
      if (tag["key"].text_or("") == "mlflow.data.context") return tag["value"].text_or("");
    }
  }
  return "";
}

/// A source is JSON in a text: {"uri": ...}, {"url": ...}, {"path": ...}.
std::string address_in(const std::string& source) {
  try {
    const json::Value value = json::parse(source);
    for (const std::string_view key : {"uri", "url", "path"}) {
      if (std::string text = value[key].text_or(""); !text.empty()) return text;
    }
  } catch (const Error&) {
    // Sources of other makers need not be JSON.
  }
  return "";
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~/").find(c) != std::string_view::npos;
}

}  // namespace

bool is_told_elsewhere(std::string_view tag) {
  constexpr std::string_view told[] = {parent_tag, name_tag, models_tag, "mlflow.user"};
  return tag.starts_with("mlflow.source.") ||
         std::find(std::begin(told), std::end(told), tag) != std::end(told);
}

json::Value param_value(const std::string& text) {
  if (text == "True") return true;
  if (text == "False") return false;
  return run::value_of(text);
}

std::optional<run::Status> ending_of(const std::string& status) {
  if (status == "RUNNING" || status == "SCHEDULED") return std::nullopt;
  if (status == "FINISHED") return run::Status::done;
  if (status == "FAILED") return run::Status::failed;
  if (status == "KILLED") return run::Status::interrupted;
  throw error(Code::usage,
              "Invalid value \"{}\" for parameter 'status' supplied: it is not the name of a RunStatus",
              status);
}

run::DataReference data_of(const json::Value& input) {
  const json::Value& dataset = input["dataset"];
  const std::string address = address_in(dataset["source"].text_or(""));
  const std::string context = context_of(input["tags"]);
  return {.role = context.empty() ? "input" : context,
          .address = address.empty() ? dataset["name"].text_or("") : address,
          .digest = dataset["digest"].text_or("")};
}

std::string file_uri(const std::filesystem::path& path) {
  std::string out = "file://";
  for (const char c : path.native()) {
    if (is_plain(c)) out += c;
    else out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string experiment_id(const std::string& name) {
  crypto::Sha256 hash;
  hash.update(name.data(), name.size());
  const std::uint64_t number = std::stoull(hash.finish().hex().substr(0, 15), nullptr, 16);
  return std::to_string(100'000'000'000'000'000ULL + number % 900'000'000'000'000'000ULL);
}

}  // namespace mlops::mlflow
