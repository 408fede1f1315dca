/// The hot path of many files: read, hashed, into a pack.
#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>

#include <algorithm>

#include "src/batch.hpp"
#include "src/delta.hpp"
#include "src/encodings.hpp"
#include "src/layout.hpp"

namespace mlops::store {
namespace {

/// The look without what it has seen.
Look later(const Look& look, std::uint64_t shown) {
  if (!look) return nullptr;
  return [&look, shown, at = std::uint64_t{0}](std::string_view bytes) mutable {
    const std::uint64_t skip = std::min<std::uint64_t>(bytes.size(), shown - std::min(shown, at));
    at += bytes.size();
    if (skip < bytes.size()) look(bytes.substr(static_cast<std::size_t>(skip)));
  };
}

/// Nothing of an object that is damaged.
template <typename Read>
auto unless_damaged(Read read) -> decltype(read()) {
  try {
    return read();
  } catch (const Error& e) {
    if (e.code() != Code::corrupt) throw;
    return std::nullopt;
  }
}

}  // namespace

bool Objects::Batch::Lane::Impl::holds(const Digest& digest) const {
  return few.contains(digest) || (writer && writer->holds(digest)) ||
         std::any_of(packs.begin(), packs.end(),
                     [&](const HeldPack& pack) { return pack.file.find(digest).has_value(); }) ||
         batch.holds_pack_with(digest);
}

std::optional<std::string> Objects::Batch::Lane::Impl::find(const Digest& digest) {
  if (const auto held = few.find(digest); held != few.end()) return held->second;
  return writer ? writer->find(digest) : std::nullopt;
}

Digest Objects::Batch::Lane::Impl::put(std::string_view bytes) {
  const Digest digest = crypto::sha256(bytes);
  if (bytes.size() >= small_object) {
    batch.hold_bytes(digest, bytes);
  } else {
    put_small(digest, bytes);
  }
  return digest;
}

void Objects::Batch::Lane::Impl::put_small(const Digest& digest, std::string_view bytes) {
  if (holds(digest)) return;
  if (const auto at = batch.objects.state_->find_sound(digest)) {
    const std::lock_guard guard(batch.mutex);
    batch.named.insert(*at);
    return;
  }
  if (!writer && few.size() + 1 < many) {
    few.emplace(digest, bytes);
    return;
  }
  if (!writer) begin_pack();
  writer->add(digest, bytes);
  if (writer->full()) end_pack();
}

void Objects::Batch::Lane::Impl::put_frame(const PackEntry& entry, std::string_view frame) {
  if (!writer) begin_pack();
  writer->add_frame(entry, frame);
  if (writer->full()) end_pack();
}

void Objects::Batch::Lane::Impl::begin_pack() {
  place = batch.scrap();
  writer = std::make_unique<PackWriter>(place->path());
  for (const auto& [digest, bytes] : few) writer->add(digest, bytes);
  few.clear();
}

void Objects::Batch::Lane::Impl::end_pack() {
  if (writer && writer->count() > 0) packs.push_back(batch.sealed(*writer, std::move(place)));
  writer.reset();
  place.reset();
}

void Objects::Batch::Lane::Impl::finish() {
  end_pack();
  for (HeldPack& pack : packs) batch.hold(std::move(pack));
  packs.clear();
  for (const auto& [digest, bytes] : few) batch.hold_bytes(digest, bytes);
  few.clear();
}

Digest Objects::Batch::Lane::Impl::put_file(fs::File source, const Way& way) {
  if (way.stamp && way.stamp->size < small_object) return put_small_file(source, *way.stamp, way.look);
  const fs::Stamp before = source.stamp();
  if (way.stamp && *way.stamp != before) throw changed(source.path());
  if (before.size < small_object) return put_small_file(source, before, way.look);
  std::uint64_t shown = 0;
  if (way.base && before.size >= worth_a_recipe) {
    if (const auto digest = put_version(source, before, way, shown)) return *digest;
    source = fs::File(source.path());
  }
  auto target = batch.scrap();
  fs::File file(target->path(), fs::File::Mode::create_new);
  const Digest digest = copy_hashed(source, file, later(way.look, shown));
  return batch.hold(std::move(target), file, digest);
}

Digest Objects::Batch::Lane::Impl::put_small_file(fs::File& source, const fs::Stamp& before,
                                                  const Look& look) {
  block.resize(small_object);
  const std::size_t size = source.read(block.data(), before.size);
  if (size != before.size || source.stamp() != before) throw changed(source.path());
  const std::string_view bytes(block.data(), size);
  if (look) look(bytes);
  return put(bytes);
}

std::optional<Digest> Objects::Batch::Lane::Impl::put_version(fs::File& source, const fs::Stamp& before,
                                                              const Way& way, std::uint64_t& shown) {
  const auto base = base_of(*way.base);
  if (!base) return std::nullopt;
  const Recipe& made = base->made;
  Impl fresh(batch);
  fresh.begin_pack();
  crypto::Sha256 hash;
  const DeltaSink sink = {.look =
                              [&](std::string_view bytes) {
                                hash.update(bytes);
                                shown += bytes.size();
                                if (way.look) way.look(bytes);
                              },
                          .keep =
                              [&](std::string_view bytes) {
                                const Digest digest = crypto::sha256(bytes);
                                fresh.put_small(digest, bytes);
                                return digest;
                              }};
  const auto recipe = unless_damaged([&] { return delta(source, before.size, *base->content, made, sink); });
  if (!recipe) return std::nullopt;
  if (shown != before.size || source.stamp() != before || fs::find_stamp(source.path()) != before)
    throw changed(source.path());
  const Digest digest = hash.finish();
  if (batch.objects.has(digest) && !batch.objects.state_->marked(digest)) {
    // What was compared with the file, byte by byte, is whole; what is damaged is mended by a whole object.
    const bool whole = *recipe == made || batch.objects.sound(digest);
    return whole ? std::optional(digest) : std::nullopt;
  }
  fresh.finish();
  batch.hold_recipe(digest, text_of(*recipe));
  return digest;
}

bool Objects::Batch::Lane::Impl::will_go(const Digest& digest) const {
  State& state = *batch.objects.state_;
  if (state.marked(digest)) return true;
  const auto recipe = state.encodings.recipe(digest);
  return recipe && std::any_of(recipe->parts.begin(), recipe->parts.end(),
                               [&](const Part& part) { return state.marked(part.from); });
}

std::optional<Objects::Batch::Lane::Impl::Base> Objects::Batch::Lane::Impl::base_of(
    const Digest& digest) const {
  const Objects& objects = batch.objects;
  return unless_damaged([&]() -> std::optional<Base> {
    const auto at = objects.encodings().place(digest);
    if (!at || at->kind == Encodings::Kind::packed || at->size < worth_a_recipe || will_go(digest))
      return std::nullopt;
    // What is taken from an object is believed only when it was checked.
    if (at->kind == Encodings::Kind::whole && !objects.state_->is_whole(digest, at->size))
      return std::nullopt;
    auto content = objects.encodings().find(digest);
    if (!content) return std::nullopt;
    Recipe itself{.size = at->size, .parts = {{.from = digest, .offset = 0, .size = at->size}}};
    return Base{std::move(content), objects.encodings().recipe(digest).value_or(std::move(itself))};
  });
}

Objects::Batch::Lane::Lane(Batch& batch) : impl_(std::make_unique<Impl>(*batch.impl_)) {}

Objects::Batch::Lane::~Lane() = default;

Digest Objects::Batch::Lane::put(std::string_view bytes) { return impl_->put(bytes); }

Digest Objects::Batch::Lane::put_file(const Path& file, const Way& way) {
  return impl_->put_file(fs::File(file), way);
}

Digest Objects::Batch::Lane::put_file(fs::File file, const Way& way) {
  return impl_->put_file(std::move(file), way);
}

void Objects::Batch::Lane::finish() { impl_->finish(); }

}  // namespace mlops::store
