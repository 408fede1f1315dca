#pragma once
/// JSON texts read by the million: simdjson's parser (engine `json`) behind flat cells of our own. A Document
/// reuses its memory from text to text; nodes are views into it that hold until the next parse().
///
///     json::Document document(engines);
///     const json::Node body = document.parse(text);
///     for (const json::Entry& member : body.members()) use(member.name, member.value);
///
/// Asking a node for what it is not (the text of a number) is the caller's fault and undefined: kind() first.

#include <mlops/base/engines.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace mlops::json {

/// One value. The parts of a list or an object follow it; a member is its name's cell and its value's.
struct Cell {
  enum class Kind : std::uint8_t { null, flag, integer, large, number, text, list, object };

  Kind kind = Kind::null;
  std::uint32_t span = 1;  ///< Cells that it takes with its parts; of a text: its bytes.
  union {
    bool flag;
    std::int64_t integer;
    std::uint64_t large;  ///< An integer over 2^63-1; of a list or an object: how many parts it has.
    double number;
    const char* text;
  };
};
static_assert(sizeof(Cell) == 16);

class Items;
class Members;

class Node {
 public:
  using Kind = Cell::Kind;

  explicit Node(const Cell* cell) : cell_(cell) {}

  Kind kind() const { return cell_->kind; }
  bool is(Kind kind) const { return cell_->kind == kind; }
  bool is_scalar() const { return cell_->kind < Kind::list; }

  bool flag() const { return cell_->flag; }
  std::int64_t integer() const { return cell_->integer; }
  std::uint64_t large() const { return cell_->large; }
  double number() const { return cell_->number; }
  /// UTF-8, escapes resolved.
  std::string_view text() const { return {cell_->text, cell_->span}; }
  /// Items of a list, members of an object.
  std::size_t size() const { return cell_->large; }

  Items items() const;
  Members members() const;
  /// The first member of that name; nothing for what is no object.
  std::optional<Node> find(std::string_view name) const;

  const Cell* cell() const { return cell_; }
  /// The cell behind this value and its parts.
  const Cell* after() const { return cell_ + (cell_->kind == Kind::text ? 1 : cell_->span); }

 private:
  const Cell* cell_;
};

/// The items of a list, in order.
class Items {
 public:
  class Iterator {
   public:
    explicit Iterator(const Cell* at) : at_(at) {}
    Node operator*() const { return Node(at_); }
    Iterator& operator++() {
      at_ = Node(at_).after();
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const Cell* at_;
  };

  explicit Items(Node list) : list_(list) {}
  Iterator begin() const { return Iterator(list_.cell() + 1); }
  Iterator end() const { return Iterator(list_.after()); }

 private:
  Node list_;
};

struct Entry {
  std::string_view name;
  Node value;
};

/// The members of an object as they were written, names given twice among them.
class Members {
 public:
  class Iterator {
   public:
    explicit Iterator(const Cell* at) : at_(at) {}
    Entry operator*() const { return {Node(at_).text(), Node(at_ + 1)}; }
    Iterator& operator++() {
      at_ = Node(at_ + 1).after();
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const Cell* at_;
  };

  explicit Members(Node object) : object_(object) {}
  Iterator begin() const { return Iterator(object_.cell() + 1); }
  Iterator end() const { return Iterator(object_.after()); }

 private:
  Node object_;
};

inline Items Node::items() const { return Items(*this); }
inline Members Node::members() const { return Members(*this); }
inline std::optional<Node> Node::find(std::string_view name) const {
  if (!is(Kind::object)) return std::nullopt;
  for (const Entry& member : members()) {
    if (member.name == name) return member.value;
  }
  return std::nullopt;
}

/// Belongs to one thread.
class Document {
 public:
  /// Opens the engine `json`. Throws as Engines::get().
  explicit Document(Engines& engines);
  ~Document();
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;

  /// Reads one JSON text. Beyond the standard: a byte order mark in front is skipped; NaN, Infinity and
  /// -Infinity, which Python's json writes, are null. Integers that 64 bits cannot hold are the nearest
  /// doubles. Throws Error(corrupt) naming line, column and what was seen, as parse() of value.hpp does; also
  /// for text that is not UTF-8, for more than 512 levels, for numbers that a double cannot hold and for 4 GB
  /// or more. Names given twice are not looked for.
  Node parse(std::string_view text);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlops::json
