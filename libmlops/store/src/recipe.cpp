#include "src/recipe.hpp"

#include <mlops/base/error.hpp>
#include <mlops/json/value.hpp>

#include <algorithm>

namespace mlops::store {
namespace {

[[noreturn]] void no_recipe(const Digest& digest, std::string_view why) {
  throw error(Code::corrupt, "the recipe of object {} is damaged: {}", digest.text(), why)
      .with_id("object.corrupt")
      .with_hint("`mlops store fsck` checks the whole store");
}

std::uint64_t number(const json::Value& value, const Digest& digest) {
  const std::int64_t number = value.int_or(-1);
  if (number < 0) no_recipe(digest, "a part has no place");
  return static_cast<std::uint64_t>(number);
}

json::Value parsed(std::string_view text, const Digest& digest) {
  try {
    return json::parse(text);
  } catch (const Error&) {
    no_recipe(digest, "it is not JSON");
  }
}

class RecipeContent final : public Content {
 public:
  RecipeContent(Recipe recipe, const Digest& digest, const Contents& contents)
      : recipe_(std::move(recipe)), digest_(digest), contents_(contents) {
    std::uint64_t end = 0;
    for (const Part& part : recipe_.parts) ends_.push_back(end += part.size);
  }

  std::uint64_t size() const override { return recipe_.size; }

  std::size_t read_at(void* buffer, std::size_t size, std::uint64_t offset) override {
    auto* to = static_cast<char*>(buffer);
    const std::size_t wanted =
        offset >= recipe_.size
            ? 0
            : static_cast<std::size_t>(std::min<std::uint64_t>(size, recipe_.size - offset));
    auto at = static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), offset) - ends_.begin());
    for (std::size_t done = 0; done < wanted; ++at) {
      const Part& part = recipe_.parts[at];
      const std::uint64_t skip = offset + done - (ends_[at] - part.size);
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(wanted - done, part.size - skip));
      if (opened(part.from).read_at(to + done, count, part.offset + skip) != count) lacks(part.from);
      done += count;
    }
    return wanted;
  }

 private:
  Content& opened(const Digest& from) {
    if (open_ && from_ == from) return *open_;
    // Most parts are of the version before, which stays open beside the piece that was read last.
    if (!main_ || main_from_ != from) {
      auto content = contents_.find(from);
      if (!content) lacks(from);
      if (content->size() > (main_ ? main_->size() : 0)) {
        main_ = std::move(content);
        main_from_ = from;
      } else {
        open_ = std::move(content);
        from_ = from;
        return *open_;
      }
    }
    return *main_;
  }

  [[noreturn]] void lacks(const Digest& from) const {
    throw error(Code::corrupt,
                "object {} is damaged: it is made of parts of object {}, which is gone or too short",
                digest_.text(), from.text())
        .with_id("object.corrupt")
        .with_hint("`mlops store fsck` checks the whole store");
  }

  Recipe recipe_;
  Digest digest_;
  const Contents& contents_;
  std::vector<std::uint64_t> ends_;
  std::unique_ptr<Content> main_;
  Digest main_from_ = {};
  std::unique_ptr<Content> open_;
  Digest from_ = {};
};

}  // namespace

std::string text_of(const Recipe& recipe) {
  json::Array parts;
  for (const Part& part : recipe.parts) {
    parts.push_back(json::Object{{"from", part.from.text()},
                                 {"offset", static_cast<std::int64_t>(part.offset)},
                                 {"size", static_cast<std::int64_t>(part.size)}});
  }
  return json::canonical(json::Object{
      {"parts", std::move(parts)}, {"recipe", 1}, {"size", static_cast<std::int64_t>(recipe.size)}});
}

Recipe recipe_from(std::string_view text, const Digest& digest) {
  const json::Value value = parsed(text, digest);
  const json::Array* parts = value["parts"].as_array();
  if (value["recipe"].int_or(0) != 1 || parts == nullptr) no_recipe(digest, "it is none");
  Recipe out{.size = number(value["size"], digest), .parts = {}};
  std::uint64_t sum = 0;
  for (const json::Value& item : *parts) {
    const auto from = Digest::parse(item["from"].text_or(""));
    if (!from) no_recipe(digest, "a part names no object");
    const Part part = {
        .from = *from, .offset = number(item["offset"], digest), .size = number(item["size"], digest)};
    if (part.size == 0 || part.size > out.size - sum) no_recipe(digest, "its parts do not add up");
    sum += part.size;
    out.parts.push_back(part);
  }
  if (sum != out.size) no_recipe(digest, "its parts do not add up");
  return out;
}

void append(Recipe& recipe, const Part& part) {
  if (part.size == 0) return;
  recipe.size += part.size;
  if (!recipe.parts.empty()) {
    Part& last = recipe.parts.back();
    if (last.from == part.from && last.offset + last.size == part.offset) {
      last.size += part.size;
      return;
    }
  }
  recipe.parts.push_back(part);
}

std::unique_ptr<Content> content_of(Recipe recipe, const Digest& digest, const Contents& contents) {
  return std::make_unique<RecipeContent>(std::move(recipe), digest, contents);
}

}  // namespace mlops::store
