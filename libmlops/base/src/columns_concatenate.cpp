#include <mlops/base/columns.hpp>
#include <mlops/base/error.hpp>
#include <mlops/base/select.hpp>

#include <cstring>
#include <limits>

namespace mlops {
namespace {

// One array of the copy, and what it points at.
struct Node {
  explicit Node(std::size_t rows, std::size_t buffer_count) : data(buffer_count) {
    array.length = static_cast<std::int64_t>(rows);
  }

  ArrowArray array = {};
  std::vector<std::vector<std::byte>> data;
  std::vector<const void*> buffers;
  std::vector<std::unique_ptr<Node>> children;
  std::vector<ArrowArray*> arrays;
};

void keep(ArrowArray* array) { array->release = nullptr; }

void release_root(ArrowArray* array) {
  array->release = nullptr;
  const std::unique_ptr<Node> node(static_cast<Node*>(array->private_data));
}

// Points the C structure at what the node owns. A child is released with its root.
ArrowArray* finish(Node& node) {
  for (const auto& bytes : node.data) node.buffers.push_back(bytes.empty() ? nullptr : bytes.data());
  for (const auto& child : node.children) node.arrays.push_back(finish(*child));
  node.array.n_buffers = static_cast<std::int64_t>(node.buffers.size());
  node.array.buffers = node.buffers.data();
  node.array.n_children = static_cast<std::int64_t>(node.arrays.size());
  node.array.children = node.arrays.data();
  node.array.release = keep;
  return &node.array;
}

using Parts = std::vector<Column>;

std::size_t rows_of(const Parts& parts) {
  std::size_t rows = 0;
  for (const Column& part : parts) rows += part.size();
  return rows;
}

template <typename Test>
std::vector<std::byte> bitmap(const Parts& parts, Test test) {
  std::vector<std::byte> bits((rows_of(parts) + 7) / 8);
  std::size_t i = 0;
  for (const Column& part : parts) {
    for (std::size_t row = 0; row < part.size(); ++row, ++i) {
      if (test(part, row)) bits[i / 8] |= std::byte{1} << (i % 8);
    }
  }
  return bits;
}

void append(std::vector<std::byte>& to, const void* from, std::size_t size) {
  const auto* bytes = static_cast<const std::byte*>(from);
  to.insert(to.end(), bytes, bytes + size);
}

void append_offset(std::vector<std::byte>& to, std::size_t offset, bool large) {
  if (!large && offset > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw error(Code::failed, "one result cannot hold more than 2,147,483,647 map entries")
        .with_hint("read the result in batches");
  }
  const auto wide = static_cast<std::int64_t>(offset);
  const auto narrow = static_cast<std::int32_t>(offset);
  large ? append(to, &wide, sizeof wide) : append(to, &narrow, sizeof narrow);
}

void copy_text(Node& node, const Parts& parts) {
  std::size_t end = 0;
  append_offset(node.data[1], end, true);
  for (const Column& part : parts) {
    for (std::size_t row = 0; row < part.size(); ++row) {
      const auto text = part.text(row);
      append(node.data[2], text.data(), text.size());
      append_offset(node.data[1], end += text.size(), true);
    }
  }
}

void copy_offsets(Node& node, const Parts& parts) {
  const bool large = parts.front().type().kind == Kind::list;
  std::size_t end = 0;
  append_offset(node.data[1], end, large);
  for (const Column& part : parts) {
    for (std::size_t row = 0; row < part.size(); ++row)
      append_offset(node.data[1], end += part.items(row).size(), large);
  }
}

// The i-th children of all parts, cut to what their rows point at.
Parts children_of(const Parts& parts, std::size_t i) {
  Parts children;
  for (const Column& part : parts) {
    const Column child = part.child(i);
    if (part.type().kind == Kind::structure) {
      children.push_back(child);
    } else if (part.size() == 0) {
      children.push_back(child.slice(0, 0));
    } else {
      const Range all = {part.items(0).begin, part.items(part.size() - 1).end};
      children.push_back(child.slice(all.begin, all.size()));
    }
  }
  return children;
}

std::size_t buffers_of(Kind kind) {
  switch (kind) {
    case Kind::null:
      return 0;
    case Kind::structure:
    case Kind::fixed_list:
      return 1;
    case Kind::text:
    case Kind::binary:
      return 3;
    default:
      return 2;
  }
}

void copy_values(Node& node, const Parts& parts) {
  const Kind kind = parts.front().type().kind;
  if (kind == Kind::boolean) {
    node.data[1] = bitmap(parts, [](const Column& part, std::size_t row) { return part.boolean(row); });
  } else if (kind == Kind::text || kind == Kind::binary) {
    copy_text(node, parts);
  } else if (kind == Kind::list || kind == Kind::map) {
    copy_offsets(node, parts);
  } else if (fixed_bytes(kind) != 0) {
    for (const Column& part : parts) append(node.data[1], part.bytes().data(), part.bytes().size());
  }
}

std::unique_ptr<Node> copy(const Parts& parts) {
  const Type& type = parts.front().type();
  auto node = std::make_unique<Node>(rows_of(parts), buffers_of(type.kind));
  std::size_t nulls = 0;
  for (const Column& part : parts) nulls += part.nulls();
  node->array.null_count = static_cast<std::int64_t>(nulls);
  if (nulls != 0 && type.kind != Kind::null) {
    node->data[0] = bitmap(parts, [](const Column& part, std::size_t row) { return part.valid(row); });
  }
  copy_values(*node, parts);
  for (std::size_t i = 0; i < type.children.size(); ++i)
    node->children.push_back(copy(children_of(parts, i)));
  return node;
}

void as_copied(Type& type) {
  type.large = type.kind == Kind::text || type.kind == Kind::binary || type.kind == Kind::list;
  type.index_bytes = 0;
  for (Type& child : type.children) as_copied(child);
}

/// The rows one after another, each run of neighbours in one part.
Parts runs_of(const Column& column, std::span<const std::uint32_t> rows) {
  Parts parts;
  for (std::size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
    for (end = begin + 1; end < rows.size() && rows[end] == rows[end - 1] + 1;) ++end;
    parts.push_back(column.slice(rows[begin], end - begin));
  }
  if (parts.empty()) parts.push_back(column.slice(0, 0));
  return parts;
}

template <typename PartsOf>
Columns copied(std::vector<Field> names, std::size_t rows, PartsOf parts_of) {
  auto fields = std::make_shared<std::vector<Field>>(std::move(names));
  auto root = std::make_unique<Node>(rows, 1);
  for (std::size_t i = 0; i < fields->size(); ++i) {
    root->children.push_back(copy(parts_of(i)));
    as_copied((*fields)[i].type);
  }
  ArrowArray array = *finish(*root);
  array.release = release_root;
  array.private_data = root.release();
  return Columns(std::move(fields), array);
}

}  // namespace

Columns concatenate(std::span<const Columns> batches) {
  if (batches.empty()) return {};
  if (batches.size() == 1) return batches.front();
  std::size_t rows = 0;
  for (const Columns& batch : batches) rows += batch.rows();
  return copied(batches.front().fields(), rows, [&](std::size_t i) {
    Parts parts;
    for (const Columns& batch : batches) parts.push_back(batch.column(i));
    return parts;
  });
}

Columns select(const Columns& table, std::span<const std::size_t> columns,
               std::span<const std::uint32_t> rows) {
  std::vector<Field> fields;
  for (const std::size_t i : columns) fields.push_back(table.fields()[i]);
  return copied(std::move(fields), rows.size(),
                [&](std::size_t i) { return runs_of(table.column(columns[i]), rows); });
}

}  // namespace mlops
